// Learns to classify texts: logistic regression on TF-IDF of words and runs of characters. On short texts the runs are
// worth two points of accuracy and more; nothing pretrained is needed, and any script works.

package import Kernel

/// Trains a `TextModel`.
package struct TextLearner: Learner {
    /// Names the method and the version of its settings.
    package let identifier = "text-logistic-v1"
    /// Texts as they are.
    package let extractor: any FeatureExtractor = TextExtractor()

    /// Of 3, 10, 30, 100 and 300, 100 is within half a point of the most accurate on newswire and on tweets with a
    /// fifth of the labels, also where one in twenty is wrong.
    var regression = LogisticRegression(c: 100)
    /// A column must occur in that many of the examples.
    var minTexts = 2
    /// Weights of a model: with more classes, fewer columns are known.
    var maxWeights = 1 << 20
    /// Terms of all examples together, eight bytes each; of more, as many examples as fit are learned from.
    var maxTerms = 1 << 25

    package init() {
        // Closer to the minimum the accuracy on those sets does not change any more.
        regression.precision = 1e-5
    }

    package func train(
        on examples: [LearningExample], of features: any FeatureSource, classes: Int,
        warmStart: (any LearnedModel)?, draws: SeededDraws, isCancelled: () -> Bool
    ) throws -> Training {
        let examples = examples.map(LabeledExample.init)
        precondition(examples.allSatisfy { (0..<classes).contains($0.label) })
        let (kept, vocabulary) = try survey(examples, of: features, classes: classes, draws, isCancelled)
        let labels = kept.map { examples[$0].label }
        try LearnedModels.check(labels, of: classes)
        var rows = SparseRows(dimensions: vocabulary.buckets.count)
        for place in kept {
            try read(examples[place], of: features, isCancelled) { rows.append(vocabulary.row($0)) }
        }
        let start = warmStart as? TextModel
        let fit = try CrossValidation.fit(
            rows, labels: labels, classes: classes, by: regression,
            start: start?.classes == classes ? start?.linearModel(for: vocabulary) : nil, draws: draws,
            isCancelled: isCancelled)
        var outOfFold = [LearnedPrediction?](repeating: nil, count: examples.count)
        for (place, prediction) in zip(kept, fit.outOfFold) { outOfFold[place] = prediction }
        let model = TextModel(
            vocabulary: vocabulary, weights: fit.model.weights.map { Float($0) },
            intercepts: fit.model.intercepts.map { Float($0) }, temperature: fit.temperature)
        return Training(model: model, outOfFold: outOfFold)
    }

    /// Which examples to learn from, in their order, and the terms they have. Held-out examples take part in counting
    /// terms, for which no label is looked at.
    private func survey(
        _ examples: [LabeledExample], of features: any FeatureSource, classes: Int, _ draws: SeededDraws,
        _ isCancelled: () -> Bool
    ) throws -> (kept: [Int], vocabulary: TextVocabulary) {
        var order = Array(examples.indices), kept: [Int] = [], total = 0
        order.shuffle(by: draws.scoped("examples"))
        var frequencies = [Int32](repeating: 0, count: TextTerms.buckets)
        for place in order where total < maxTerms {
            try read(examples[place], of: features, isCancelled) { terms in
                total += terms.count
                for term in terms { frequencies[Int(term.bucket)] += 1 }
            }
            kept.append(place)
        }
        let vocabulary = TextVocabulary(
            frequencies: frequencies, texts: kept.count, minTexts: minTexts, maxColumns: maxWeights / classes)
        return (kept.sorted(), vocabulary)
    }

    private func read(
        _ example: LabeledExample, of features: any FeatureSource, _ isCancelled: () -> Bool,
        _ body: ([TermCount]) -> Void
    ) throws {
        if isCancelled() { throw LearningError.cancelled }
        try features.withFeatures(at: example.index) { body(TextTerms.counts(in: $0)) }
    }
}
