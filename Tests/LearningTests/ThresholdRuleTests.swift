import Learning
import Testing

struct ThresholdRuleTests {
    /// Confidences that fall from 1, right or wrong as said by `correct`.
    private func outcomes(_ correct: [Bool]) -> [ValidationOutcome] {
        correct.enumerated().map { ValidationOutcome(confidence: 1 - Float($0) / 1000, agreement: $1 ? 1 : 0) }
    }

    private func earlier(_ correct: Int, _ count: Int) -> Assurance {
        var earlier = Assurance()
        earlier.total = Tally(agreement: Double(correct), count: count)
        return earlier
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
        #expect(abs(rule.lowerBound(Tally(agreement: Double(correct), count: count)) - bound) < 1e-9)
    }

    @Test func noneRightGivesNoBound() {
        #expect(ThresholdRule().lowerBound(Tally(agreement: 0, count: 50)) == 0)
    }

    @Test func withoutAMistakeFortyFiveObjectsAreNeeded() {
        let few = ThresholdRule().choose(outcomes(Array(repeating: true, count: 44)))
        #expect(few.threshold == nil && few.refusal == .tooFewObjects(44, needed: 45) && few.accepted == Tally())
        #expect(abs(few.bound - 0.9490142360424729) < 1e-9)
        let enough = ThresholdRule().choose(outcomes(Array(repeating: true, count: 45)))
        #expect(enough.threshold == 0 && enough.refusal == nil && enough.coverage == 1)
        #expect(enough.cumulative.total == Tally(agreement: 45, count: 45))
    }

    @Test func theLowestCutThatKeepsTheTargetIsTaken() throws {
        // 100 right, then every second one wrong: 101 of 102 and 102 of 104 pass at 90 %, 103 of 106 does not.
        let correct = Array(repeating: true, count: 100) + (0..<60).map { $0 % 2 == 0 }
        let choice = ThresholdRule().choose(outcomes(correct))
        let threshold = try #require(choice.threshold)
        let above = outcomes(correct).filter { $0.confidence >= threshold }
        #expect(choice.accepted == Tally(agreement: above.reduce(0) { $0 + $1.agreement }, count: above.count))
        #expect(choice.bound >= 0.95 && choice.coverage == Double(above.count) / 160)
        let more = Tally(agreement: choice.accepted.agreement, count: choice.accepted.count + 1)
        #expect(ThresholdRule().lowerBound(more) < 0.95)
    }

    @Test func theOrderOfTheObjectsDoesNotMatter() {
        let all = outcomes((0..<300).map { $0 % 37 != 36 })
        #expect(ThresholdRule().choose(all) == ThresholdRule().choose(all.reversed()))
    }

    @Test func objectsOfOneConfidenceAreTakenTogetherOrNotAtAll() {
        let tied = (0..<60).map { ValidationOutcome(confidence: 0.9, agreement: $0 % 2 == 0 ? 1 : 0) }
        let sure = (0..<80).map { _ in ValidationOutcome(confidence: 0.99, agreement: 1) }
        let choice = ThresholdRule().choose(tied + sure)
        #expect(choice.threshold == 0.99 && choice.accepted == Tally(agreement: 80, count: 80))
    }

    /// log(0.1) / log(target), rounded up: the fewest objects whose bound reaches the target without a mistake.
    @Test(arguments: [(0.95, 45), (0.6, 5), (0.7, 7), (0.5, 4)])
    func tooFewObjectsAreSaidToBeTooFew(_ target: Double, _ needed: Int) {
        var rule = ThresholdRule()
        rule.target = target
        let choice = rule.choose(outcomes(Array(repeating: true, count: needed - 1)))
        #expect(choice.threshold == nil && choice.refusal == .tooFewObjects(needed - 1, needed: needed))
        #expect(rule.choose(outcomes(Array(repeating: true, count: needed))).threshold == 0)
    }

    @Test func whatEarlierRoundsAcceptedCountsAlong() {
        let rest = outcomes([true, true, true, false, true])
        #expect(ThresholdRule().choose(rest).threshold == nil)
        let choice = ThresholdRule().choose(rest, earlier: earlier(590, 600))
        #expect(choice.threshold == 0 && choice.accepted == Tally(agreement: 4, count: 5))
        #expect(choice.cumulative.total == Tally(agreement: 594, count: 605))
        // And against, where earlier rounds have used up the slack.
        #expect(ThresholdRule().choose(rest, earlier: earlier(577, 600)).threshold == nil)
    }

