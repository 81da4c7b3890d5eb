// A network that says something of every place of a picture, in the kernels' terms: its shape, its parameters, and
// calls with typed arguments. Boxes and masks are learned with it.

internal import CKernels
internal import Kernel

/// The shape of a dense network: square convolutions, some of which double the side of the map.
struct DenseNetwork: Sendable {
    struct Layer: Hashable, Sendable {
        var channels: Int
        var kernel = 1
        /// Each pixel becomes two by two.
        var isDoubled = false
        /// The input's channels of stride 8 follow the layer's own.
        var isJoined = false
    }

    let layers: [Layer]
    /// The kernels' description of it.
    let shape: gw_dense

    /// The last layer gives the outputs; it is not rectified.
    init(
        side: Int = Backbone.mapSide, channels: Int = Backbone.mapChannels, nested: Int = Backbone.nestedChannels,
        layers: [Layer]
    ) {
        precondition((1...Int(GW_DENSE_LAYERS)).contains(layers.count))
        self.layers = layers
        var shape = gw_dense()
        shape.side = Int32(side)
        shape.channels = Int32(channels)
        shape.nested = Int32(nested)
        shape.layer_count = Int32(layers.count)
        withUnsafeMutableBytes(of: &shape.layers) { bytes in
            let places = bytes.bindMemory(to: gw_dense_layer.self)
            for (index, layer) in layers.enumerated() {
                places[index] = gw_dense_layer(
                    channels: Int32(layer.channels), kernel: Int32(layer.kernel), is_doubled: layer.isDoubled ? 1 : 0,
                    is_joined: layer.isJoined ? 1 : 0)
            }
        }
        self.shape = shape
    }

    /// Outputs in the multiples of eight that the kernels want.
    static func columns(for outputs: Int) -> Int { (outputs + 7) / 8 * 8 }

    /// Numbers that each cell of the result has.
    var columns: Int { layers.last?.channels ?? 0 }
    /// Cells in a row of the result.
    var resultSide: Int { withShape { Int(gw_dense_result_side($0)) } }
    var outputCount: Int { resultSide * resultSide * columns }
    var parameterCount: Int { withShape { gw_dense_parameters($0) } }

    func makeWorkspace() -> Workspace {
        Workspace(bytes: withShape { gw_dense_workspace($0) }) { memory in
            withShape { gw_dense_prepare($0, memory) }
        }
    }

    /// Random weights of the variance that keeps values in range (He and others 2015), small ones in the last layer,
    /// whose biases are given.
    func initialParameters(_ draws: SeededDraws, outputBiases: [Float]) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(parameterCount)
        var inputs = Int(shape.channels)
        for (index, layer) in layers.enumerated() {
            let matrices = layer.isDoubled ? 4 : layer.kernel * layer.kernel
            let fan = layer.kernel * layer.kernel * inputs, isLast = index == layers.count - 1
            let deviation = isLast ? 0.1 / Double(fan).squareRoot() : (2 / Double(fan)).squareRoot()
            let layerDraws = draws.scoped(index)
            for weight in 0..<matrices * inputs * layer.channels {
                result.append(Float(deviation * layerDraws.normal(weight)))
            }
            let biases = isLast ? outputBiases : []
            result += biases + Array(repeating: 0, count: layer.channels - biases.count)
            inputs = layer.channels + (layer.isJoined ? Int(shape.nested) / 4 : 0)
        }
        return result
    }

    /// Puts features into a workspace, changed like everything that is learned from.
    func load(
        _ features: UnsafeRawBufferPointer, into workspace: Workspace, _ input: NetworkInput,
        _ change: NetworkInput.Change = NetworkInput.Change()
    ) {
        precondition(features.count == 2 * Int(shape.side * shape.side * shape.channels))
        var scale = input.scale
        if let gain = change.gain { for index in scale.indices { scale[index] *= gain[index] } }
        withShape {
            gw_dense_load(
                $0, workspace.memory, features.bindMemory(to: UInt16.self).baseAddress, input.shift, scale,
                Int32(change.down), Int32(change.right), change.isMirrored ? 1 : 0)
        }
    }

    /// The outputs for the input that was loaded into the workspace; `outputs` has as many as `outputCount` says.
    func run(_ parameters: [Float], in workspace: Workspace, _ outputs: inout [Float]) {
        precondition(parameters.count == parameterCount && outputs.count == outputCount)
        withShape { gw_dense_forward($0, parameters, workspace.memory, &outputs) }
    }

    func withShape<Result>(_ body: (UnsafePointer<gw_dense>) -> Result) -> Result {
        withUnsafePointer(to: shape, body)
    }
}
