import Kernel
import Testing

@testable import Learning

struct AgreementEstimateTests {
    @Test func withoutExamplesThePriorStands() {
        let estimate = AgreementEstimate(prior: [0.5, 1], figures: [], shares: [])
        #expect(estimate.weights == [0.5, 1])
        #expect(abs(Double(estimate.share(for: [1, 2])) - 1 / (1 + exponential(-2.5))) < 1e-6)
    }

    @Test func theWeightsBehindSharesAreFound() {
        let draws = SeededDraws(seed: 3)
        let figures = (0..<3000).map { [1, draws.normal($0), draws.normal($0, 1)] }
        // Shares that are 0 or 1, with the chances of the weights -0.5, 1.5 and -1.
        let shares = figures.enumerated().map { index, row in
            draws.uniform(index, 2) < 1 / (1 + exponential(0.5 - 1.5 * row[1] + row[2])) ? 1.0 : 0
        }
        let found = AgreementEstimate(prior: [0, 1, 0], figures: figures, shares: shares)
        for (weight, expected) in zip(found.weights, [-0.5, 1.5, -1]) { #expect(abs(Double(weight) - expected) < 0.2) }
        // At the minimum the mean share is the one expected on average.
        let mean = figures.reduce(0) { $0 + Double(found.share(for: $1)) } / 3000
        #expect(abs(mean - shares.reduce(0, +) / 3000) < 0.002)
    }

    @Test func extremeFiguresDoNotThrowTheFitOffCourse() {
        let figures = (0..<200).map { [1, $0 % 2 == 0 ? 9.2 : -9.2, Double($0 % 7) * 50, 0, 0, 0] }
        let shares = (0..<200).map { $0 % 2 == 0 ? 1.0 : 0.6 }
        let found = AgreementEstimate(prior: AgreementEstimate.picturePrior, figures: figures, shares: shares)
        #expect(found.weights.allSatisfy { $0.isFinite })
        #expect(found.share(for: figures[0]) > 0.9 && abs(found.share(for: figures[1]) - 0.6) < 0.05)
    }

    @Test func allRightDoesNotMeanCertain() {
        let found = AgreementEstimate(
            prior: [0, 1], figures: Array(repeating: [1, 2], count: 20), shares: Array(repeating: 1, count: 20))
        #expect((0.85...0.99).contains(found.share(for: [1, 2])))
    }
}
