// The trained form of a text learner: what terms say for each class.

/// Linear scores of the terms of a text, with calibrated probabilities.
package struct TextModel: LearnedModel {
    package var extractor: String { TextExtractor.identifier }
    /// Number of outputs.
    package var classes: Int { intercepts.count }

    let vocabulary: TextVocabulary
    /// Of column j and class k at `j * classes + k`.
    let weights: [Float]
    let intercepts: [Float]
    let temperature: Float

    init(vocabulary: TextVocabulary, weights: [Float], intercepts: [Float], temperature: Float) {
        precondition(weights.count == vocabulary.buckets.count * intercepts.count)
        self.vocabulary = vocabulary
        self.weights = weights
        self.intercepts = intercepts
        self.temperature = temperature
    }

    package func prediction(of features: UnsafeRawBufferPointer) -> LearnedPrediction {
        var logits = intercepts
        for (column, value) in vocabulary.row(TextTerms.counts(in: features)) {
            for label in logits.indices { logits[label] += value * weights[column * logits.count + label] }
        }
        return LearnedPrediction(probabilities: softmax(logits, temperature: temperature))
    }

    /// The model's weights in the columns of another vocabulary, to start from.
    func linearModel(for other: TextVocabulary) -> LinearModel {
        var result = [Double](repeating: 0, count: other.buckets.count * classes), own = 0
        for (column, bucket) in other.buckets.enumerated() {
            while own < vocabulary.buckets.count, vocabulary.buckets[own] < bucket { own += 1 }
            guard own < vocabulary.buckets.count, vocabulary.buckets[own] == bucket else { continue }
            for label in 0..<classes { result[column * classes + label] = Double(weights[own * classes + label]) }
        }
        return LinearModel(
            dimensions: other.buckets.count, classes: classes, weights: result,
            intercepts: intercepts.map { Double($0) })
    }
}
