import Glibc
import Learning
import Testing

struct RareClassGuardTests {
    private static let counts = [0: 97, 1: 3]

    /// Objects of class 1 with the model's probability of it, drawn at random and not.
    private func known(_ random: [Float], sought: [Float] = []) -> [RareClassGuard.Known] {
        random.map { RareClassGuard.Known(category: 1, probability: $0, isRandom: true) }
            + sought.map { RareClassGuard.Known(category: 1, probability: $0, isRandom: false) }
    }

    private func prediction(_ rare: Float) -> LearnedPrediction { LearnedPrediction(probabilities: [1 - rare, rare]) }

    private func ceiling(
        _ known: [RareClassGuard.Known], random: [Int: Int] = counts, rule: RareClassGuard.Rule? = nil
    ) throws -> Float {
        try #require(RareClassGuard(known, random: random, classes: 2, rule: rule).ceilings[1])
    }

    @Test func anObjectThatMayBeRareIsNotTakenAsCommon() throws {
        let rareClasses = RareClassGuard(known([0.9, 0.6, 0.2]), random: Self.counts, classes: 2)
        let ceiling = try #require(rareClasses.ceilings[1])
        // Three are so few that the next may look much less like the class than the lowest of them.
        #expect(ceiling > 0 && ceiling < 0.02)
        #expect(rareClasses.permits(prediction(ceiling.nextDown)) && !rareClasses.permits(prediction(ceiling)))
        // As one of the rare class itself it may be taken.
        #expect(rareClasses.permits(prediction(0.95)))
    }

    /// The example of NIST's handbook of statistical methods, 7.2.6.3: 43 values, 90 % of the population, certainty
    /// 99 %: the bound lies 1.8752 standard deviations from the mean.
    @Test func theBoundIsATolerance() throws {
        var rule = RareClassGuard.Rule(classes: 2)
        (rule.kept, rule.certainty, rule.doubt) = (0.9, 0.99, 0)
        // Mean -5, and the standard deviation of 0 to 42 (12.5565) is brought to 1.
        let values = (0..<43).map { -5 + (Double($0) - 21) / 12.556538801224908 }
        let found = Double(try ceiling(known(values.map { Float(1 / (1 + exp(-$0))) }), rule: rule))
        #expect(abs(log(found / (1 - found)) - (-5 - 1.8752)) < 1e-3)
    }

    @Test func theMoreAreKnownTheNearerIsTheBound() throws {
        let some: [Float] = [0.01, 0.02, 0.03, 0.04], few = try ceiling(known(some))
        let many = try ceiling(known(Array(repeating: some, count: 10).flatMap(\.self)))
        #expect(few < many / 2 && many <= 0.01)
        // Those that people saw for their doubtful look tell how wide the spread is, not where the class lies.
        #expect(try ceiling(known(some, sought: Array(repeating: 0.9, count: 36))) < many)
    }

    @Test func whatIsLikelierOfTheClassThanAnyObjectIsNeverTakenForAnother() throws {
        // Three of 100, with one more of each class.
        #expect(try abs(ceiling(known(Array(repeating: 0.9999, count: 50))) - 4 / 102) < 1e-6)
    }

    @Test func commonClassesAndOnesThatNobodyHasSeenHaveNoCeiling() {
        let even = (0..<100).map { RareClassGuard.Known(category: $0 % 2, probability: 0.9, isRandom: true) }
        #expect(RareClassGuard(even, random: [0: 50, 1: 50], classes: 3).ceilings.isEmpty)
        #expect(RareClassGuard([], random: [0: 100], classes: 2).ceilings.isEmpty)
        #expect(RareClassGuard().permits(prediction(0.5)))
    }

    @Test func aClassStaysRareWhenTheCommonOnesHaveRetired() throws {
        // Of the 100 drawn, the three rare ones are all that is left.
        #expect(try ceiling(known([0.9, 0.6, 0.2])) < 0.02)
        // One that was not among those drawn is rare, too.
        #expect(try ceiling(known([], sought: [0.9, 0.6, 0.2]), random: [0: 100]) < 0.02)
    }

    @Test func ofTwoClassesTheRareOneIsLookedAfterMore() throws {
        let all = known([0.3, 0.2, 0.25, 0.1])
        let ofThree = RareClassGuard(all, random: Self.counts, classes: 3).ceilings[1]
        #expect(try ceiling(all) < (try #require(ofThree)) / 10)
    }

    @Test func labelsWithMoreThanAClassPass() {
        let rareClasses = RareClassGuard(known([0.9]), random: Self.counts, classes: 2)
        #expect(rareClasses.permits(LearnedPrediction(label: .boxes([]), confidence: 0.2)))
    }
}
