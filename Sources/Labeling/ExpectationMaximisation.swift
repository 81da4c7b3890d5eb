// Estimating what objects are and how far each worker can be believed, in turns, until both stand still. The models of
// a worker: a confusion matrix (Dawid and Skene 1979), one accuracy (Zhang and others 2016), and a confusion matrix
// with a prior that all workers together shape.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

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
    private static let mostRounds = 200

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

    /// Goes on until the likelihood stands still.
    mutating func converge() {
        let labels = Double(max(1, objects.reduce(0) { $0 + $1.count }))
        var before = -Double.infinity
        for _ in 0..<Self.mostRounds {
            let now = advance() / labels
            if now - before < Self.growth { return }
            before = now
        }
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
        normalised(matrix.map { max($0, Self.floor) }).map { log($0) }
    }

    /// A matrix whose rows add up to 1 each.
    private func normalised(_ matrix: [Double]) -> [Double] {
        var result = matrix
        for truth in 0..<classes {
            let row = truth * classes..<(truth + 1) * classes
            let sum = result[row].reduce(0, +)
            for place in row { result[place] /= sum }
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
            known.isEmpty ? own : sum(own, known[worker])
        }
        var pool = [Double](repeating: Self.poolFloor, count: classes * classes)
        for matrix in all {
            for place in pool.indices { pool[place] += matrix[place] }
        }
        pool = normalised(pool)
        logs = all.map { matrix in
            rows(
                matrix.indices.map { place in
                    let isDiagonal = place / classes == place % classes
                    return matrix[place] + Self.poolWeight * pool[place] + (isDiagonal ? Self.diagonal : Self.elsewhere)
                })
        }
    }
}

/// The sums of values at the same places.
func sum(_ one: [Double], _ other: [Double]) -> [Double] { zip(one, other).map { $0 + $1 } }
