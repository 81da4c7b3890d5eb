// The second head of image classification: logistic regression on features of the whole network, pooled over the
// picture. It sees what kind of object fills a good part of a picture, where the convolutional head sees small marks;
// which of the two a job needs, HeadChoice finds out. It works on the same kept maps and makes its own features of them
// whenever it meets a picture, which takes half as long as the backbone.

package import Kernel

/// Trains a `PooledClassifier`.
package struct PooledLearner: Learner {
    package let identifier = "pooled-linear-v1"
    /// The backbone's maps, as for the convolutional head.
    package let extractor: any FeatureExtractor

    private let pooling: PooledFeatures
    /// Chosen on a set of scripts/lib/bench/objects.py with smaller cut-outs; a third of it changes little, a tenth
    /// costs a point of accuracy.
    var regression = LogisticRegression(c: 0.01)

    /// The backbone's two parts.
    package init(backbone: Backbone, pooling: PooledFeatures) {
        self.init(extractor: BackboneExtractor(backbone: backbone), pooling: pooling)
    }

    init(extractor: any FeatureExtractor, pooling: PooledFeatures) {
        self.extractor = extractor
        self.pooling = pooling
        regression.precision = 1e-5
    }

    package func train(
        on examples: [LearningExample], of features: any FeatureSource, classes: Int,
        warmStart: (any LearnedModel)?, draws: SeededDraws, isCancelled: () -> Bool
    ) throws -> Training {
        let examples = examples.map(LabeledExample.init), labels = examples.map(\.label)
        try LearnedModels.check(labels, of: classes)
        var values: [Float] = []
        values.reserveCapacity(examples.count * PooledFeatures.count)
        for example in examples {
            if isCancelled() { throw LearningError.cancelled }
            try features.withFeatures(at: example.index) { values += pooling.values(fromMaps: $0) }
        }
        // A model to start from has learned on inputs brought to its own scale.
        let start = (warmStart as? PooledClassifier)?.head
        let standardisation =
            start?.standardisation ?? Standardisation(of: values, count: PooledFeatures.count, floor: 0.001)
        standardisation.apply(to: &values)
        let fit = try CrossValidation.fit(
            DenseRows(dimensions: PooledFeatures.count, values: values), labels: labels, classes: classes,
            by: regression, start: start?.model, draws: draws, isCancelled: isCancelled)
        let head = LinearHead(standardisation: standardisation, model: fit.model, temperature: fit.temperature)
        return Training(
            model: PooledClassifier(extractor: extractor.identifier, head: head, pooling: pooling),
            outOfFold: fit.outOfFold)
    }
}

/// Linear scores of pooled features. Safe to use from several threads at once.
package struct PooledClassifier: LearnedModel {
    package let extractor: String
    package var classes: Int { head.model.classes }

    let head: LinearHead
    /// Without it the model can be stored and started from, but not asked.
    let pooling: PooledFeatures?

    static let magic = Array("GWPOOL01".utf8)

    init(extractor: String, head: LinearHead, pooling: PooledFeatures?) {
        self.extractor = extractor
        self.head = head
        self.pooling = pooling
    }

    /// Every class is equally likely where the weights for making features are not at hand.
    package func prediction(of features: UnsafeRawBufferPointer) -> LearnedPrediction {
        guard let pooling else {
            return LearnedPrediction(probabilities: Array(repeating: 1 / Float(classes), count: classes))
        }
        var values = pooling.values(fromMaps: features)
        head.standardisation.apply(to: &values)
        return head.prediction(of: DenseRows(dimensions: PooledFeatures.count, values: values))
    }

    package func encoded() -> [UInt8] { head.encoded(PooledClassifier.magic) }

    /// Reads a model that was written by `encoded`, or refuses it; see `LinearHead` for the format.
    package init(decoding bytes: [UInt8], pooling: PooledFeatures?) throws(LearningError) {
        let head = try LinearHead(
            decoding: bytes, PooledClassifier.magic, inputs: PooledFeatures.count, columns: PooledFeatures.count)
        self.init(extractor: BackboneExtractor.identifier, head: head, pooling: pooling)
    }
}
