import Testing

@testable import Labeling

@Suite struct MaskVoteTests {
    /// By hand: plain votes give 1100. The workers share 2 of 2, 2 of 2 and 0 of 4 pixels with it.
    @Test func workersCountByHowWellTheyFit() {
        let masks = [mask("1100"), mask("1100"), mask("0011")]
        let plain = MaskVote(plain: MaskPatterns(masks)), weighted = MaskVote(reliabilityAware: MaskPatterns(masks))
        #expect(plain.weights == [1, 1, 1])
        #expect(plain.shares == [2.0 / 3, 2.0 / 3])
        // ln(1 + 1 / 1e-5) and ln(1 + 1 / 1.00001)
        let weights = [11.512_935_465, 11.512_935_465, 0.693_142_181]
        for (weight, wanted) in zip(weighted.weights, weights) { #expect(abs(weight - wanted) < 1e-8) }
        #expect(weighted.classes == [1, 0])
        #expect(abs(weighted.shares[0] - 23.025_870_930 / 23.719_013_111) < 1e-8)
    }

    @Test func classesThatAWorkerMissesLowerTheFit() {
        // The first fits in class 1 and misses class 2, which is half of what the others say beside the background.
        let vote = MaskVote(reliabilityAware: MaskPatterns([mask("1100"), mask("1122"), mask("1122")]))
        #expect(abs(vote.weights[0] - 1.098_598_956) < 1e-8)
        #expect(vote.classes == [1, 2])
    }

    @Test func equalSharesGoToTheLowestClass() {
        #expect(MaskVote.winner([(3, 0.4), (2, 0.4 - 1e-12), (0, 0.2)]).value == 2)
        #expect(MaskVote.winner([(7, 1)]).value == 7)
    }
}
