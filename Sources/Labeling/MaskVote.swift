// Votes about the class of every pixel, counted by pattern of answers: plain, or with workers weighted by how well
// their masks fit what the vote makes of all (Reliability Aware Sequence Aggregation, Li and Fukumoto 2019, carried
// over to masks as in crowd-kit).

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// What a vote makes of every pattern of answers.
struct MaskVote {
    /// By worker; more than 0.
    private(set) var weights: [Double]
    /// The class of each pattern; of equal ones the lowest, so that ties go to the background.
    private(set) var classes: [UInt8] = []
    /// The share that the class of each pattern has of the vote.
    private(set) var shares: [Double] = []

    /// Rounds of weighting end when fewer than this share of the pixels change, or after as many as that.
    private static let change = 1e-4
    private static let mostRounds = 10
    /// Keeps the weight of a worker who fits perfectly finite.
    private static let floor = 1e-5

    /// A vote in which all workers count the same.
    init(plain patterns: MaskPatterns) {
        weights = [Double](repeating: 1, count: patterns.workers)
        count(patterns)
    }

    /// A vote in which workers count by how well they fit its result, weights and result found in turns.
    init(reliabilityAware patterns: MaskPatterns) {
        self.init(plain: patterns)
        for _ in 1..<Self.mostRounds {
            let before = classes
            weights = (0..<patterns.workers).map { worker in
                log(1 + 1 / (1 - fit(of: worker, patterns) + Self.floor))
            }
            count(patterns)
            let changed = classes.indices.reduce(0) { $0 + (classes[$1] == before[$1] ? 0 : patterns.counts[$1]) }
            if Double(changed) < Self.change * Double(patterns.size.area) { return }
        }
    }

    /// Each class that a pattern names, with its share of the vote, in the order of the workers.
    func ballot(_ answers: [UInt8]) -> [(value: UInt8, share: Double)] {
        var ballot: [(value: UInt8, share: Double)] = []
        let whole = weights.reduce(0, +)
        for (worker, value) in answers.enumerated() {
            if let place = ballot.firstIndex(where: { $0.value == value }) {
                ballot[place].share += weights[worker] / whole
            } else {
                ballot.append((value, weights[worker] / whole))
            }
        }
        return ballot
    }

    /// The class with the largest share, of equal ones the lowest.
    static func winner(_ ballot: [(value: UInt8, share: Double)]) -> (value: UInt8, share: Double) {
        var top = (value: UInt8(0), share: 0.0)
        for candidate in ballot where candidate.share > top.share { top = candidate }
        let least = top.share - ClassificationConsolidation.tolerance
        for candidate in ballot where candidate.share >= least && candidate.value < top.value { top = candidate }
        return top
    }

    private mutating func count(_ patterns: MaskPatterns) {
        let winners = patterns.answers.map { Self.winner(ballot($0)) }
        classes = winners.map(\.value)
        shares = winners.map { min(1, $0.share) }
    }

    /// The mean Jaccard index of a worker's mask with the vote's, over the classes that either shows beside the
    /// background; 1 where there is none.
    private func fit(of worker: Int, _ patterns: MaskPatterns) -> Double {
        var shared = [Int](repeating: 0, count: 256), all = shared
        for (pattern, answers) in patterns.answers.enumerated() {
            let said = Int(answers[worker]), became = Int(classes[pattern]), pixels = patterns.counts[pattern]
            all[said] += pixels
            if said == became { shared[said] += pixels } else { all[became] += pixels }
        }
        let shown = (1..<256).filter { all[$0] > 0 }
        guard !shown.isEmpty else { return 1 }
        return shown.reduce(0) { $0 + Double(shared[$1]) / Double(all[$1]) } / Double(shown.count)
    }
}
