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
        KeptPrediction(decoding: features)?.prediction(classes: classes)
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
