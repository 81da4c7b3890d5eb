// A label with its confidence as bytes: what a scripted learner is told, and what a model said of an object that people
// check. The bytes stay on this machine.

internal import Kernel
internal import Learning

/// What is said of one object.
struct KeptPrediction: Hashable {
    var label: LearnedLabel
    var confidence: Float

    init(label: LearnedLabel, confidence: Float) {
        self.label = label
        self.confidence = confidence
    }

    /// Share of objects that a scripted learner gets right, where it goes by the truth.
    static let accuracy = 0.98

    /// By the truth: right nearly always, and surest where it is right. A wrong class is the next one; wrong boxes and
    /// masks are none.
    init(index: Int, truth: LearnedLabel, classes: Int) {
        let draws = SeededDraws(seed: 98).scoped(index)
        let isRight = draws.uniform(0) < Self.accuracy
        confidence = Float(isRight ? 0.9 + 0.09 * draws.uniform(1) : 0.55 + 0.3 * draws.uniform(1))
        label =
            switch truth {
            case .category(let category): .category(isRight ? category : (category + 1) % classes)
            case .boxes: isRight ? truth : .boxes([])
            case .mask: isRight ? truth : .mask(LearnedMask(width: 1, height: 1, cells: [0]))
            }
    }

    func prediction(classes: Int) -> LearnedPrediction {
        switch label {
        case .category(let category):
            let rest = (1 - confidence) / Float(max(1, classes - 1))
            return LearnedPrediction(
                label: label, confidence: confidence,
                probabilities: (0..<classes).map { $0 == category ? confidence : rest })
        case .boxes(let boxes):
            return LearnedPrediction(label: label, confidence: confidence, parts: boxes.map { _ in confidence })
        case .mask: return LearnedPrediction(label: label, confidence: confidence)
        }
    }

    // MARK: Bytes: kind, confidence and numbers as 32-bit floats, then the cells of a mask

    var encoded: [UInt8] {
        var numbers: [Float], cells: [UInt8] = []
        switch label {
        case .category(let category): numbers = [0, confidence, Float(category)]
        case .boxes(let boxes):
            numbers = [1, confidence]
            for box in boxes { numbers += [Float(box.category), box.left, box.top, box.right, box.bottom] }
        case .mask(let mask):
            numbers = [2, confidence, Float(mask.width), Float(mask.height)]
            cells = mask.cells
        }
        return numbers.withUnsafeBytes { Array($0) } + cells
    }

    /// Nil where the bytes were not written by `encoded`.
    init?(decoding bytes: UnsafeRawBufferPointer) {
        func number(_ place: Int) -> Float { bytes.loadUnaligned(fromByteOffset: 4 * place, as: Float.self) }
        guard bytes.count >= 8 else { return nil }
        confidence = number(1)
        switch number(0) {
        case 0 where bytes.count == 12: label = .category(Int(number(2)))
        case 1 where (bytes.count - 8) % 20 == 0:
            label = .boxes(
                stride(from: 2, to: bytes.count / 4, by: 5).map { place in
                    LearnedBox(
                        category: Int(number(place)), left: number(place + 1), top: number(place + 2),
                        right: number(place + 3), bottom: number(place + 4))
                })
        case 2 where bytes.count > 16:
            let width = Int(number(2)), height = Int(number(3))
            guard bytes.count == 16 + width * height else { return nil }
            label = .mask(LearnedMask(width: width, height: height, cells: Array(bytes.dropFirst(16))))
        default: return nil
        }
    }
}
