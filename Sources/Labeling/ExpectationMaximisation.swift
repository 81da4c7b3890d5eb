// Other ways than the service's to join several people's labels for one object: settings for those who know their
// people. Majority vote; Dawid and Skene's estimation of a confusion matrix per worker (1979, Applied Statistics 28,
// 20-28); one accuracy per worker (Zhang, Chen, Zhou, Jordan 2016, JMLR 17); and Dawid-Skene with a prior that all
// workers together shape, and with statistics that are kept from call to call, so that people whose answers are few are
// not judged by chance.
//
// All sums run in the order of objects and workers as they are given, so results do not depend on hashing.

internal import JSON

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// How the labels of several people are joined.
package enum ConsolidationMethod: String, Hashable, Sendable, CaseIterable {
    /// The rule that reproduces a real job of the service.
    case service
    case majority
    case dawidSkene = "dawid-skene"
    case oneCoin = "one-coin"
    /// Dawid-Skene with a pooled prior, and statistics of workers over the whole job.
    case pooled
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

/// Expectation maximisation over one model of workers.
struct ExpectationMaximisation {
    enum Model { case confusion, oneCoin, pooled }

    private let model: Model
    private let classes: Int
    private let objects: [[ClassificationAnswer]]
    private let workers: Int
    /// What is known from before, for the pooled model: by worker's number.
    private let known: [[Double]], knownClasses: [Double]
    /// How likely each class is for each object; empty for objects without an answer.
    private(set) var posteriors: [[Double]]
    private var prior: [Double] = []
    /// Logarithms of what each worker says, by truth: `classes` squared values each.
    private var logs: [[Double]] = []
    /// What the latest round expects each worker to have said, by truth, and how much of each class there is.
    private(set) var counts: [[Double]] = [], totals: [Double] = []

    /// Smallest probability that is calculated with.
    private static let floor = 1e-10
    /// Weight of the pool beside a worker's own answers; 5 was the best of 1, 2, 5, 10, 20 on public sets.
    private static let poolWeight = 5.0
    private static let poolFloor = 1e-3, diagonal = 0.1, elsewhere = 0.0333
    /// Rounds end when the likelihood grows by less than this per label, or after as many as that.
    private static let growth = 1e-6
    static let mostRounds = 200

    /// - Parameters:
    ///   - objects: answers whose workers are numbered from 0.
    ///   - known: what earlier calls have learnt, one matrix for every worker.
    init(
        _ model: Model, _ objects: [[ClassificationAnswer]], classes: Int, workers: Int, known: [[Double]] = [],
        knownClasses: [Double] = []
    ) {
        self.model = model
        self.objects = objects
        self.classes = classes
        self.workers = workers
        self.known = known
        self.knownClasses = knownClasses
        posteriors = objects.map { Self.shares($0, classes) }
        learn()
    }

    /// Each class's share of an object's votes.
    static func shares(_ answers: [ClassificationAnswer], _ classes: Int) -> [Double] {
        guard !answers.isEmpty else { return [] }
        var shares = [Double](repeating: 0, count: classes)
        for answer in answers { shares[answer.label] += 1 / Double(answers.count) }
        return shares
    }

    /// Goes on until the likelihood stands still; says how many rounds that took.
    @discardableResult
    mutating func converge() -> Int {
        let labels = Double(max(1, objects.reduce(0) { $0 + $1.count }))
        var before = -Double.infinity
        for round in 1...Self.mostRounds {
            let now = advance() / labels
            if now - before < Self.growth { return round }
            before = now
        }
        return Self.mostRounds
    }

    /// One round; answers the log likelihood that the parameters before it had.
    @discardableResult
    mutating func advance() -> Double {
        let likelihood = expect()
        learn()
        return likelihood
    }

    private mutating func expect() -> Double {
        var likelihood = 0.0
        for (place, answers) in objects.enumerated() where !answers.isEmpty {
            var sums = prior
            for answer in answers {
                let matrix = logs[answer.worker]
                for truth in 0..<classes { sums[truth] += matrix[truth * classes + answer.label] }
            }
            let top = sums.max() ?? 0
            var total = 0.0
            for truth in 0..<classes {
                sums[truth] = exp(sums[truth] - top)
                total += sums[truth]
            }
            for truth in 0..<classes { sums[truth] /= total }
            posteriors[place] = sums
            likelihood += top + log(total)
        }
        return likelihood
    }

    private mutating func learn() {
        counts = [[Double]](repeating: [Double](repeating: 0, count: classes * classes), count: workers)
        totals = [Double](repeating: 0, count: classes)
        for (answers, posterior) in zip(objects, posteriors) where !answers.isEmpty {
            for truth in 0..<classes { totals[truth] += posterior[truth] }
            for answer in answers {
                for truth in 0..<classes {
                    counts[answer.worker][truth * classes + answer.label] += posterior[truth]
                }
            }
        }
        switch model {
        case .confusion:
            prior = logarithms(shares: totals)
            logs = counts.map(rows)
        case .oneCoin:
            prior = logarithms(shares: totals)
            logs = counts.map(coin)
        case .pooled:
            prior = logarithms(
                shares: totals.indices.map { totals[$0] + (knownClasses.isEmpty ? 0 : knownClasses[$0]) + 1 })
            learnPooled()
        }
    }

    private func logarithms(shares values: [Double]) -> [Double] {
        let sum = values.reduce(0, +)
        return values.map { log(max($0 / sum, Self.floor)) }
    }

    private func rows(_ matrix: [Double]) -> [Double] {
        var result = matrix.map { max($0, Self.floor) }
        for truth in 0..<classes {
            let row = truth * classes..<(truth + 1) * classes
            let sum = result[row].reduce(0, +)
            for place in row { result[place] = log(result[place] / sum) }
        }
        return result
    }

    private func coin(_ matrix: [Double]) -> [Double] {
        var right = 0.0, all = 0.0
        for truth in 0..<classes {
            right += matrix[truth * classes + truth]
            for label in 0..<classes { all += matrix[truth * classes + label] }
        }
        let skill = min(max(all > 0 ? right / all : 0.5, Self.floor), 1 - Self.floor)
        var result = [Double](repeating: log((1 - skill) / Double(classes - 1)), count: classes * classes)
        for truth in 0..<classes { result[truth * classes + truth] = log(skill) }
        return result
    }

    private mutating func learnPooled() {
        let all = counts.enumerated().map { worker, own in
            known.isEmpty ? own : zip(own, known[worker]).map { $0 + $1 }
        }
        var pool = [Double](repeating: Self.poolFloor, count: classes * classes)
        for matrix in all {
            for place in pool.indices { pool[place] += matrix[place] }
        }
        for truth in 0..<classes {
            let row = truth * classes..<(truth + 1) * classes
            let sum = pool[row].reduce(0, +)
            for place in row { pool[place] /= sum }
        }
        logs = all.map { matrix in
            rows(
                matrix.indices.map { place in
                    let isDiagonal = place / classes == place % classes
                    return matrix[place] + Self.poolWeight * pool[place] + (isDiagonal ? Self.diagonal : Self.elsewhere)
                })
        }
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
        let posteriors: [[Double]]
        switch self {
        case .service, .majority: posteriors = answers.map { ExpectationMaximisation.shares($0, classes) }
        case .dawidSkene, .oneCoin:
            var maximisation = ExpectationMaximisation(
                self == .oneCoin ? .oneCoin : .confusion, answers, classes: classes, workers: names.count)
            maximisation.converge()
            posteriors = maximisation.posteriors
        case .pooled: posteriors = Self.pooled(answers, by: names, classes, &statistics)
        }
        return Self.chosen(posteriors, classes)
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
            statistics.counts[name] = zip(statistics.counts[name] ?? nothing, maximisation.counts[worker]).map {
                $0 + $1
            }
        }
        statistics.classes =
            statistics.classes.isEmpty
            ? maximisation.totals : zip(statistics.classes, maximisation.totals).map { $0 + $1 }
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
