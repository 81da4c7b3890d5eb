// A text model as bytes: "GWTEXT01" of `ModelArchive.readme`. Only the columns it knows are stored.
//
// The bytes may come from anybody, so nothing in them is believed: the length must be exactly the one that follows from
// the sizes, and numbers must be so small that no sum of them overflows.

extension TextModel {
    static let magic = Array("GWTEXT01".utf8)
    private static let headerBytes = 16

    package func encoded() -> [UInt8] {
        var result = TextModel.magic
        func put(_ bits: UInt32) { result += (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) } }
        put(UInt32(classes))
        put(UInt32(vocabulary.buckets.count))
        put(temperature.bitPattern)
        for value in intercepts { put(value.bitPattern) }
        for bucket in vocabulary.buckets { put(UInt32(bucket)) }
        for numbers in [vocabulary.weights, weights] {
            for value in numbers { put(value.bitPattern) }
        }
        return result
    }

    /// Reads a model that was written by `encoded`, or refuses it.
    package init(decoding bytes: [UInt8]) throws(LearningError) {
        guard bytes.starts(with: TextModel.magic), bytes.count > TextModel.headerBytes else {
            throw .invalidModel("not a model of this version")
        }
        func word(_ index: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[TextModel.headerBytes + 4 * index + $1]) << (8 * $1) }
        }
        let classes = Int(word(-2)), columns = Int(word(-1))
        guard LearnedModels.classes.contains(classes) else {
            throw .invalidModel("its number of classes is out of range")
        }
        guard columns <= TextTerms.buckets else { throw .invalidModel("it has too many columns") }
        guard bytes.count == TextModel.headerBytes + 4 * (1 + classes + columns * (2 + classes)) else {
            throw .invalidModel("its length is wrong")
        }
        var place = 0
        func numbers(_ count: Int) throws(LearningError) -> [Float] {
            defer { place += count }
            let numbers = (place..<place + count).map { Float(bitPattern: word($0)) }
            guard numbers.allSatisfy({ abs($0) <= 1e9 }) else {
                throw .invalidModel("it has weights that are not numbers")
            }
            return numbers
        }
        let temperature = try numbers(1)[0], intercepts = try numbers(classes)
        guard temperature >= 1e-6 else { throw .invalidModel("its temperature is out of range") }
        let buckets = (place..<place + columns).map { word($0) }
        place += columns
        guard buckets.last ?? 0 < TextTerms.buckets, zip(buckets, buckets.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .invalidModel("its columns are out of order")
        }
        let counts = try numbers(columns)
        self.init(
            vocabulary: TextVocabulary(buckets: buckets.map { Int32($0) }, weights: counts),
            weights: try numbers(columns * classes), intercepts: intercepts, temperature: temperature)
    }
}
