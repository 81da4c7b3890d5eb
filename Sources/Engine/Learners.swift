// Which learner a job gets. The executable knows which weights have been fetched; tests bring their own.

package import Kernel
package import Labeling
package import Learning

/// Gives out trainers.
package protocol LearnerSource: Sendable {
    /// The trainer for a job's setting; nil where none is to be had, with the reason in words.
    func trainer(for learner: Steering.Learner) -> Result<any ClassifierTrainer, NoLearner>
    /// What a job with this setting should not expect, in words; nil where there is nothing to say.
    func limitation(of learner: Steering.Learner) -> String?
    /// A model from its bytes.
    func decode(_ bytes: [UInt8]) throws -> any Classifier
}

extension LearnerSource {
    /// The trainer for a job's setting and kind; the scripted one takes truth for what is seen, so it knows texts, too.
    func trainer(
        for learner: Steering.Learner, _ type: TaskType
    ) -> Result<any ClassifierTrainer, NoLearner> {
        guard type == .imageMultiClass || (type == .textMultiClass && learner == .scripted) else {
            return .failure(NoLearner("the models of this version classify images with a single label"))
        }
        return trainer(for: learner)
    }
}

/// Why a job has no learner.
package struct NoLearner: Error, Hashable, Sendable, CustomStringConvertible {
    /// Why, for the job's timeline.
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// A learner that knows the truth and is right nearly always, and surest where it is right: for tests of the workflow.
package struct ScriptedTrainer: ClassifierTrainer {
    /// Share of objects it gets right.
    static let accuracy = 0.98

    package init() {}

    package var identifier: String { "scripted-1" }
    package var extractor: any FeatureExtractor { ScriptedExtractor() }

    package func train(
        on examples: [LabeledExample], of features: any FeatureSource, classes: Int, warmStart: (any Classifier)?,
        draws: SeededDraws, isCancelled: () -> Bool
    ) throws -> any Classifier {
        if isCancelled() { throw LearningError.cancelled }
        return ScriptedClassifier(classes: classes)
    }
}

/// The features of a scripted learner are the object's index and its true class.
package struct ScriptedExtractor: FeatureExtractor {
    package var identifier: String { "scripted-truth" }
    package var bytesPerImage: Int { 16 }

    package func features(of encodedImage: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](repeating: 0, count: bytesPerImage)
    }

    static func features(index: Int, truth: Int) -> [UInt8] {
        [Int64(index), Int64(truth)].withUnsafeBytes { Array($0) }
    }
}

struct ScriptedClassifier: Classifier {
    let classes: Int
    var extractor: String { "scripted-truth" }

    func probabilities(of features: UnsafeRawBufferPointer) -> [Float] {
        let index = Int(features.loadUnaligned(as: Int64.self))
        let truth = Int(features.loadUnaligned(fromByteOffset: 8, as: Int64.self))
        let draws = SeededDraws(seed: 98).scoped(index)
        let isRight = draws.uniform(0) < ScriptedTrainer.accuracy
        let label = isRight ? truth : (truth + 1) % classes
        let confidence = Float(isRight ? 0.9 + 0.09 * draws.uniform(1) : 0.55 + 0.3 * draws.uniform(1))
        return (0..<classes).map { $0 == label ? confidence : (1 - confidence) / Float(max(1, classes - 1)) }
    }

    func encoded() -> [UInt8] { Array("scripted \(classes)".utf8) }

    init(classes: Int) { self.classes = classes }

    /// Nil where the bytes are no scripted model.
    init?(decoding bytes: [UInt8]) {
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard words.count == 2, words[0] == "scripted", let classes = Int(words[1]) else { return nil }
        self.classes = classes
    }
}
