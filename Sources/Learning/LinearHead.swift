// The trained form of a linear head, and how it is stored: "GWPOOL01" and "GWTINY01" of `ModelArchive.readme`.
//
// The bytes may come from anybody, so nothing in them is believed: the sizes must be those of the format, and the
// length must be exactly the one that follows from them.

/// Standardised numbers, columns made of them, and linear scores with a temperature.
struct LinearHead: Hashable, Sendable {
    var standardisation: Standardisation
    var model: LinearModel
    var temperature: Float

    /// Weights are kept in single precision, as they are stored: a model that is read again is the same.
    init(standardisation: Standardisation, model: LinearModel, temperature: Float) {
        self.standardisation = standardisation
        self.temperature = temperature
        self.model = LinearModel(
            dimensions: model.dimensions, classes: model.classes, weights: model.weights.map { Double(Float($0)) },
            intercepts: model.intercepts.map { Double(Float($0)) })
    }

    /// What the model says of the first of some rows.
    func prediction(of rows: some LinearRows) -> LearnedPrediction {
        LearnedPrediction(
            probabilities: softmax(model.scores(of: 0, in: rows).map { Float($0) }, temperature: temperature))
    }

    func encoded(_ magic: [UInt8]) -> [UInt8] {
        var result = magic
        for number in [standardisation.shift.count, model.dimensions, model.classes] {
            result += (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        let weights = model.weights.map { Float($0) }, intercepts = model.intercepts.map { Float($0) }
        for numbers in [[temperature], standardisation.shift, standardisation.scale, weights, intercepts] {
            numbers.withUnsafeBytes { result += Array($0) }
        }
        return result
    }

    /// Reads a head of so many inputs and columns that `encoded` wrote, or refuses it.
    init(decoding bytes: [UInt8], _ magic: [UInt8], inputs: Int, columns: Int) throws(LearningError) {
        let headerBytes = 20
        guard bytes.starts(with: magic), bytes.count >= headerBytes + 4 else {
            throw .invalidModel("not a model of this version")
        }
        func integer(at place: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) } }
        let classes = integer(at: 16)
        guard integer(at: 8) == inputs, integer(at: 12) == columns else {
            throw .invalidModel("its input has another size")
        }
        guard LearnedModels.classes.contains(classes) else {
            throw .invalidModel("its number of classes is out of range")
        }
        let counts = [1, inputs, inputs, columns * classes, classes]
        guard bytes.count == headerBytes + 4 * counts.reduce(0, +) else { throw .invalidModel("its length is wrong") }
        let numbers = [Float](littleEndian: bytes[headerBytes...])
        guard numbers.allSatisfy(\.isFinite) else { throw .invalidModel("it has weights that are not numbers") }
        var parts: [[Float]] = [], start = 0
        for count in counts {
            parts.append(Array(numbers[start..<start + count]))
            start += count
        }
        guard parts[0][0] > 0 else { throw .invalidModel("its head is broken") }
        self.init(
            standardisation: Standardisation(shift: parts[1], scale: parts[2]),
            model: LinearModel(
                dimensions: columns, classes: classes, weights: parts[3].map { Double($0) },
                intercepts: parts[4].map { Double($0) }),
            temperature: parts[0][0])
    }
}
