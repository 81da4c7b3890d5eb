// Other ways than the service's to join several people's labels for one object: settings for those who know their
// people. Majority vote; Dawid and Skene's estimation of a confusion matrix per worker (1979, Applied Statistics 28,
// 20-28); one accuracy per worker (Zhang, Chen, Zhou, Jordan 2016, JMLR 17); and Dawid-Skene with a prior that all
// workers together shape, and with statistics that are kept from call to call, so that people whose answers are few are
// not judged by chance.
//
// All sums run in the order of objects and workers as they are given, so results do not depend on hashing.

internal import JSON

/// How the labels of several people are joined.
package enum ConsolidationMethod: String, Hashable, Sendable, CaseIterable {
    /// The rule that reproduces a real job of the service.
    case service
    case majority
    case dawidSkene = "dawid-skene"
    case oneCoin = "one-coin"
    /// Dawid-Skene with a pooled prior, and statistics of workers over the whole job.
    case pooled
    /// For boxes: running weighted means in place of clusters with medians.
    case weightedBoxFusion = "weighted-box-fusion"
    /// For masks: votes weighted by how well a worker's mask fits the result, not smoothed.
    case reliabilityAware = "reliability-aware"
    /// For masks: one accuracy for each worker.
    case expectationMaximisation = "expectation-maximisation"

    /// Whether answers to a task of some kind can be joined in this way.
    package func fits(_ type: TaskType) -> Bool {
        switch type.base {
        case .boundingBox: self == .service || self == .weightedBoxFusion
        case .semanticSegmentation: self == .service || MaskConsolidation.Method(rawValue: rawValue) != nil
        case .imageMultiClass, .textMultiClass, .imageMultiClassMultiLabel, .textMultiClassMultiLabel:
            ![.weightedBoxFusion, .reliabilityAware, .expectationMaximisation].contains(self)
        default: self == .service
        }
    }
}

/// What is known of a job's workers from calls so far: how often each said what, by what it most likely was.
package struct WorkerStatistics: Hashable, Sendable {
    /// Rows are the truth, columns what was said: `classes` squared values by worker.
    package var counts: [String: [Double]]
    /// How much of each class there was.
    package var classes: [Double]

    package init(counts: [String: [Double]] = [:], classes: [Double] = []) {
        self.counts = counts
        self.classes = classes
    }
}

extension WorkerStatistics {
    /// As JSON, with every digit.
    package var encoded: [UInt8] {
        var members = JSONObject()
        for (name, matrix) in counts.sorted(by: { $0.key < $1.key }) {
            members[name] = .array(matrix.map { .double($0) })
        }
        return JSONValue.object(["counts": .object(members), "classes": .array(classes.map { .double($0) })])
            .compactBytes
    }

    /// Nil for anything but what `encoded` has written.
    package init?(decoding bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), let members = value["counts"]?.object,
            let totals = value["classes"]?.array
        else { return nil }
        classes = totals.compactMap(\.double)
        counts = [:]
        for member in members.members { counts[member.name] = member.value.array?.compactMap(\.double) }
    }
}

extension ConsolidationMethod {
    /// Joins the answers of one consolidation call: one result per object, nil for objects without an answer. Where a
    /// single worker was asked, that answer is the label and its confidence is 0.
    ///
    /// - Parameters:
    ///   - names: the workers by the numbers that answers give them.
    ///   - statistics: taken as what is known of the workers, and left as what is known after this call.
    package func consolidate(
        _ answers: [[ClassificationAnswer]], by names: [String], classes: Int, workersAsked: Int,
        _ statistics: inout WorkerStatistics
    ) -> [ConsolidatedClass?] {
        guard self != .service, workersAsked > 1 else {
            return ClassificationConsolidation.consolidate(answers, classes: classes, workersAsked: workersAsked)
        }
        return Self.chosen(posteriors(answers, by: names, classes: classes, &statistics), classes)
    }

    /// How likely each class is for each object of one call; empty for objects without an answer.
    func posteriors(
        _ answers: [[ClassificationAnswer]], by names: [String], classes: Int, _ statistics: inout WorkerStatistics
    ) -> [[Double]] {
        switch self {
        case .service: return ClassificationConsolidation.posteriors(answers, classes: classes).map { $0 ?? [] }
        case .majority: return answers.map { ExpectationMaximisation.shares($0, classes) }
        case .dawidSkene, .oneCoin:
            var maximisation = ExpectationMaximisation(
                self == .oneCoin ? .oneCoin : .confusion, answers, classes: classes, workers: names.count)
            maximisation.converge()
            return maximisation.posteriors
        case .pooled: return Self.pooled(answers, by: names, classes, &statistics)
        case .weightedBoxFusion, .reliabilityAware, .expectationMaximisation:
            preconditionFailure("\(rawValue) is no method for classes")
        }
    }

    private static func pooled(
        _ answers: [[ClassificationAnswer]], by names: [String], _ classes: Int, _ statistics: inout WorkerStatistics
    ) -> [[Double]] {
        let nothing = [Double](repeating: 0, count: classes * classes)
        // Workers of earlier calls shape the pool, whether or not they have answered here.
        let others = statistics.counts.keys.filter { !names.contains($0) }.sorted()
        var maximisation = ExpectationMaximisation(
            .pooled, answers, classes: classes, workers: names.count + others.count,
            known: (names + others).map { statistics.counts[$0] ?? nothing }, knownClasses: statistics.classes)
        maximisation.converge()
        for (worker, name) in names.enumerated() {
            statistics.counts[name] = sum(statistics.counts[name] ?? nothing, maximisation.counts[worker])
        }
        statistics.classes =
            statistics.classes.isEmpty
            ? maximisation.totals : sum(statistics.classes, maximisation.totals)
        return maximisation.posteriors
    }

    /// The likeliest class; of equally likely ones the more frequent, then the first.
    private static func chosen(_ posteriors: [[Double]], _ classes: Int) -> [ConsolidatedClass?] {
        var frequency = [Double](repeating: 0, count: classes)
        for posterior in posteriors where !posterior.isEmpty {
            for label in 0..<classes { frequency[label] += posterior[label] }
        }
        let tolerance = ClassificationConsolidation.tolerance
        return posteriors.map { posterior in
            guard let top = posterior.max() else { return nil }
            var label = 0, best = -1.0
            for candidate in 0..<classes
            where posterior[candidate] >= top - tolerance && frequency[candidate] > best + tolerance {
                label = candidate
                best = frequency[candidate]
            }
            return ConsolidatedClass(label: label, confidence: ClassificationConsolidation.hundredths(top))
        }
    }
}
