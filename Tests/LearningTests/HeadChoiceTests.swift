import Learning
import Testing

struct HeadChoiceTests {
    private func tried(_ agreements: [Double?], of heads: Int = 3, target: Double = 0.95) -> HeadChoice {
        var choice = HeadChoice(target: target, heads: heads)
        for agreement in agreements { choice.add(agreement) }
        return choice
    }

    @Test func theFirstHeadIsAlwaysTried() {
        #expect(tried([]).next == 0)
        #expect(tried([]).winner == nil)
        #expect(tried([], target: 0).next == 0)
    }

    @Test func aHeadThatReachesTheTargetEndsTheSearch() {
        #expect(tried([0.95]).next == nil)
        #expect(tried([0.95]).winner == 0)
        #expect(tried([0.9, 0.96]).next == nil)
        #expect(tried([0.9, 0.96]).winner == 1)
    }

    @Test func belowTheTargetTheNextIsTriedUntilThereIsNone() {
        #expect(tried([0.9499]).next == 1)
        #expect(tried([0.9, 0.8]).next == 2)
        #expect(tried([0.9, 0.8, 0.85]).next == nil)
        #expect(tried([0.9, 0.8, 0.85]).winner == 0)
        #expect(tried([0.1], of: 1).next == nil)
    }

    @Test func ofEqualsTheFirstWins() {
        #expect(tried([0.8, 0.9, 0.9]).winner == 1)
        #expect(tried([0.9, 0.9]).winner == 0)
    }

    @Test func aHeadThatCouldNotBeJudgedFallsShort() {
        #expect(tried([nil]).next == 1)
        #expect(tried([nil]).winner == 0)
        #expect(tried([nil, 0.2]).winner == 1)
        #expect(tried([0, nil]).winner == 0)
    }
}
