// A trained model as bytes: "GWMODEL1" of `ModelArchive.readme`.
//
// The bytes may come from anybody, so nothing in them is believed: the shape must be one that this program makes, and
// the length must be exactly the one that follows from it.

internal import Kernel

extension NetworkClassifier {
    static let magic = Array("GWMODEL1".utf8)

    package func encoded() -> [UInt8] {
        var result = NetworkClassifier.magic
        func put(_ number: Int) { put(UInt32(number)) }
        func put(_ bits: UInt32) { result += (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) } }
        put(Int(input.kind.rawValue))
        put(network.side)
        put(network.channels)
        put(network.layers.count)
        for layer in network.layers {
            put(layer.channels)
            put(layer.kernel)
            put(layer.stride)
        }
        put(classes)
        put(members.count)
        put(temperature.bitPattern)
        put(extractor.utf8.count)
        result += Array(extractor.utf8)
        for numbers in [input.shift, input.scale] + members {
            numbers.withUnsafeBytes { result += Array($0) }
        }
        return result
    }

    /// Reads a model that was written by `encoded`, or refuses it.
    package init(decoding bytes: [UInt8]) throws(LearningError) {
        var reader = ModelReader(bytes: bytes[...])
        guard reader.bytes(8).map(Array.init) == NetworkClassifier.magic else {
            throw .invalidModel("not a model of this version")
        }
        guard let number = reader.integer(), let kind = NetworkInput.Kind(rawValue: UInt8(clamping: number)) else {
            throw .invalidModel("unknown kind of input")
        }
        let network = try reader.network(of: kind)
        guard let members = reader.integer(), (1...64).contains(members), let temperature = reader.numbers(1)?.first,
            temperature > 0, let nameBytes = reader.integer(), nameBytes <= 100, let name = reader.bytes(nameBytes)
        else { throw .invalidModel("its head is broken") }
        let counts = [network.channels, network.channels] + Array(repeating: network.parameterCount, count: members)
        guard reader.remaining == 4 * counts.reduce(0, +) else { throw .invalidModel("its length is wrong") }
        let numbers = counts.compactMap { reader.numbers($0) }
        guard numbers.count == counts.count else { throw .invalidModel("it has weights that are not numbers") }
        self.init(
            extractor: String(decoding: name, as: UTF8.self), network: network,
            input: NetworkInput(kind: kind, shift: numbers[0], scale: numbers[1]), members: Array(numbers[2...]),
            temperature: temperature)
    }
}

extension ModelReader {
    /// The shape, if it is one of ours: sizes are bounded, so that no product of them overflows.
    fileprivate mutating func network(of kind: NetworkInput.Kind) throws(LearningError) -> SmallNetwork {
        let side = kind == .maps ? Backbone.mapSide : PixelExtractor.side
        let channels = kind == .maps ? Backbone.mapChannels : 3
        guard integer() == side, integer() == channels, let count = integer(), (1...4).contains(count) else {
            throw .invalidModel("its input has another size")
        }
        var layers: [SmallNetwork.Layer] = [], current = side
        for _ in 0..<count {
            guard let channels = integer(), let kernel = integer(), let stride = integer(), channels % 8 == 0,
                (8...512).contains(channels), kernel == 3 && (stride == 1 || stride == 2) || kernel == 1 && stride == 1,
                current % stride == 0
            else { throw .invalidModel("it has a layer of unknown form") }
            layers.append(SmallNetwork.Layer(channels: channels, kernel: kernel, stride: stride))
            current /= stride
        }
        guard kind == .maps || layers[0].kernel == 3 else { throw .invalidModel("it has a layer of unknown form") }
        guard let classes = integer(), LearnedModels.classes.contains(classes) else {
            throw .invalidModel("its number of classes is out of range")
        }
        return SmallNetwork(side: side, channels: channels, layers: layers, classes: classes)
    }
}
