// A learner that is told what to say, for tests of the workflow: by a rule that gives a label and a confidence for each
// object, or by the truth, which it then knows and gets right nearly always. What it says of an object is the feature
// of that object; the engine writes it, and the model reads it back.

package import Kernel
package import Learning

/// Learns nothing.
package struct ScriptedLearner: Learner {
    package init() {}

    package var identifier: String { "scripted-1" }
    package var extractor: any FeatureExtractor { ScriptedExtractor() }

    package func train(
        on examples: [LearningExample], of features: any FeatureSource, classes: Int,
        warmStart: (any LearnedModel)?, draws: SeededDraws, isCancelled: () -> Bool
    ) throws -> Training {
        if isCancelled() { throw LearningError.cancelled }
        let model = ScriptedModel(classes: classes)
        let said = try examples.map { example in
            var prediction: LearnedPrediction?
            try features.withFeatures(at: example.index) { prediction = model.prediction(of: $0) }
            return prediction
        }
        return Training(model: model, outOfFold: said)
    }
}

/// Stands for features that the engine writes by itself.
struct ScriptedExtractor: FeatureExtractor {
    var identifier: String { "scripted-truth" }
    var bytesPerObject: Int? { nil }

    func features(of content: UnsafeRawBufferPointer) -> [UInt8] { [] }
}

/// Says what the features say.
struct ScriptedModel: LearnedModel {
    let classes: Int
    var extractor: String { "scripted-truth" }

    init(classes: Int) { self.classes = classes }

    func prediction(of features: UnsafeRawBufferPointer) -> LearnedPrediction {
        ScriptedPrediction(decoding: features)?.prediction(classes: classes)
            ?? LearnedPrediction(label: .category(0), confidence: 0)
    }

    func encoded() -> [UInt8] { Array("scripted \(classes)".utf8) }

    /// Nil where the bytes are no scripted model.
    init?(decoding bytes: [UInt8]) {
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard words.count == 2, words[0] == "scripted", let classes = Int(words[1]) else { return nil }
        self.classes = classes
    }
}

/// What is said of one object.
struct ScriptedPrediction: Hashable {
    var label: LearnedLabel
    var confidence: Float

    /// Share of objects it gets right, where it goes by the truth.
    static let accuracy = 0.98

    init(label: LearnedLabel, confidence: Float) {
        self.label = label
        self.confidence = confidence
    }

    /// By the truth: right nearly always, and surest where it is right. A wrong class is the next one; wrong boxes and
    /// masks are none.
    init(index: Int, truth: LearnedLabel, classes: Int) {
        let draws = SeededDraws(seed: 98).scoped(index)
        let isRight = draws.uniform(0) < Self.accuracy
        confidence = Float(isRight ? 0.9 + 0.09 * draws.uniform(1) : 0.55 + 0.3 * draws.uniform(1))
        switch truth {
        case .category(let category): label = .category(isRight ? category : (category + 1) % classes)
        case .boxes: label = isRight ? truth : .boxes([])
        case .mask(let mask):
            label =
                isRight
                ? truth : .mask(LearnedMask(width: mask.width, height: mask.height, cells: mask.cells.map { _ in 0 }))
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
            return LearnedPrediction(
                label: label, confidence: confidence, parts: boxes.map { _ in confidence })
        case .mask: return LearnedPrediction(label: label, confidence: confidence)
        }
    }

    // MARK: Bytes: kind, confidence, and numbers, all little-endian; in files of this machine only

    var encoded: [UInt8] {
        var numbers: [Float] = [confidence], bytes: [UInt8] = []
        switch label {
        case .category(let category): numbers = [0, confidence, Float(category)]
        case .boxes(let boxes):
            numbers = [1, confidence]
            for box in boxes { numbers += [Float(box.category), box.left, box.top, box.right, box.bottom] }
        case .mask(let mask):
            numbers = [2, confidence, Float(mask.width), Float(mask.height)]
            bytes = mask.cells
        }
        return numbers.withUnsafeBytes { Array($0) } + bytes
    }

    init?(decoding bytes: UnsafeRawBufferPointer) {
        func number(_ place: Int) -> Float { bytes.loadUnaligned(fromByteOffset: 4 * place, as: Float.self) }
        guard bytes.count >= 8 else { return nil }
        confidence = number(1)
        switch number(0) {
        case 0 where bytes.count == 12: label = .category(Int(number(2)))
        case 1:
            label = .boxes(
                stride(from: 2, to: bytes.count / 4 - 4, by: 5).map { place in
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
