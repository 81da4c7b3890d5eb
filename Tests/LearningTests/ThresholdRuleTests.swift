import Learning
import Testing

struct ThresholdRuleTests {
    /// Confidences that fall from 1, right or wrong as said by `correct`.
    private func outcomes(_ correct: [Bool]) -> [ValidationOutcome] {
        correct.enumerated().map { ValidationOutcome(confidence: 1 - Float($0) / 1000, isCorrect: $1) }
    }

    /// scipy.stats.beta.ppf(1 - level, k, n - k + 1), SciPy 1.18.
    @Test(arguments: [
        (45, 45, 0.90, 0.9501185073181437), (44, 44, 0.90, 0.9490142360424729), (59, 59, 0.95, 0.9504923901117731),
        (583, 600, 0.90, 0.9608737073040992), (578, 600, 0.90, 0.9514322880309902),
        (577, 600, 0.90, 0.9495612225067299), (1, 10, 0.90, 0.010480741793785605), (9, 10, 0.90, 0.6631522766932753),
        (2850, 3000, 0.90, 0.9445099613852355), (190, 200, 0.95, 0.916664848933628),
        (99950, 100_000, 0.90, 0.9993966367949014),
    ])
    func lowerBoundIsThatOfClopperAndPearson(_ correct: Int, _ count: Int, _ level: Double, _ bound: Double) {
        var rule = ThresholdRule()
        rule.level = level
        #expect(abs(rule.lowerBound(Tally(correct: correct, count: count)) - bound) < 1e-9)
    }

    @Test func noneRightGivesNoBound() {
        #expect(ThresholdRule().lowerBound(Tally(correct: 0, count: 50)) == 0)
    }

    @Test func withoutAMistakeFortyFiveObjectsAreNeeded() {
        let few = ThresholdRule().choose(outcomes(Array(repeating: true, count: 44)))
        #expect(few.threshold == nil && few.refusal == .belowTarget && few.accepted == Tally())
        #expect(abs(few.bound - 0.9490142360424729) < 1e-9)
        let enough = ThresholdRule().choose(outcomes(Array(repeating: true, count: 45)))
        #expect(enough.threshold == 0 && enough.refusal == nil && enough.coverage == 1)
        #expect(enough.cumulative == Tally(correct: 45, count: 45))
    }

    @Test func theLowestCutThatKeepsTheTargetIsTaken() throws {
        // 100 right, then every second one wrong: 101 of 102 and 102 of 104 pass at 90 %, 103 of 106 does not.
        let correct = Array(repeating: true, count: 100) + (0..<60).map { $0 % 2 == 0 }
        let choice = ThresholdRule().choose(outcomes(correct))
        let threshold = try #require(choice.threshold)
        let above = outcomes(correct).filter { $0.confidence >= threshold }
        #expect(choice.accepted == Tally(correct: above.count { $0.isCorrect }, count: above.count))
        #expect(choice.bound >= 0.95 && choice.coverage == Double(above.count) / 160)
        let more = Tally(correct: choice.accepted.correct, count: choice.accepted.count + 1)
        #expect(ThresholdRule().lowerBound(more) < 0.95)
    }

    @Test func theOrderOfTheObjectsDoesNotMatter() {
        let all = outcomes((0..<300).map { $0 % 37 != 36 })
        #expect(ThresholdRule().choose(all) == ThresholdRule().choose(all.reversed()))
    }

    @Test func objectsOfOneConfidenceAreTakenTogetherOrNotAtAll() {
        let tied = (0..<60).map { ValidationOutcome(confidence: 0.9, isCorrect: $0 % 2 == 0) }
        let sure = (0..<80).map { _ in ValidationOutcome(confidence: 0.99, isCorrect: true) }
        let choice = ThresholdRule().choose(tied + sure)
        #expect(choice.threshold == 0.99 && choice.accepted == Tally(correct: 80, count: 80))
    }

    @Test func tooFewObjectsAreSaidToBeTooFew() {
        var rule = ThresholdRule()
        rule.target = 0.5
        let choice = rule.choose(outcomes(Array(repeating: true, count: 9)))
        #expect(choice.threshold == nil && choice.refusal == .tooFewObjects(9, minimum: 10))
        #expect(rule.choose(outcomes(Array(repeating: true, count: 10))).threshold == 0)
    }

    @Test func whatEarlierRoundsAcceptedCountsAlong() {
        let rest = outcomes([true, true, true, false, true])
        #expect(ThresholdRule().choose(rest).threshold == nil)
        let choice = ThresholdRule().choose(rest, earlier: Tally(correct: 590, count: 600))
        #expect(choice.threshold == 0 && choice.accepted == Tally(correct: 4, count: 5))
        #expect(choice.cumulative == Tally(correct: 594, count: 605))
        // And against, where earlier rounds have used up the slack.
        #expect(ThresholdRule().choose(rest, earlier: Tally(correct: 577, count: 600)).threshold == nil)
    }

    @Test func withoutValidationObjectsNothingIsAccepted() {
        let choice = ThresholdRule().choose([], earlier: Tally(correct: 600, count: 600))
        #expect(choice.threshold == nil && choice.cumulative == Tally(correct: 600, count: 600))
    }
}
