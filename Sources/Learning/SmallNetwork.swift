// A small convolutional network in the kernels' terms: its shape, its parameters, and calls with typed arguments.

internal import CKernels
internal import Kernel

/// The shape of a small network: square convolutions, mean and maximum over all positions, a linear layer.
struct SmallNetwork: Hashable, Sendable {
    struct Layer: Hashable, Sendable {
        var channels: Int
        var kernel: Int
        var stride: Int
    }

    let side: Int
    let channels: Int
    let layers: [Layer]
    let classes: Int

    /// The kernels' description of it.
    let shape: gw_network

    init(side: Int, channels: Int, layers: [Layer], classes: Int) {
        precondition((1...Int(GW_LAYERS)).contains(layers.count))
        self.side = side
        self.channels = channels
        self.layers = layers
        self.classes = classes
        var all = layers.map {
            gw_layer(channels: Int32($0.channels), kernel: Int32($0.kernel), stride: Int32($0.stride))
        }
        all += Array(repeating: gw_layer(), count: Int(GW_LAYERS) - layers.count)
        shape = gw_network(
            side: Int32(side), channels: Int32(channels), layer_count: Int32(layers.count),
            layers: (all[0], all[1], all[2], all[3]), classes: Int32(classes))
    }

    static func == (left: SmallNetwork, right: SmallNetwork) -> Bool {
        left.side == right.side && left.channels == right.channels && left.layers == right.layers
            && left.classes == right.classes
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(side)
        hasher.combine(channels)
        hasher.combine(layers)
        hasher.combine(classes)
    }

    /// Number of parameters, and of those before the linear layer.
    var parameterCount: Int { withShape { gw_network_parameters($0) } }
    var bodyCount: Int { withShape { gw_network_body($0) } }
    /// Channels of the last layer.
    var width: Int { layers[layers.count - 1].channels }

    func makeWorkspace() -> Workspace {
        withShape { shape in
            Workspace(bytes: gw_network_workspace(shape)) { gw_network_prepare(shape, $0) }
        }
    }

    /// Parameters to start from: weights of variance 2 / inputs (He and others 2015), a quiet linear layer, no biases.
    func initialParameters(_ draws: SeededDraws) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(parameterCount)
        var inputs = channels
        for (index, layer) in layers.enumerated() {
            let fan = layer.kernel * layer.kernel * inputs
            let deviation = (2 / Double(fan)).squareRoot(), layerDraws = draws.scoped(index)
            for weight in 0..<fan * layer.channels { result.append(Float(deviation * layerDraws.normal(weight))) }
            result += Array(repeating: 0, count: layer.channels)
            inputs = layer.channels
        }
        let deviation = 0.1 / Double(2 * width).squareRoot(), linearDraws = draws.scoped(layers.count)
        for weight in 0..<2 * width * classes { result.append(Float(deviation * linearDraws.normal(weight))) }
        result += Array(repeating: 0, count: classes)
        return result
    }

    /// The logits of the input that was loaded into the workspace.
    func logits(_ parameters: [Float], in workspace: Workspace) -> [Float] {
        [Float](unsafeUninitializedCapacity: classes) { buffer, count in
            withShape { gw_network_forward($0, parameters, workspace.memory, buffer.baseAddress) }
            count = classes
        }
    }

    func withShape<Result>(_ body: (UnsafePointer<gw_network>) -> Result) -> Result {
        withUnsafePointer(to: shape, body)
    }
}