    @Test func withoutValidationObjectsNothingIsAccepted() {
        let choice = ThresholdRule().choose([], earlier: earlier(600, 600))
        #expect(choice.threshold == nil && choice.cumulative.total == Tally(agreement: 600, count: 600))
    }

    // MARK: Classes

    private func outcomes(of category: Int, _ right: Int, _ wrong: Int, from confidence: Float) -> [ValidationOutcome] {
        (0..<right + wrong).map { place in
            ValidationOutcome(
                category: category, confidence: confidence - Float(place) / 10_000, agreement: place < right ? 1 : 0)
        }
    }

    @Test func aClassWithTooLittleEvidenceGoesToPeople() {
        // Ten without a mistake: 0.1 to the tenth is 0.79, below the floor of 0.8; eleven would do.
        let choice = ThresholdRule().choose(outcomes(of: 0, 200, 0, from: 0.99) + outcomes(of: 1, 10, 0, from: 0.98))
        #expect(choice.takes(0, 0.99) && !choice.takes(1, 0.99) && !choice.takes(2, 0.99))
        #expect(choice.accepted.count == 200)
        let enough = ThresholdRule().choose(outcomes(of: 0, 200, 0, from: 0.99) + outcomes(of: 1, 11, 0, from: 0.98))
        #expect(enough.takes(1, 0.98) && enough.accepted.count == 211)
    }

    @Test func aClassThatIsOftenWrongIsLeftOut() {
        // Over both classes 300 of 306 are right, which the common bound takes.
        let good = outcomes(of: 0, 290, 0, from: 0.99), poor = outcomes(of: 1, 10, 6, from: 0.99)
        #expect(
            ThresholdRule().choose(
                (good + poor).map { outcome in
                    ValidationOutcome(confidence: outcome.confidence, agreement: outcome.agreement)
                }
            ).accepted.count == 306)
        let choice = ThresholdRule().choose(good + poor)
        #expect(choice.takes(0, 0.99) && !choice.takes(1, 0.99))
        #expect(choice.byCategory[1]?.threshold == nil && (choice.byCategory[1]?.bound ?? 1) < 0.8)
    }

    @Test func whatAClassHasShownEarlierCounts() {
        var earlier = Assurance()
        for outcome in outcomes(of: 1, 30, 0, from: 0.9) { earlier.add(outcome) }
        let now = outcomes(of: 0, 60, 0, from: 0.99)
        #expect(!ThresholdRule().choose(now).takes(1, 0.99))
        let choice = ThresholdRule().choose(now, earlier: earlier)
        #expect(choice.takes(1, 0.99) && choice.cumulative.total == Tally(agreement: 90, count: 90))
        #expect(choice.cumulative.byCategory[1] == Tally(agreement: 30, count: 30))
    }

    /// Mean overlaps, held to 0.6; the bound on their mean must not lie above it.
    @Test func overlapsAreHeldToTheirMean() {
        var rule = ThresholdRule()
        rule.target = 0.6
        let overlaps = (0..<100).map {
            ValidationOutcome(confidence: 1 - Float($0) / 1000, agreement: $0 < 50 ? 0.9 : 0.4)
        }
        let choice = rule.choose(overlaps)
        #expect(choice.bound >= 0.6 && choice.bound < choice.accepted.agreement / Double(choice.accepted.count))
        #expect(choice.accepted.count > 50 && choice.accepted.count < 100)
        #expect(choice.takes(nil, 0.999) && choice.byCategory.isEmpty)
    }

    @Test func theUpperBoundMirrorsTheLowerOne() {
        let rule = ThresholdRule()
        #expect(rule.upperBound(Tally(agreement: 10, count: 10)) == 1)
        let upper = rule.upperBound(Tally(agreement: 1, count: 10)),
            lower = rule.lowerBound(Tally(agreement: 9, count: 10))
        #expect(abs(upper + lower - 1) < 1e-9)
    }

    @Test func aThresholdThatSomebodyFixedIsTakenAsItIs() {
        let choice = ThresholdRule().fixed(
            at: 0.5, outcomes(of: 1, 1, 1, from: 0.9), earlier: Assurance(), classes: 3)
        #expect(choice.takes(0, 0.5) && choice.takes(2, 0.7) && !choice.takes(1, 0.49))
        #expect(choice.accepted == Tally(agreement: 1, count: 2) && choice.bound < 0.95)
    }
}
