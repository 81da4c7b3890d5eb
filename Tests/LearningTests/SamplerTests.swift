import Kernel
import Learning
import Testing

struct SamplerTests {
    private let draws = SeededDraws(seed: 1)

    private func order(_ sampler: Sampler, _ all: [[Float]]) -> [Int] {
        let ranks = all.enumerated().map { index, probabilities in
            sampler.rank(LearnedPrediction(probabilities: probabilities), object: index, draws)
        }
        return ranks.indices.sorted { ranks[$0] < ranks[$1] }
    }

    /// Three classes; which is least sure depends on what one asks (Settles 2009, figure 4).
    @Test func everySamplerHasItsOwnFirstObject() {
        let all: [[Float]] = [[0.46, 0.45, 0.09], [0.42, 0.29, 0.29], [0.44, 0.3, 0.26], [0.9, 0.05, 0.05]]
        #expect(order(.leastConfident, all) == [1, 2, 0, 3])
        #expect(order(.margin, all).first == 0)
        #expect(order(.entropy, all).first == 1 && order(.entropy, all).last == 3)
    }

    @Test func randomOrderFollowsTheDrawsAlone() {
        let all = Array(repeating: [Float(0.5), 0.5], count: 50)
        #expect(order(.random, all) == order(.random, all.map { _ in [0.9, 0.1] }))
        #expect(order(.random, all) != Array(0..<50))
    }

    @Test func labelsWithMoreThanAClassGoByTheirConfidence() {
        for sampler in Sampler.allCases where sampler != .random {
            #expect(sampler.rank(LearnedPrediction(label: .boxes([]), confidence: 0.25), object: 3, draws) == 0.25)
        }
    }

    @Test func theFarthestPlacesAreChosenOneAfterTheOther() {
        let places: [[Float]] = [[0, 0], [1, 0], [10, 0], [10, 1], [0, 7]]
        // The least confident first, then always the one farthest from all before it.
        #expect(Sampler.farthestApart(3, of: places, ranks: [0.1, 0.2, 0.3, 0.4, 0.5]) == [0, 3, 4])
        #expect(Sampler.farthestApart(9, of: places, ranks: [0.5, 0.2, 0.3, 0.4, 0.1]).sorted() == [0, 1, 2, 3, 4])
        #expect(Sampler.farthestApart(2, of: [], ranks: []).isEmpty)
        #expect(Sampler.farthestApart(2, of: [[1], [1], [1]], ranks: [0.3, 0.1, 0.2]) == [1, 2])
    }
}
