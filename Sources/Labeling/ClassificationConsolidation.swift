// Several people's labels for one object, joined into one: the rule that reproduces a real job of the service (302 of
// 302 labels and confidences). It is an expectation maximisation over one confusion matrix per worker (Dawid and Skene
// 1979), run on its own for each consolidation call, with a pseudo-count that pulls each worker toward a common
// accuracy.
//
// Only the columns of answers that a worker really gave are ever needed, so the cost is answers × classes, whatever the
// number of classes.

/// One worker's label for one object.
package struct ClassificationAnswer: Hashable, Sendable {
    /// Any number that stands for the worker within one call.
    package var worker: Int
    /// The class, `0 ..< classes`.
    package var label: Int

    package init(worker: Int, label: Int) {
        self.worker = worker
        self.label = label
    }
}

/// The label that an object gets.
package struct ConsolidatedClass: Hashable, Sendable {
    /// The class, `0 ..< classes`.
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
    /// Workers are told apart by their number only, never ordered by it. Where a single worker was asked, that answer
    /// is the label and its confidence is 0.
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

    /// Rounded to two decimals; what is a half but for rounding errors goes down, as in the vectors the rule is tested
    /// by.
    static func hundredths(_ value: Double) -> Double { (value * 100 + 0.5 - tolerance).rounded(.down) / 100 }

    /// How likely each class is for each object; nil for objects without an answer.
    static func posteriors(_ answers: [[ClassificationAnswer]], classes: Int) -> [[Double]?] {
        let call = NumberedAnswers(answers)
        var beliefs = WorkerBeliefs(call, classes: classes)
        var posteriors = call.objects.map { [Double](repeating: 1 / Double(classes), count: $0.isEmpty ? 0 : classes) }
        for epoch in 1...epochs {
            var prior = [Double](repeating: 0, count: classes)
            for posterior in posteriors where !posterior.isEmpty {
                for truth in 0..<classes { prior[truth] += posterior[truth] }
            }
            normalise(&prior)
            for (object, columns) in call.objects.enumerated() where !columns.isEmpty {
                var product = prior
                for column in columns { beliefs.multiply(&product, by: column) }
                normalise(&product)
                posteriors[object] = product
            }
            // What the last round would learn about the workers is not used any more.
            if epoch < epochs { beliefs.learn(call, posteriors) }
        }
        return posteriors.map { $0.isEmpty ? nil : $0 }
    }

    private static func normalise(_ values: inout [Double]) {
        let sum = values.reduce(0, +)
        for index in values.indices { values[index] /= sum }
    }
}

/// The answers of one call, with workers numbered in the order they come, and each worker's different answers likewise.
private struct NumberedAnswers {
    /// The places in `columns` of each object's answers.
    var objects: [[Int]] = []
    var columns: [(worker: Int, label: Int)] = []
    var workers = 0

    init(_ answers: [[ClassificationAnswer]]) {
        var workerNumbers: [Int: Int] = [:]
        var places: [ClassificationAnswer: Int] = [:]
        for given in answers {
            objects.append(
                given.map { answer in
                    if let place = places[answer] { return place }
                    let worker = workerNumbers[answer.worker] ?? workers
                    if worker == workers {
                        workerNumbers[answer.worker] = worker
                        workers += 1
                    }
                    places[answer] = columns.count
                    columns.append((worker, answer.label))
                    return columns.count - 1
                })
        }
    }
}

/// What is known about the workers of one call: how likely each answer that a worker gave is, given each true class.
private struct WorkerBeliefs {
    private let classes: Int
    private var commonAccuracy = ClassificationConsolidation.startAccuracy
    /// One run of `classes` probabilities per column of the call.
    private var likelihoods: [Double]

    init(_ call: NumberedAnswers, classes: Int) {
        self.classes = classes
        likelihoods = []
        likelihoods.reserveCapacity(call.columns.count * classes)
        for column in call.columns {
            for truth in 0..<classes { likelihoods.append(spread(commonAccuracy, truth, column.label)) }
        }
    }

    func multiply(_ product: inout [Double], by column: Int) {
        for truth in 0..<classes { product[truth] *= likelihoods[column * classes + truth] }
    }

    /// Re-estimates every worker from the objects' posteriors.
    mutating func learn(_ call: NumberedAnswers, _ posteriors: [[Double]]) {
        var counts = [Double](repeating: 0, count: likelihoods.count)
        var rows = [Double](repeating: 0, count: call.workers * classes)
        var given = [Double](repeating: 0, count: call.workers)
        var right = given
        for (object, columns) in call.objects.enumerated() {
            let posterior = posteriors[object]
            for column in columns {
                let (worker, label) = call.columns[column]
                for truth in 0..<classes {
                    counts[column * classes + truth] += posterior[truth]
                    rows[worker * classes + truth] += posterior[truth]
                }
                given[worker] += 1
                right[worker] += posterior[label]
            }
        }
        let weight = ClassificationConsolidation.commonWeight
        for (column, (worker, label)) in call.columns.enumerated() {
            let accuracy = right[worker] / given[worker]
            for truth in 0..<classes {
                let own = spread(accuracy, truth, label), common = spread(commonAccuracy, truth, label)
                let smoothed = counts[column * classes + truth] + given[worker] * (own + weight * common)
                let whole = rows[worker * classes + truth] + given[worker] * (1 + weight)
                likelihoods[column * classes + truth] = smoothed / whole
            }
        }
        commonAccuracy = zip(right, given).reduce(0) { $0 + $1.0 / $1.1 } / Double(max(call.workers, 1))
    }

    /// `accuracy` on the diagonal, the rest spread evenly beside it.
    private func spread(_ accuracy: Double, _ truth: Int, _ answer: Int) -> Double {
        truth == answer ? accuracy : (1 - accuracy) / Double(max(classes - 1, 1))
    }
}
