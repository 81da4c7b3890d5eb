// Several people's sets of labels for one object, joined into one. The service lists every label that anybody chose,
// each with a confidence of its own, by a method like that for single labels; so each label is a question of its own
// here, no or yes, which the chosen method answers for all objects of the call.

/// One worker's labels for one object.
package struct MultiLabelAnswer: Hashable, Sendable {
    /// Any number that stands for the worker within one call.
    package var worker: Int
    /// The classes, `0 ..< classes`, in any order; may be none.
    package var labels: [Int]

    package init(worker: Int, labels: [Int]) {
        self.worker = worker
        self.labels = labels
    }
}

/// Joining sets of labels class by class.
package enum MultiLabelConsolidation {
    /// Joins the answers of one consolidation call: the classes that anybody chose for each object, ascending; nil for
    /// objects without an answer. Nobody may have chosen any.
    ///
    /// A confidence is how likely the method takes the class to apply, however low; 0 where a single worker was asked.
    /// - Parameters:
    ///   - names: the workers by the numbers that answers give them.
    ///   - statistics: taken as what is known of the workers, and left as what is known after this call: for each
    ///     worker the matrices of all classes, one after another.
    package static func consolidate(
        _ answers: [[MultiLabelAnswer]], by names: [String], classes: Int, workersAsked: Int,
        method: ConsolidationMethod, _ statistics: inout WorkerStatistics
    ) -> [[ConsolidatedClass]?] {
        let chosen = answers.map { given in given.map { (worker: $0.worker, labels: Set($0.labels)) } }
        var results: [[ConsolidatedClass]?] = answers.map { $0.isEmpty ? nil : [] }
        var parts: [WorkerStatistics] = []
        for label in 0..<classes {
            let questions = chosen.map { given in
                given.map { ClassificationAnswer(worker: $0.worker, label: $0.labels.contains(label) ? 1 : 0) }
            }
            let isAsked = questions.map { given in given.contains { $0.label == 1 } }
            var part = statistics.part(of: label, classes: classes)
            // What nobody chose is not listed; it matters only to a method that goes on learning.
            var posteriors: [[Double]] = []
            if workersAsked > 1, method == .pooled || isAsked.contains(true) {
                posteriors = method.posteriors(questions, by: names, classes: 2, &part)
            }
            if method == .pooled { parts.append(part) }
            for object in answers.indices where isAsked[object] {
                let confidence = workersAsked > 1 ? method.confidence(posteriors[object][1]) : 0
                results[object]?.append(ConsolidatedClass(label: label, confidence: confidence))
            }
        }
        if method == .pooled, workersAsked > 1 { statistics = WorkerStatistics(joining: parts) }
        return results
    }
}

extension ConsolidationMethod {
    /// The confidence that a probability is written as: the service's own scale, or the probability itself.
    fileprivate func confidence(_ probability: Double) -> Double {
        typealias Service = ClassificationConsolidation
        return Service.hundredths(
            self == .service ? Service.confidenceFloor + Service.confidenceSpan * probability : probability)
    }
}

extension WorkerStatistics {
    /// What is known of the answers to one of the questions; nothing where statistics are of another kind of task.
    fileprivate func part(of label: Int, classes count: Int) -> WorkerStatistics {
        guard classes.count == 2 * count, counts.values.allSatisfy({ $0.count == 4 * count }) else {
            return WorkerStatistics()
        }
        return WorkerStatistics(
            counts: counts.mapValues { Array($0[(4 * label)..<(4 * label + 4)]) },
            classes: Array(classes[(2 * label)..<(2 * label + 2)]))
    }

    /// What is known of the answers to all questions, which the same workers have answered.
    fileprivate init(joining parts: [WorkerStatistics]) {
        self.init(classes: parts.flatMap(\.classes))
        for part in parts {
            for (name, matrix) in part.counts { counts[name, default: []] += matrix }
        }
    }
}
