// Dense networks as bytes, within the models that hold them: "GWBOXES1" and "GWMASKS1" of `ModelArchive.readme`.
//
// The bytes may come from anybody, so nothing in them is believed: the shape must be one that this program makes, and
// the length must be exactly the one that follows from it.

internal import CKernels

extension DenseEnsemble {
    /// The bytes of a model around this.
    func encoded(magic: [UInt8], classes: Int, settings: [Float]) -> [UInt8] {
        var result = magic
        func put(_ number: Int) { result += (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
        put(classes)
        put(network.layers.count)
        for layer in network.layers {
            for number in [layer.channels, layer.kernel, layer.isDoubled ? 1 : 0, layer.isJoined ? 1 : 0] {
                put(number)
            }
        }
        put(members.count)
        put(extractor.utf8.count)
        result += Array(extractor.utf8)
        for numbers in [input.shift, input.scale] + members + [settings] {
            numbers.withUnsafeBytes { result += Array($0) }
        }
        return result
    }

    /// The parts of a model that `encoded` wrote, or the reason why they cannot be had.
    ///
    /// - Parameters:
    ///   - outputs: beside those for the classes.
    ///   - settings: how many numbers follow the networks.
    static func decode(
        _ bytes: [UInt8], magic: [UInt8], outputs: Int, settings: Int
    ) throws(LearningError) -> (classes: Int, ensemble: DenseEnsemble, settings: [Float]) {
        var reader = ModelReader(bytes: bytes[...])
        guard reader.bytes(8).map(Array.init) == magic else { throw .invalidModel("not a model of this version") }
        guard let classes = reader.integer(), DenseEnsemble.classes.contains(classes) else {
            throw .invalidModel("its number of classes is out of range")
        }
        let network = try reader.network(columns: DenseNetwork.columns(for: classes + outputs))
        guard let members = reader.integer(), (1...16).contains(members), let nameBytes = reader.integer(),
            nameBytes <= 100, let name = reader.bytes(nameBytes)
        else { throw .invalidModel("its head is broken") }
        let counts =
            [Backbone.mapChannels, Backbone.mapChannels]
            + Array(repeating: network.parameterCount, count: members) + [settings]
        guard reader.remaining == 4 * counts.reduce(0, +) else { throw .invalidModel("its length is wrong") }
        let numbers = counts.compactMap { reader.numbers($0) }
        guard numbers.count == counts.count else { throw .invalidModel("it has weights that are not numbers") }
        let ensemble = DenseEnsemble(
            extractor: String(decoding: name, as: UTF8.self), network: network,
            input: NetworkInput(kind: .maps, shift: numbers[0], scale: numbers[1]),
            members: Array(numbers[2..<2 + members]))
        return (classes, ensemble, numbers[2 + members])
    }
}

extension ModelReader {
    /// The shape, if it is one of ours: sizes are bounded, so that no product of them overflows.
    fileprivate mutating func network(columns: Int) throws(LearningError) -> DenseNetwork {
        guard let count = integer(), (1...Int(GW_DENSE_LAYERS)).contains(count) else {
            throw .invalidModel("its number of layers is out of range")
        }
        var layers: [DenseNetwork.Layer] = [], side = Backbone.mapSide
        for index in 0..<count {
            guard let channels = integer(), let kernel = integer(), let doubled = integer(), let joined = integer(),
                channels % 8 == 0, (8...512).contains(channels), kernel == 1 || kernel == 3 && doubled == 0,
                doubled <= 1, joined <= 1
            else { throw .invalidModel("it has a layer of unknown form") }
            side <<= doubled
            guard side <= Int(GW_DENSE_RESULT_SIDE), joined == 0 || side == 2 * Backbone.mapSide && index < count - 1
            else { throw .invalidModel("it has a layer of unknown form") }
            layers.append(
                DenseNetwork.Layer(channels: channels, kernel: kernel, isDoubled: doubled == 1, isJoined: joined == 1))
        }
        guard layers.last?.channels == columns else { throw .invalidModel("its outputs do not fit its classes") }
        return DenseNetwork(layers: layers)
    }
}
