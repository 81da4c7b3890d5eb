// How good a trained model is on labels that it has not seen, in the measures of the service's algorithms: the share of
// right labels for classes, mean average precision for boxes.

internal import Learning

/// What was measured of a training.
struct TrainingMeasures: Hashable, Sendable {
    /// On what the model has learned from, and on what was held out; 0 to 1.
    var train: Double, validation: Double
    /// Numbers of examples.
    var trained: Int, validated: Int

    /// What a model says, held against people's labels.
    static func score(_ predictions: [LearnedPrediction], _ truth: [LearnedLabel], classes: Int) -> Double {
        guard !truth.isEmpty else { return 0 }
        if case .boxes = truth[0] { return meanAveragePrecision(predictions, truth, classes: classes) }
        let total = zip(predictions, truth).reduce(0) { $0 + $1.0.label.agreement(with: $1.1) }
        return total / Double(truth.count)
    }

    /// The overlap from which a predicted box counts as found (Pascal VOC).
    private static let foundOverlap: Float = 0.5

    /// The mean over classes of the area under the curve of precision over recall (Everingham et al. 2010, as of VOC
    /// 2010: with every recall that occurs). Classes that nobody has seen do not count.
    static func meanAveragePrecision(
        _ predictions: [LearnedPrediction], _ truth: [LearnedLabel], classes: Int
    ) -> Double {
        let precisions = (0..<classes).compactMap { averagePrecision(of: $0, predictions, truth) }
        return precisions.isEmpty ? 0 : precisions.reduce(0, +) / Double(precisions.count)
    }

    private static func averagePrecision(
        of category: Int, _ predictions: [LearnedPrediction], _ truth: [LearnedLabel]
    ) -> Double? {
        let wanted = truth.map { label in label.marks.filter { $0.category == category } }
        let count = wanted.reduce(0) { $0 + $1.count }
        guard count > 0 else { return nil }
        var offers: [(image: Int, box: LearnedBox, score: Float)] = []
        for (image, prediction) in predictions.enumerated() {
            for (place, box) in prediction.label.marks.enumerated() where box.category == category {
                let score = place < prediction.parts.count ? prediction.parts[place] : prediction.confidence
                offers.append((image, box, score))
            }
        }
        // The best first; of equal ones those of earlier images.
        offers = offers.enumerated().sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
            .map(\.element)
        var taken = wanted.map { [Bool](repeating: false, count: $0.count) }
        var right = 0
        var points: [(recall: Double, precision: Double)] = []
        for (place, offer) in offers.enumerated() {
            let partners = wanted[offer.image].enumerated().map { ($0.offset, offer.box.overlap($0.element)) }
            if let best = partners.max(by: { $0.1 < $1.1 }), best.1 >= foundOverlap, !taken[offer.image][best.0] {
                taken[offer.image][best.0] = true
                right += 1
            }
            points.append((Double(right) / Double(count), Double(right) / Double(place + 1)))
        }
        var area = 0.0, best = 0.0, end = points.last?.recall ?? 0
        for point in points.reversed() {
            area += best * (end - point.recall)
            end = point.recall
            best = max(best, point.precision)
        }
        return area + best * end
    }
}

extension LearnedLabel {
    /// The boxes of a picture; none of any other label.
    fileprivate var marks: [LearnedBox] {
        if case .boxes(let boxes) = self { return boxes }
        return []
    }
}
