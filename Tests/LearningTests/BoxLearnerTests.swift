import Kernel
import Testing

@testable import Learning

struct BoxLearnerTests {
    private var learner: BoxLearner {
        var learner = BoxLearner(extractor: StandInExtractor())
        learner.recipe.members = 2
        learner.recipe.steps = 160...160
        return learner
    }

    private func train(
        _ features: SyntheticMarks, steps: Int = 160, seed: UInt64 = 1, warmStart: (any LearnedModel)? = nil
    ) throws -> Training {
        var learner = learner
        learner.recipe.steps = steps...steps
        return try learner.train(
            on: features.boxExamples, of: features, classes: 2, warmStart: warmStart, draws: SeededDraws(seed: seed),
            isCancelled: { false })
    }

    @Test func marksAtAnyPlaceAreFoundWithTheirClassesAndEdges() throws {
        let features = SyntheticMarks(count: 50, seed: 1), judged = SyntheticMarks(count: 40, seed: 2)
        let training = try train(features)
        #expect(judged.agreement(training.model, with: judged.boxExamples) >= 0.65)
        #expect(training.outOfFold.count == 50 && training.outOfFold.allSatisfy { $0 != nil })
        #expect(try #require(training.outOfFoldAgreement(with: features.boxExamples)) >= 0.6)
        for example in judged.boxExamples {
            judged.withFeatures(at: example.index) { bytes in
                let prediction = training.model.prediction(of: bytes)
                guard case .boxes(let boxes) = prediction.label else {
                    Issue.record("boxes were expected")
                    return
                }
                #expect(prediction.parts.count == boxes.count && prediction.probabilities.isEmpty)
                #expect((prediction.parts + [prediction.confidence]).allSatisfy { (0...1).contains($0) })
                #expect(
                    boxes.allSatisfy { box in
                        0 <= box.left && box.left < box.right && box.right <= 1 && 0 <= box.top && box.top < box.bottom
                            && box.bottom <= 1 && (0..<2).contains(box.category)
                    })
            }
        }
    }

    /// A request may ask for any number.
    @Test func tooManyClassesAreRefused() {
        let features = SyntheticMarks(count: 1, seed: 1)
        #expect(throws: LearningError.tooManyClasses(251, most: 250)) {
            try learner.train(
                on: [LearningExample(index: 0, label: .boxes([]))], of: features, classes: 251, warmStart: nil,
                draws: SeededDraws(seed: 1), isCancelled: { false })
        }
    }

    @Test func theSameDrawsGiveTheSameModelBitForBit() throws {
        let features = SyntheticMarks(count: 10, seed: 1)
        let first = try train(features, steps: 4)
        let second = try train(features, steps: 4)
        #expect(first.model.encoded() == second.model.encoded() && first.outOfFold == second.outOfFold)
        #expect(try train(features, steps: 4, seed: 2).model.encoded() != first.model.encoded())
    }

    @Test func picturesWithoutAnyMarkTeachNothing() {
        let features = SyntheticMarks(count: 12, seed: 1)
        let examples = (0..<12).map { LearningExample(index: $0, label: .boxes([])) }
        #expect(throws: LearningError.tooFewClasses) {
            try learner.train(
                on: examples, of: features, classes: 2, warmStart: nil, draws: SeededDraws(seed: 1),
                isCancelled: { false })
        }
    }

    @Test func aCancelledTrainingStops() {
        let features = SyntheticMarks(count: 12, seed: 1)
        var asked = 0
        #expect(throws: LearningError.cancelled) {
            try learner.train(
                on: features.boxExamples, of: features, classes: 2, warmStart: nil, draws: SeededDraws(seed: 1)
            ) {
                asked += 1
                return asked > 2
            }
        }
        #expect(asked == 3)
    }

    @Test func aModelToStartFromHelpsWhenExamplesAreVeryFew() throws {
        let start = try train(SyntheticMarks(count: 50, seed: 1)).model, judged = SyntheticMarks(count: 30, seed: 2)
        let few = SyntheticMarks(count: 4, seed: 5)
        let warm = judged.agreement(try train(few, steps: 10, warmStart: start).model, with: judged.boxExamples)
        let cold = judged.agreement(try train(few, steps: 10).model, with: judged.boxExamples)
        #expect(warm >= 0.6 && cold < warm)
    }

    @Test func fewExamplesAreAllSeenByAll() throws {
        let training = try train(SyntheticMarks(count: 5, seed: 1), steps: 2)
        #expect(training.outOfFold == Array(repeating: nil, count: 5))
    }

    @Test func boxesMoveWithTheInputAndLieLargestFirst() {
        let small = LearnedBox(category: 1, left: 0, top: 0.5, right: 0.25, bottom: 0.75)
        let large = LearnedBox(category: 0, left: 0.25, top: 0, right: 0.75, bottom: 0.75)
        var change = NetworkInput.Change()
        #expect(BoxLearner.changed([small, large], change, side: 8) == [large, small])
        (change.down, change.right) = (1, 2)
        #expect(
            BoxLearner.changed([small, large], change, side: 8) == [
                LearnedBox(category: 0, left: 0.5, top: 0.125, right: 1, bottom: 0.875),
                LearnedBox(category: 1, left: 0.25, top: 0.625, right: 0.5, bottom: 0.875),
            ])
        change.isMirrored = true
        #expect(
            BoxLearner.changed([small], change, side: 8) == [
                LearnedBox(category: 1, left: 0.5, top: 0.625, right: 0.75, bottom: 0.875)
            ])
        // Half of it is left: gone. More than half: cut off.
        (change.down, change.right, change.isMirrored) = (0, -1, false)
        #expect(BoxLearner.changed([small], change, side: 8) == [])
        change.right = -3
        #expect(
            BoxLearner.changed([large], change, side: 8) == [
                LearnedBox(category: 0, left: 0, top: 0, right: 0.375, bottom: 0.75)
            ])
    }
}

