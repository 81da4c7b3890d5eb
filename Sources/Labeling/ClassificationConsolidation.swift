// Several people's labels for one object, joined into one: the rule that reproduces a real job of the service (302 of 302
// labels and confidences). It is an expectation maximisation over one confusion matrix per worker (Dawid and Skene 1979),
// run on its own for each consolidation call, with a pseudo-count that pulls each worker toward a common accuracy.
//
// Only the columns of answers that a worker really gave are ever needed, so the cost is answers × classes, whatever the
// number of classes.

/// One worker's label for one object.
package struct ClassificationAnswer: Hashable, Sendable {
    /// Any number that stands for the worker within one call.
    package var worker: Int
    package var label: Int

    package init(worker: Int, label: Int) {
        self.worker = worker
        self.label = label
    }
}

/// The label that an object gets.
package struct ConsolidatedClass: Hashable, Sendable {
    package var label: Int
    /// Whole hundredths.
    package var confidence: Double
}

/// The service's rule for single-label classification, as fitted to its output.
package enum ClassificationConsolidation {
    /// Rounds of expectation and maximisation.
    static let epochs = 2
    /// What a worker is taken to get right before anything is known, and the common accuracy of the first round.
    static let startAccuracy = 0.7
    /// Weight of the common accuracy beside a worker's own answers, as a share of their number.
    static let commonWeight = 0.5
    /// Confidence = `confidenceFloor` + `confidenceSpan` × posterior.
    static let confidenceFloor = 0.05
    static let confidenceSpan = 0.9
    /// What differs by less is equal: ties and halves must not hang on the order of additions.
    static let tolerance = 1e-9

    /// Joins the answers of one consolidation call: one result per object, nil for objects without an answer.
    ///
    /// Workers are told apart by their number only, never ordered by it. Where a single worker was asked, that answer is
    /// the label and its confidence is 0.
    package static func consolidate(
        _ answers: [[ClassificationAnswer]], classes: Int, workersAsked: Int
    ) -> [ConsolidatedClass?] {
        if workersAsked == 1 {
            return answers.map { $0.first.map { ConsolidatedClass(label: $0.label, confidence: 0) } }
        }
        return posteriors(answers, classes: classes).map { posterior in
            guard let posterior, let top = posterior.max(),
                let label = posterior.firstIndex(where: { $0 >= top - tolerance })
            else { return nil }
            return ConsolidatedClass(label: label, confidence: hundredths(confidenceFloor + confidenceSpan * top))
        }
    }

    /// Rounded to two decimals; what is a half but for rounding errors goes down, as in the vectors the rule is tested by.
    static func hundredths(_ value: Double) -> Double { (value * 100 + 0.5 - tolerance).rounded(.down) / 100 }

    /// How likely each class is for each object; nil for objects without an answer.
    static func posteriors(_ answers: [[ClassificationAnswer]], classes: Int) -> [[Double]?] {
        let answered = answers.indices.filter { !answers[$0].isEmpty }
        var beliefs = WorkerBeliefs(classes: classes)
        var posteriors = answers.map { [Double](repeating: 1 / Double(classes), count: $0.isEmpty ? 0 : classes) }
        for epoch in 1...epochs {
            let prior = normalised(
                answered.reduce(into: [Double](repeating: 0, count: classes)) { sum, object in
                    for index in 0..<classes { sum[index] += posteriors[object][index] }
                })
            for object in answered {
                var product = prior
                for answer in answers[object] { beliefs.multiply(&product, by: answer) }
                posteriors[object] = normalised(product)
            }
            // What the last round would learn about the workers is not used any more.
            if epoch < epochs { beliefs.learn(answers, posteriors) }
        }
        return posteriors.map { $0.isEmpty ? nil : $0 }
    }

    private static func normalised(_ values: [Double]) -> [Double] {
        let sum = values.reduce(0, +)
        return values.map { $0 / sum }
    }
}

/// What is known about the workers of one call: for each, how likely each answer is given each true class.
private struct WorkerBeliefs {
    private struct Answered: Hashable {
        var worker: Int, label: Int
    }

    private let classes: Int
    /// Probability of an answer per true class, for the answers that occur; empty before anything was learnt.
    private var columns: [Answered: [Double]] = [:]
    private var commonAccuracy = ClassificationConsolidation.startAccuracy

    init(classes: Int) { self.classes = classes }

    func multiply(_ product: inout [Double], by answer: ClassificationAnswer) {
        if let column = columns[Answered(worker: answer.worker, label: answer.label)] {
            for truth in 0..<classes { product[truth] *= column[truth] }
        } else {
            for truth in 0..<classes {
                product[truth] *= spread(ClassificationConsolidation.startAccuracy, truth, answer.label)
            }
        }
    }

    /// Re-estimates every worker from the objects' posteriors.
    mutating func learn(_ answers: [[ClassificationAnswer]], _ posteriors: [[Double]]) {
        var counts: [Answered: [Double]] = [:]
        var order: [Int] = []
        var totals: [Int: (rows: [Double], given: Double, right: Double)] = [:]
        for (object, given) in answers.enumerated() {
            for answer in given {
                if totals[answer.worker] == nil { order.append(answer.worker) }
                let key = Answered(worker: answer.worker, label: answer.label)
                let posterior = posteriors[object]
                for truth in 0..<classes {
                    counts[key, default: [Double](repeating: 0, count: classes)][truth] += posterior[truth]
                    totals[answer.worker, default: ([Double](repeating: 0, count: classes), 0, 0)].rows[truth] +=
                        posterior[truth]
                }
                totals[answer.worker]?.given += 1
                totals[answer.worker]?.right += posterior[answer.label]
            }
        }
        let common = commonAccuracy, weight = ClassificationConsolidation.commonWeight
        columns = counts
        for (key, column) in counts {
            guard let total = totals[key.worker] else { continue }
            let accuracy = total.right / total.given
            columns[key] = column.indices.map { truth in
                let smoothed =
                    column[truth] + total.given * spread(accuracy, truth, key.label)
                    + total.given * weight * spread(common, truth, key.label)
                return smoothed / (total.rows[truth] + total.given * (1 + weight))
            }
        }
        commonAccuracy =
            order.reduce(0) { sum, worker in sum + (totals[worker].map { $0.right / $0.given } ?? 0) }
            / Double(max(order.count, 1))
    }

    /// `accuracy` on the diagonal, the rest spread evenly beside it.
    private func spread(_ accuracy: Double, _ truth: Int, _ answer: Int) -> Double {
        truth == answer ? accuracy : (1 - accuracy) / Double(max(classes - 1, 1))
    }
}
