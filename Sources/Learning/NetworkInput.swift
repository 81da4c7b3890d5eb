// How features enter a small network, as they are or slightly changed. Changing them a little every time a network sees
// them is what lets it learn from a hundred examples.

internal import CKernels
internal import Kernel

/// What a network's input is made of, with the figures that bring it to mean 0 and deviation 1.
struct NetworkInput: Hashable, Sendable {
    enum Kind: UInt8, Hashable, Sendable {
        /// The backbone's maps, standardised per channel.
        case maps = 1
        /// Pixels, standardised per colour.
        case pixels = 2
    }

    var kind: Kind
    /// Per channel: subtracted, then multiplied by.
    var shift: [Float]
    var scale: [Float]

    var byteCount: Int {
        switch kind {
        case .maps: Backbone.mapBytes
        case .pixels: 3 * PixelExtractor.side * PixelExtractor.side
        }
    }

    /// One random change of the input.
    struct Change {
        var down = 0
        var right = 0
        var isMirrored = false
        /// One factor per channel on top of the scale.
        var gain: [Float]?
        /// One addend per channel, after scaling.
        var offset: [Float]?
    }

    /// Puts features into a workspace. Missing bytes are the caller's mistake.
    func load(_ features: UnsafeRawBufferPointer, into workspace: Workspace, of network: SmallNetwork, _ change: Change)
    {
        precondition(features.count == byteCount)
        var scale = scale
        if let gain = change.gain { for index in scale.indices { scale[index] *= gain[index] } }
        network.withShape { shape in
            switch kind {
            case .maps:
                gw_network_load_maps(
                    shape, workspace.memory, features.bindMemory(to: UInt16.self).baseAddress, shift, scale,
                    Int32(change.down), Int32(change.right), change.isMirrored ? 1 : 0,
                    Int32(Backbone.nestedChannels))
            case .pixels:
                let offset = (0..<3).map { (change.offset?[$0] ?? 0) - shift[$0] * scale[$0] }
                gw_network_load_pixels(
                    shape, workspace.memory, features.bindMemory(to: UInt8.self).baseAddress, scale, offset,
                    Int32(change.down), Int32(change.right), change.isMirrored ? 1 : 0)
            }
        }
    }

    /// Mean and deviation of each channel over some features.
    init(kind: Kind, standardising examples: [LabeledExample], of features: any FeatureSource) throws {
        self.kind = kind
        let channels = kind == .maps ? Backbone.mapChannels : 3
        var sums = [Double](repeating: 0, count: channels), squares = sums
        var count = 0
        for example in examples {
            try features.withFeatures(at: example.index) { bytes in
                switch kind {
                case .maps:
                    let pixels = bytes.count / 2 / channels
                    gw_channel_sums(
                        bytes.bindMemory(to: UInt16.self).baseAddress, Int32(pixels), Int32(channels), &sums, &squares)
                    count += pixels
                case .pixels:
                    gw_colour_sums(
                        bytes.bindMemory(to: UInt8.self).baseAddress, Int32(bytes.count / 3), &sums, &squares)
                    count += bytes.count / 3
                }
            }
        }
        let number = Double(max(1, count)), floor = kind == .maps ? 1e-3 : 1
        shift = sums.map { Float($0 / number) }
        scale = zip(sums, squares).map { sum, square in
            let mean = sum / number
            return Float(1 / (max(0, square / number - mean * mean) + floor).squareRoot())
        }
    }

    init(kind: Kind, shift: [Float], scale: [Float]) {
        self.kind = kind
        self.shift = shift
        self.scale = scale
    }
}

extension NetworkInput {
    /// What one sight of an example looks like: moved, perhaps mirrored, and without some of its channels.
    ///
    /// - Parameters:
    ///   - shift: how far it is moved at most.
    ///   - hiddenChannels: the chance of each channel to be hidden, in 256ths; 0 leaves their gains alone.
    func change(shift: Int, hiddenChannels: Int, _ draws: SeededDraws) -> Change {
        var change = Change()
        let places = 2 * shift + 1
        change.down = draws.below(places, 0) - shift
        change.right = draws.below(places, 1) - shift
        change.isMirrored = draws.below(2, 2) == 1
        if hiddenChannels > 0 {
            change.gain = hidden(hiddenChannels, of: scale.count, by: draws.scoped("channels")).map { $0 ? 0 : 1 }
        }
        return change
    }
}

/// Which of `count` things are hidden, each with a chance of `share` in 256; one draw decides eight.
func hidden(_ share: Int, of count: Int, by draws: SeededDraws) -> [Bool] {
    var result: [Bool] = []
    result.reserveCapacity(count + 8)
    while result.count < count {
        let bits = draws.bits(result.count)
        for byte in 0..<8 { result.append(bits >> (8 * byte) & 255 < UInt64(share)) }
    }
    result.removeLast(result.count - count)
    return result
}
