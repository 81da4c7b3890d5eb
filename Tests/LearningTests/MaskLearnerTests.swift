import Kernel
import Testing

@testable import Learning

struct MaskLearnerTests {
    private func train(
        _ features: SyntheticMarks, steps: Int, seed: UInt64 = 1, warmStart: (any LearnedModel)? = nil
    ) throws -> Training {
        var learner = MaskLearner(extractor: StandInExtractor())
        learner.recipe.members = 2
        learner.recipe.steps = steps...steps
        return try learner.train(
            on: features.maskExamples, of: features, classes: 2, warmStart: warmStart, draws: SeededDraws(seed: seed),
            isCancelled: { false })
    }

    @Test func marksAtAnyPlaceArePaintedInTheirClasses() throws {
        let features = SyntheticMarks(count: 30, seed: 1), judged = SyntheticMarks(count: 15, seed: 2)
        let training = try train(features, steps: 45)
        #expect(judged.agreement(training.model, with: judged.maskExamples) >= 0.75)
        #expect(try #require(training.outOfFoldAgreement(with: features.maskExamples)) >= 0.7)
        judged.withFeatures(at: 0) { bytes in
            let prediction = training.model.prediction(of: bytes)
            #expect((0...1).contains(prediction.confidence) && prediction.parts.isEmpty)
            guard case .mask(let mask) = prediction.label else {
                Issue.record("a mask was expected")
                return
            }
            #expect(mask.width == 112 && mask.height == 112 && mask.cells.allSatisfy { $0 <= 2 })
        }
    }

    /// A request may ask for any number.
    @Test func tooManyClassesAreRefused() {
        let features = SyntheticMarks(count: 1, seed: 1)
        #expect(throws: LearningError.tooManyClasses(251, most: 250)) {
            try MaskLearner(extractor: StandInExtractor()).train(
                on: [LearningExample(index: 0, label: .mask(LearnedMask(width: 1, height: 1, cells: [0])))],
                of: features, classes: 251, warmStart: nil,
                draws: SeededDraws(seed: 1), isCancelled: { false })
        }
    }

    @Test func theSameDrawsGiveTheSameModelBitForBit() throws {
        let features = SyntheticMarks(count: 9, seed: 1)
        let first = try train(features, steps: 3), second = try train(features, steps: 3)
        #expect(first.model.encoded() == second.model.encoded() && first.outOfFold == second.outOfFold)
        #expect(try train(features, steps: 3, seed: 2).model.encoded() != first.model.encoded())
    }

    @Test func aModelToStartFromIsWhereLearningGoesOn() throws {
        let start = try train(SyntheticMarks(count: 30, seed: 1), steps: 45).model
        let few = SyntheticMarks(count: 4, seed: 5), judged = SyntheticMarks(count: 12, seed: 2)
        let warm = judged.agreement(try train(few, steps: 4, warmStart: start).model, with: judged.maskExamples)
        let cold = judged.agreement(try train(few, steps: 4).model, with: judged.maskExamples)
        #expect(warm >= 0.6 && cold < warm)
    }

    @Test func picturesWithoutAnyMarkTeachNothing() {
        let empty = LearnedMask(width: 8, height: 8, cells: Array(repeating: 0, count: 64))
        let examples = (0..<12).map { LearningExample(index: $0, label: .mask(empty)) }
        #expect(throws: LearningError.tooFewClasses) {
            try MaskLearner(extractor: StandInExtractor()).train(
                on: examples, of: SyntheticMarks(count: 12, seed: 1), classes: 2, warmStart: nil,
                draws: SeededDraws(seed: 1), isCancelled: { false })
        }
    }

    @Test func masksMoveWithTheInput() {
        // Two cells to a pixel of the map.
        let cells: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
        var change = NetworkInput.Change()
        (change.down, change.right) = (1, -1)
        let x: UInt8 = 255
        #expect(
            MaskLearner.changed(cells, side: 4, change, mapSide: 2)
                == [x, x, x, x, x, x, x, x, 3, 4, x, x, 7, 8, x, x])
        change.isMirrored = true
        #expect(
            MaskLearner.changed(cells, side: 4, change, mapSide: 2)
                == [x, x, x, x, x, x, x, x, x, x, 4, 3, x, x, 8, 7])
    }

    @Test func rarerClassesWeighMore() {
        let cells = [[UInt8]](repeating: Array(repeating: 0, count: 90) + Array(repeating: 1, count: 10), count: 2)
        #expect(MaskLearner.weights(of: cells, classes: 2) == [1, 3, 8])
    }
}

struct MaskDecisionTests {
    /// Probabilities on a grid of 4 from the likeliest class of each cell.
    private func probabilities(_ likely: [Int], _ share: Float) -> MaskProbabilities {
        MaskProbabilities(
            side: 4, count: 3,
            values: likely.flatMap { label in (0..<3).map { $0 == label ? share : (1 - share) / 2 } })
    }

    @Test func theLikeliestClassOfEachCellIsTaken() {
        let likely = [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 2, 2, 2, 2]
        let decision = MaskDecision(favour: 1, leastCells: 1)
        let (mask, figures) = decision.decide(probabilities(likely, 0.9))
        #expect(mask.cells == likely.map(UInt8.init))
        // Expected right 3.6 of 4; expected in all 3.6 + 12 * 0.05: the overlap is 3.6 / 4.6.
        #expect(abs(figures[1] - logit(3.6 / 4.6)) < 1e-5 && figures[2] == 0)
    }

    @Test func aClassOfTooFewCellsIsNotThere() {
        let likely = [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 2, 2, 2]
        let (mask, figures) = MaskDecision(favour: 1, leastCells: 2).decide(probabilities(likely, 0.9))
        #expect(mask.cells == likely.map { $0 == 1 ? 0 : UInt8($0) })
        #expect(abs(figures[4] - 0.9) < 1e-6)
    }

    @Test func theOptionThatAgreesBestIsChosen() {
        var choice = MaskDecisionChoice()
        #expect(choice.chosen == MaskDecision.untrained)
        let truth = LearnedMask(
            width: 8, height: 8, cells: Array(repeating: 0, count: 48) + Array(repeating: 2, count: 16))
        // Class 2 has 0.45 against 0.5: only where the background is not favoured does it come out, and then 7.2 cells
        // are expected right.
        let values = truth.cells.flatMap { $0 == 2 ? [Float(0.5), 0.05, 0.45] : [0.9, 0.05, 0.05] }
        for _ in 0..<20 { choice.see(MaskProbabilities(side: 8, count: 3, values: values), truth: truth) }
        let chosen = choice.chosen
        #expect(chosen.favour == 0.5 && chosen.leastCells == 4)
        #expect(chosen.prediction(MaskProbabilities(side: 8, count: 3, values: values)).confidence > 0.8)
    }
}
