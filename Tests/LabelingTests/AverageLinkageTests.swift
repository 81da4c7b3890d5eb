import Kernel
import Testing

@testable import Labeling

@Suite struct AverageLinkageTests {
    /// Clusters by comparing all pairs of clusters over and over: slow, and nothing to get wrong.
    private func plainly(_ owners: [Int], _ similarity: [[Double]], above threshold: Double) -> [[Int]] {
        var clusters = owners.indices.map { [$0] }
        while true {
            var best = threshold, pair: (Int, Int)?
            for one in clusters.indices {
                for other in clusters.indices where other > one {
                    guard Set(clusters[one].map { owners[$0] }).isDisjoint(with: clusters[other].map { owners[$0] })
                    else { continue }
                    let all = clusters[one].flatMap { element in clusters[other].map { similarity[element][$0] } }
                    let mean = all.reduce(0, +) / Double(all.count)
                    if mean > best + 1e-9 { (best, pair) = (mean, (one, other)) }
                }
            }
            guard let (one, other) = pair else { return clusters.map { $0.sorted() } }
            clusters[one] += clusters[other]
            clusters.remove(at: other)
        }
    }

    @Test(arguments: 0..<40) func clustersAreThoseOfComparingEverything(seed: Int) {
        let draws = SeededDraws(seed: UInt64(seed)), count = 2 + draws.below(30, 0), people = 2 + draws.below(6, 1)
        let owners = (0..<count).map { draws.below(people, 2, $0) }
        // Elements near one another on a line are alike; some numbers are equal, some are zero.
        let places = (0..<count).map { draws.uniform(3, $0) * 5 }
        let similarity = (0..<count).map { one in
            (0..<count).map { other in
                let near = 1 - abs(places[one] - places[other])
                return max(0, (near + 0.3 * draws.uniform(4, min(one, other), max(one, other))) / 1.3)
            }
        }
        let clusters = AverageLinkage.clusters(
            owners: owners, extents: places.map { ($0 - 0.7, $0 + 0.7) }, .above(0.5)
        ) { similarity[$0][$1] }
        #expect(clusters == plainly(owners, similarity, above: 0.5))
    }

    @Test func theThresholdItselfIsEnoughOnlyWhereItIsSaidToBe() {
        func clusters(_ threshold: AverageLinkage.Threshold) -> [[Int]] {
            AverageLinkage.clusters(owners: [0, 1], extents: [(0, 1), (0, 1)], threshold) { _, _ in 0.5 }
        }
        #expect(clusters(.above(0.5)) == [[0], [1]])
        #expect(clusters(.atLeast(0.5)) == [[0, 1]])
        #expect(clusters(.above(0.4)) == [[0, 1]])
    }

    @Test func nothingOfOneOwnerIsJoined() {
        let clusters = AverageLinkage.clusters(
            owners: [0, 0, 1, 1], extents: (0..<4).map { _ in (0, 1) }, .above(0.5)
        ) { _, _ in 1 }
        #expect(clusters == [[0, 2], [1, 3]])
    }

    @Test func theMostAlikeAreJoinedFirst() {
        let similarity = [[0, 1]: 0.6, [1, 2]: 0.9, [0, 2]: 0.1]
        let clusters = AverageLinkage.clusters(
            owners: [0, 1, 2], extents: (0..<3).map { _ in (0, 1) }, .above(0.5)
        ) { similarity[[$0, $1]] ?? 0 }
        #expect(clusters == [[0], [1, 2]])
    }

    @Test func nothingGivesNothing() {
        #expect(AverageLinkage.clusters(owners: [], extents: [], .above(0.5)) { _, _ in 1 } == [])
    }
}
