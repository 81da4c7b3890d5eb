import Learning
import Testing

struct RareClassGuardTests {
    /// Random objects: 97 of class 0, 3 of class 1, with the model's probability of the class they have.
    private func known(_ rare: [Float], drawnBeyond: [Float] = []) -> [RareClassGuard.Known] {
        (0..<(100 - rare.count)).map { _ in RareClassGuard.Known(category: 0, probability: 0.99, isRandom: true) }
            + rare.map { RareClassGuard.Known(category: 1, probability: $0, isRandom: true) }
            + drawnBeyond.map { RareClassGuard.Known(category: 1, probability: $0, isRandom: false) }
    }

    private func prediction(_ rare: Float) -> LearnedPrediction { LearnedPrediction(probabilities: [1 - rare, rare]) }

    @Test func anObjectThatMayBeRareIsNotTakenAsCommon() {
        let rareClasses = RareClassGuard(known([0.9, 0.6, 0.2]), classes: 2)
        // Few are known: half of the lowest of them is the ceiling.
        #expect(rareClasses.ceilings == [1: 0.1])
        #expect(rareClasses.permits(prediction(0.09)) && !rareClasses.permits(prediction(0.1)))
        // As one of the rare class itself it may be taken, and as another rare class's it may not.
        #expect(rareClasses.permits(prediction(0.95)))
    }

    @Test func withManyKnownObjectsOneInTwentyMayBeLost() {
        let more = (1...37).map { Float($0) / 100 + 0.5 }
        let rareClasses = RareClassGuard(known([0.001, 0.3, 0.4], drawnBeyond: more), classes: 2)
        // 40 are known, two of them may lie below: the third is the ceiling.
        #expect(rareClasses.ceilings == [1: 0.4])
    }

    @Test func commonClassesAndOnesThatNobodyHasSeenHaveNoCeiling() {
        let even = (0..<100).map { RareClassGuard.Known(category: $0 % 2, probability: 0.9, isRandom: true) }
        #expect(RareClassGuard(even, classes: 3).ceilings.isEmpty)
        #expect(RareClassGuard([], classes: 2).ceilings.isEmpty)
        #expect(RareClassGuard().permits(prediction(0.5)))
    }

    @Test func theShareIsThatOfRandomObjectsAlone() {
        // People looked for the class: 60 of 160 known objects have it, 3 of the 100 random ones.
        let sought = (0..<57).map { _ in Float(0.8) }
        #expect(!RareClassGuard(known([0.9, 0.6, 0.2], drawnBeyond: sought), classes: 2).ceilings.isEmpty)
    }

    @Test func labelsWithMoreThanAClassPass() {
        let rareClasses = RareClassGuard(known([0.9]), classes: 2)
        #expect(rareClasses.permits(LearnedPrediction(label: .boxes([]), confidence: 0.2)))
    }
}
