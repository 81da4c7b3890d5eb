// Estimating in turns what every pixel is and how often each worker is right about one (Warfield, Zou, Wells 2004, and
// Jung-Lin Lee and others 2018, as crowd-kit does it): one accuracy per worker, over the pixels on which anybody has
// marked anything. What a round makes of a pixel is what the next one expects of it, so rounds must be few.
//
// For two classes it is that program's calculation; with more, a wrong answer is any of the other classes alike.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Expectation maximisation with one accuracy per worker, counted by pattern of answers.
struct MaskExpectation {
    /// The likeliest class of each pattern; of equal ones the lowest.
    private(set) var classes: [UInt8] = []
    /// How likely that class is.
    private(set) var shares: [Double] = []

    private let patterns: MaskPatterns
    /// Classes that any worker has named, at least 2.
    private let classCount: Int
    /// Pixels on which anybody has marked anything.
    private let region: Int
    /// Each class that a pattern names, and how likely it is. What nobody says is impossible.
    private var beliefs: [[(value: UInt8, share: Double)]]
    private var accuracies: [Double] = []

    /// Rounds end when the bound on the likelihood grows by less than this per answer, or after as many as that.
    private static let growth = 1e-5
    private static let mostRounds = 10
    /// Smallest probability of a wrong or a right answer, and of a class.
    private static let floor = 1e-10, leastShare = 1e-15

    init(_ patterns: MaskPatterns) {
        self.patterns = patterns
        classCount = max(2, Set(patterns.answers.joined()).count)
        region = zip(patterns.answers, patterns.counts).reduce(0) { sum, pattern in
            pattern.0.contains { $0 != 0 } ? sum + pattern.1 : sum
        }
        let vote = MaskVote(plain: patterns)
        beliefs = vote.classes.map { [($0, 1)] }
        learn()
        beliefs = patterns.answers.map(vote.ballot)
        if region > 0 { converge() }
        let winners = beliefs.map(MaskVote.winner)
        classes = winners.map(\.value)
        shares = winners.map(\.share)
    }

    private mutating func converge() {
        var before = -Double.infinity
        for _ in 0..<Self.mostRounds {
            let prior = beliefs
            for pattern in beliefs.indices { expect(pattern) }
            learn()
            let now = bound(prior)
            if now - before < Self.growth { return }
            before = now
        }
    }

    private mutating func expect(_ pattern: Int) {
        let sums = beliefs[pattern].map { belief in
            belief.share > 0 ? log(belief.share) + evidence(for: belief.value, in: pattern) : -.infinity
        }
        let top = sums.max() ?? 0
        let scaled = sums.map { exp($0 - top) }, whole = scaled.reduce(0, +)
        for place in scaled.indices {
            let share = scaled[place] / whole
            beliefs[pattern][place].share = share < Self.leastShare ? 0 : share
        }
    }

    /// The logarithm of how likely the pattern's answers are where the pixel is of a class.
    private func evidence(for value: UInt8, in pattern: Int) -> Double {
        var sum = 0.0
        for (worker, said) in patterns.answers[pattern].enumerated() {
            sum += log(said == value ? accuracies[worker] : (1 - accuracies[worker]) / Double(classCount - 1))
        }
        return sum
    }

    private mutating func learn() {
        accuracies = (0..<patterns.workers).map { worker in
            var wrong = 0.0
            for (pattern, belief) in beliefs.enumerated() {
                let said = patterns.answers[pattern][worker]
                let right = belief.first { $0.value == said }?.share ?? 0
                wrong += Double(patterns.counts[pattern]) * (1 - right)
            }
            return min(max(1 - wrong / Double(max(1, region)), Self.floor), 1 - Self.floor)
        }
    }

    /// What is gained for every answer. The expectation counts once for each answer, which is how the rounds that the
    /// references took come out.
    private func bound(_ prior: [[(value: UInt8, share: Double)]]) -> Double {
        var sum = 0.0
        for (pattern, belief) in beliefs.enumerated() {
            var gain = 0.0
            for (place, (value, share)) in belief.enumerated() where share > 0 {
                let expected = Double(patterns.workers) * log(prior[pattern][place].share)
                gain += share * (expected + evidence(for: value, in: pattern) - log(share))
            }
            sum += gain * Double(patterns.counts[pattern])
        }
        return sum / Double(patterns.workers * patterns.size.area)
    }
}
