// Which objects people should see next: those that teach a model most. Every sampler gives each object a rank, the
// lowest first; the batch takes them from there.

package import Kernel

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A way to rank the objects that are still without a label (Settles 2009, section 3).
package enum Sampler: String, Hashable, Sendable, CaseIterable {
    /// Lowest confidence in the whole label first.
    case leastConfident = "least-confident"
    /// Smallest lead of the likeliest class over the next one first.
    case margin
    /// Highest entropy of the classes first.
    case entropy
    /// As the draws decide.
    case random
    /// Objects that lie farthest from all that are chosen before them (Sener and Savarese 2018), in the space of the
    /// classes' log-odds.
    case coreSet = "core-set"

    /// One object's rank; of core-set, which looks at all objects together, that of `leastConfident`.
    package func rank(_ prediction: LearnedPrediction, object: Int, _ draws: SeededDraws) -> Double {
        switch self {
        case .random: return draws.uniform(object)
        case .leastConfident, .coreSet: return Double(prediction.confidence)
        case .margin:
            guard prediction.probabilities.count > 1 else { return Double(prediction.confidence) }
            let sorted = prediction.probabilities.sorted(by: >)
            return Double(sorted[0] - sorted[1])
        case .entropy:
            guard prediction.probabilities.count > 1 else { return Double(prediction.confidence) }
            return prediction.probabilities.reduce(0) { sum, share in
                share > 0 ? sum + Double(share) * log(Double(share)) : sum
            }
        }
    }

    /// A place for an object among others: log-odds of its classes, at most `spaceDimensions` of them.
    package static func place(of prediction: LearnedPrediction) -> [Float] {
        prediction.probabilities.prefix(spaceDimensions).map { log(max($0, 1e-6) / max(1 - $0, 1e-6)) }
    }

    private static let spaceDimensions = 64

    /// The `count` objects that lie farthest apart, by their place in `places`, the greedy way: always the one whose
    /// nearest chosen or known place is farthest. The first is the least confident.
    /// - Parameter ranks: those of `leastConfident`; they break ties, lowest first.
    package static func farthestApart(_ count: Int, of places: [[Float]], ranks: [Double]) -> [Int] {
        guard let first = ranks.indices.min(by: { (ranks[$0], $0) < (ranks[$1], $1) }) else { return [] }
        var chosen = [first]
        var distances = places.map { squaredDistance($0, places[first]) }
        distances[first] = -1
        while chosen.count < min(count, places.count) {
            guard
                let next = distances.indices.filter({ distances[$0] >= 0 }).max(by: {
                    (distances[$0], -ranks[$0], -$0) < (distances[$1], -ranks[$1], -$1)
                })
            else { break }
            chosen.append(next)
            for index in places.indices where distances[index] >= 0 {
                distances[index] = min(distances[index], squaredDistance(places[index], places[next]))
            }
            distances[next] = -1
        }
        return chosen
    }

    private static func squaredDistance(_ left: [Float], _ right: [Float]) -> Float {
        zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
}