struct BoxDecodingTests {
    private func candidate(_ category: Int, _ left: Float, _ right: Float, _ score: Float) -> BoxCandidate {
        BoxCandidate(box: LearnedBox(category: category, left: left, top: 0, right: right, bottom: 1), score: score)
    }

    @Test func ofBoxesOverOneAnotherTheBestRemains() {
        // The second overlaps the first by 0.3 / 0.5, the third by 0.1 / 0.7.
        let kept = BoxDecoding.suppressed([
            candidate(0, 0.3, 0.7, 0.5), candidate(0, 0, 0.4, 0.7), candidate(0, 0.1, 0.5, 0.8),
        ])
        #expect(kept.map(\.score) == [0.8, 0.5])
        #expect(kept[1].box == candidate(0, 0.3, 0.7, 0.5).box)
    }

    @Test func boxesNearbyHaveASayInTheEdges() {
        // Overlap 0.4 / 0.44; edges weighted 3 : 1.
        let kept = BoxDecoding.suppressed([candidate(0, 0.1, 0.52, 0.6), candidate(0, 0.1, 0.5, 0.2)])
        #expect(kept.count == 1)
        #expect(abs(kept[0].box.right - 0.515) < 1e-6 && abs(kept[0].box.left - 0.1) < 1e-6)
    }

    @Test func boxesOfOtherClassesStayUnlessTheyAreTheSame() {
        let other = candidate(1, 0.1, 0.4, 0.5)
        #expect(BoxDecoding.suppressed([candidate(0, 0, 0.4, 0.8), other]).map(\.box.category) == [0, 1])
        #expect(BoxDecoding.suppressed([candidate(0, 0.1, 0.42, 0.8), other]).map(\.box.category) == [0])
    }

    @Test func boxesWithoutAreaAndTooManyAreBounded() {
        let points = (0..<300).map { candidate(0, Float($0) / 300, Float($0) / 300, 0.5) }
        #expect(BoxDecoding.suppressed(points).count == 100)
    }

    @Test func cellsNameBoxesAroundTheirMiddle() {
        var outputs = [Float](repeating: -9, count: 4 * 4 * 8)
        let cell = (1 * 4 + 2) * 8
        // A score of a half for class 1; edges 0.1, 0.1 e, 0.1, 0.1.
        outputs.replaceSubrange(cell..<cell + 6, with: [-9, 0, 0, 1, 0, 0])
        let found = BoxDecoding.candidates(outputs, side: 4, columns: 8, classes: 2)
        #expect(found.count == 1 && found.first?.score == 0.5 && found.first?.box.category == 1)
        for (edge, expected) in zip(
            found.flatMap { [$0.box.left, $0.box.top, $0.box.right, $0.box.bottom] },
            [0.525, 0.375 - 0.1 * exponential(1), 0.725, 0.475])
        { #expect(abs(Double(edge) - expected) < 1e-5) }
    }
}

struct BoxDecisionTests {
    private let square = LearnedBox(category: 0, left: 0.1, top: 0.1, right: 0.5, bottom: 0.5)

    /// True boxes with scores of 0.6 to 0.8, false ones with 0.2 to 0.4.
    private var pictures: [(candidates: [BoxCandidate], truth: [LearnedBox])] {
        let draws = SeededDraws(seed: 7)
        let far = LearnedBox(category: 0, left: 0.7, top: 0.7, right: 0.9, bottom: 0.9)
        return (0..<60).map { picture in
            let isThere = picture % 3 > 0
            var candidates: [BoxCandidate] = []
            if isThere {
                candidates.append(BoxCandidate(box: square, score: Float(0.6 + 0.2 * draws.uniform(picture))))
            }
            candidates.append(BoxCandidate(box: far, score: Float(0.2 + 0.2 * draws.uniform(picture, 1))))
            return (candidates, isThere ? [square] : [])
        }
    }

    @Test func theThresholdPartsTrueBoxesFromFalseOnes() {
        let decision = BoxDecision(learningFrom: pictures)
        #expect((0.38...0.62).contains(decision.threshold))
        let prediction = decision.prediction(pictures[1].candidates)
        #expect(prediction.label == .boxes([square]) && prediction.parts.count == 1)
        #expect(prediction.confidence > 0.9 && prediction.parts[0] > 0.9)
        #expect(decision.prediction(pictures[0].candidates).label == .boxes([]))
        #expect(decision.prediction([]).confidence > 0.8)
    }

    @Test func aPictureWithAFaintMarkIsLessSureThanOneWithout() {
        let decision = BoxDecision()
        let faint = BoxCandidate(box: square, score: 0.35), sure = BoxCandidate(box: square, score: 0.9)
        #expect(decision.prediction([faint]).confidence < decision.prediction([]).confidence)
        #expect(decision.prediction([sure, faint]).confidence < decision.prediction([sure]).confidence)
    }
}
