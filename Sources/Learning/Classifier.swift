// What a trainer makes: a model that turns features into calibrated probabilities, and that can be stored.

package import Kernel

/// A trained single-label classifier over the features of one extractor.
package protocol Classifier: Sendable {
    /// The extractor whose features it was trained on.
    var extractor: String { get }
    /// Number of classes; labels are `0 ..< classes`.
    var classes: Int { get }
    /// Calibrated probabilities, one per class, that add up to 1. Safe to call from several threads at once.
    func probabilities(of features: UnsafeRawBufferPointer) -> [Float]
    /// The model as bytes, for `ModelArchive`.
    func encoded() -> [UInt8]
}

/// One labelled object: where its features are, and its class.
package struct LabeledExample: Hashable, Sendable {
    /// Where the features are in the `FeatureSource`.
    package var index: Int
    /// The class, `0 ..< classes`.
    package var label: Int

    package init(index: Int, label: Int) {
        self.index = index
        self.label = label
    }
}

/// The most likely class and how sure the model is of it.
package struct Prediction: Hashable, Sendable {
    /// The class, `0 ..< classes`.
    package var label: Int
    /// Its calibrated probability, 0 to 1.
    package var confidence: Float

    package init(label: Int, confidence: Float) {
        self.label = label
        self.confidence = confidence
    }
}

extension Classifier {
    /// The most likely class; the lower one where two are equal.
    package func prediction(of features: UnsafeRawBufferPointer) -> Prediction {
        let probabilities = probabilities(of: features)
        var best = Prediction(label: 0, confidence: 0)
        for (label, value) in probabilities.enumerated() where value > best.confidence {
            best = Prediction(label: label, confidence: value)
        }
        return best
    }
}

/// Trains classifiers. The same examples, features and draws give the same model, bit for bit, on the same kind of
/// processor; one training runs on the calling thread only.
package protocol ClassifierTrainer: Sendable {
    /// Names method and version, for reports and the model archive.
    var identifier: String { get }
    /// The extractor whose features it expects.
    var extractor: any FeatureExtractor { get }

    /// Trains a model on labelled examples.
    ///
    /// - Parameters:
    ///   - examples: at least two different labels must occur; the order does not matter to the caller but is part of
    ///     what the model depends on.
    ///   - classes: number of classes; labels are `0 ..< classes`. A class without an example gets almost no
    ///     probability.
    ///   - warmStart: a model to start from; its last layer is kept only where the number of classes is the same.
    ///     Ignored when it is of another kind.
    ///   - draws: everything random comes from here.
    ///   - isCancelled: asked several times a second.
    func train(
        on examples: [LabeledExample], of features: any FeatureSource, classes: Int, warmStart: (any Classifier)?,
        draws: SeededDraws, isCancelled: () -> Bool
    ) throws -> any Classifier
}

/// Why there is no model.
package enum LearningError: Error, Hashable, Sendable, CustomStringConvertible {
    case cancelled
    /// Fewer than two classes among the examples.
    case tooFewClasses
    /// Weights became infinite: training data or features are unusable.
    case diverged
    /// Model bytes that do not decode.
    case invalidModel(String)

    package var description: String {
        switch self {
        case .cancelled: "training was cancelled"
        case .tooFewClasses: "the examples are all of one class"
        case .diverged: "training did not converge"
        case .invalidModel(let reason): "the model cannot be read: \(reason)"
        }
    }
}
