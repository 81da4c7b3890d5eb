// What every kind of learner has in common: it takes features of objects and what people say of them, and makes a model
// that says the same of others, with a confidence that can be believed, and that can be stored.

package import Kernel

/// A trained model over the features of one extractor. Safe to use from several threads at once.
package protocol LearnedModel: Sendable {
    /// The extractor whose features it was trained on.
    var extractor: String { get }
    /// Number of classes; they are `0 ..< classes`.
    var classes: Int { get }
    /// What the model says of an object.
    func prediction(of features: UnsafeRawBufferPointer) -> LearnedPrediction
    /// The model as bytes, for `ModelArchive`; they begin with eight that name the format.
    func encoded() -> [UInt8]
}

/// What a model says of one object.
package struct LearnedPrediction: Hashable, Sendable {
    /// What the object shows.
    package var label: LearnedLabel
    /// How sure the model is of the whole label, 0 to 1, calibrated.
    package var confidence: Float
    /// How sure it is of each box, in their order; empty for other labels.
    package var parts: [Float]
    /// Of each class, adding up to 1; empty where the object has more than one.
    package var probabilities: [Float]

    package init(label: LearnedLabel, confidence: Float, parts: [Float] = [], probabilities: [Float] = []) {
        self.label = label
        self.confidence = confidence
        self.parts = parts
        self.probabilities = probabilities
    }

    /// The most likely class; the lower one where two are equal.
    package init(probabilities: [Float]) {
        var best = (label: 0, confidence: Float(0))
        for (label, value) in probabilities.enumerated() where value > best.confidence { best = (label, value) }
        self.init(label: .category(best.label), confidence: best.confidence, probabilities: probabilities)
    }
}

/// One labelled object: where its features are, and what it shows.
package struct LearningExample: Hashable, Sendable {
    /// Where the features are in the `FeatureSource`.
    package var index: Int
    /// What people say of it.
    package var label: LearnedLabel

    package init(index: Int, label: LearnedLabel) {
        self.index = index
        self.label = label
    }
}

/// What a training makes.
package struct Training: Sendable {
    /// Learned from all examples.
    package var model: any LearnedModel
    /// What models that had not seen an example say of it, calibrated like the model, in the order of the examples;
    /// nil where every one had seen it.
    package var outOfFold: [LearnedPrediction?]

    package init(model: any LearnedModel, outOfFold: [LearnedPrediction?]) {
        self.model = model
        self.outOfFold = outOfFold
    }

    /// How well they agree with people, on average; nil where nothing was held out.
    package func outOfFoldAgreement(with examples: [LearningExample]) -> Double? {
        let scores = zip(examples, outOfFold).compactMap { example, prediction in
            prediction.map { $0.label.agreement(with: example.label) }
        }
        return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
    }
}

/// Trains models. The same examples, features and draws give the same model, bit for bit, on the same kind of
/// processor; one training runs on the calling thread only.
package protocol Learner: Sendable {
    /// Names method and version, for reports and the model archive.
    var identifier: String { get }
    /// The extractor whose features it expects.
    var extractor: any FeatureExtractor { get }

    /// Trains a model on labelled examples.
    ///
    /// - Parameters:
    ///   - examples: all with labels of the kind that the learner is made for. The order does not matter to the caller
    ///     but is part of what the model depends on.
    ///   - classes: number of classes. A class without an example gets almost no probability.
    ///   - warmStart: a model to start from, as far as it fits; ignored when it is of another kind.
    ///   - draws: everything random comes from here.
    ///   - isCancelled: asked several times a second; then `LearningError.cancelled` is thrown.
    func train(
        on examples: [LearningExample], of features: any FeatureSource, classes: Int,
        warmStart: (any LearnedModel)?, draws: SeededDraws, isCancelled: () -> Bool
    ) throws -> Training
}

/// Why there is no model.
package enum LearningError: Error, Hashable, Sendable, CustomStringConvertible {
    case cancelled
    /// Fewer than two classes among the examples.
    case tooFewClasses
    /// More classes than a model of the kind can have.
    case tooManyClasses(Int, most: Int)
    /// Weights became infinite: training data or features are unusable.
    case diverged
    /// Model bytes that do not decode.
    case invalidModel(String)

    package var description: String {
        switch self {
        case .cancelled: "training was cancelled"
        case .tooFewClasses: "the examples are all of one class"
        case .tooManyClasses(let count, let most):
            "there are \(count) classes, and models of this kind have at most \(most)"
        case .diverged: "training did not converge"
        case .invalidModel(let reason): "the model cannot be read: \(reason)"
        }
    }
}

/// The kinds of model that this program makes.
package enum LearnedModels {
    /// Numbers of classes that a model of one class an object may have.
    package static let classes = 2...1000

    /// Whether such a model can be learned from examples of these classes.
    static func check(_ labels: [Int], of count: Int) throws(LearningError) {
        guard count <= classes.upperBound else { throw .tooManyClasses(count, most: classes.upperBound) }
        guard Set(labels).count > 1 else { throw .tooFewClasses }
    }

    /// Reads a model that anybody may have written. One on pooled features can be asked only where they can be made;
    /// without `pooling` it can be stored and started from.
    package static func decode(
        _ bytes: [UInt8], pooling: PooledFeatures? = nil
    ) throws(LearningError) -> any LearnedModel {
        switch bytes.prefix(8) {
        case NetworkClassifier.magic[...]: try NetworkClassifier(decoding: bytes)
        case ForeignModel.magic[...]: try ForeignModel(decoding: bytes)
        case PooledClassifier.magic[...]: try PooledClassifier(decoding: bytes, pooling: pooling)
        case TinyImageClassifier.magic[...]: try TinyImageClassifier(decoding: bytes)
        case BoxModel.magic[...]: try BoxModel(decoding: bytes)
        case MaskModel.magic[...]: try MaskModel(decoding: bytes)
        case TextModel.magic[...]: try TextModel(decoding: bytes)
        default: throw .invalidModel("not a model of this version")
        }
    }
}
