import Kernel
import Testing

@testable import Learning

struct NetworkTrainerTests {
    /// The recipe for maps, shortened.
    private var trainer: NetworkTrainer {
        var trainer = NetworkTrainer(kind: .maps, extractor: StandIn())
        trainer.recipe.members = 3
        trainer.recipe.steps = 100...100
        return trainer
    }

    private struct StandIn: FeatureExtractor {
        var identifier: String { "stand-in" }
        var bytesPerObject: Int? { Backbone.mapBytes }
        func features(of encodedImage: UnsafeRawBufferPointer) -> [UInt8] { [] }
    }

    private func train(
        _ features: SyntheticMaps, classes: Int = 2, seed: UInt64 = 1, warmStart: (any LearnedModel)? = nil
    ) throws -> any LearnedModel {
        try trainer.train(
            on: features.examples, of: features, classes: classes, warmStart: warmStart, draws: SeededDraws(seed: seed),
            isCancelled: { false }
        ).model
    }

    private func accuracy(_ model: any LearnedModel, on features: SyntheticMaps) -> Double {
        var right = 0
        for (index, label) in features.labels.enumerated() {
            features.withFeatures(at: index) { if model.prediction(of: $0).label == .category(label) { right += 1 } }
        }
        return Double(right) / Double(features.labels.count)
    }

    @Test func aMarkAtAnyPlaceIsLearnedFromFewExamples() throws {
        let model = try train(SyntheticMaps(count: 48, seed: 1))
        #expect(accuracy(model, on: SyntheticMaps(count: 60, seed: 2)) >= 0.95)
        SyntheticMaps(count: 1, seed: 3).withFeatures(at: 0) { bytes in
            let probabilities = model.prediction(of: bytes).probabilities
            #expect(probabilities.count == 2 && abs(probabilities.reduce(0, +) - 1) < 1e-5)
        }
    }

    @Test func threeClassesAreTold() throws {
        let model = try train(SyntheticMaps(count: 90, classes: 3, seed: 1), classes: 3)
        #expect(accuracy(model, on: SyntheticMaps(count: 60, classes: 3, seed: 2)) >= 0.9)
    }

    @Test func theSameDrawsGiveTheSameModelBitForBit() throws {
        let features = SyntheticMaps(count: 24, seed: 1)
        let first = try train(features).encoded()
        #expect(try train(features).encoded() == first)
        #expect(try train(features, seed: 2).encoded() != first)
    }

    @Test func oneClassAloneCannotBeLearned() {
        let features = SyntheticMaps(count: 12, classes: 1, seed: 1)
        #expect(throws: LearningError.tooFewClasses) { try train(features) }
    }

    /// More than a model's bytes are read with.
    @Test func tooManyClassesAreRefused() {
        let features = SyntheticMaps(count: 12, seed: 1)
        #expect(throws: LearningError.tooManyClasses(1001, most: 1000)) { try train(features, classes: 1001) }
    }

    @Test func aCancelledTrainingStops() {
        let features = SyntheticMaps(count: 24, seed: 1)
        var asked = 0
        #expect(throws: LearningError.cancelled) {
            try trainer.train(
                on: features.examples, of: features, classes: 2, warmStart: nil, draws: SeededDraws(seed: 1)
            ) {
                asked += 1
                return asked > 3
            }
        }
        #expect(asked == 4)
    }

    @Test func aModelToStartFromHelpsWhenExamplesAreVeryFew() throws {
        let start = try train(SyntheticMaps(count: 48, seed: 1))
        let few = SyntheticMaps(count: 6, seed: 5), judged = SyntheticMaps(count: 60, seed: 2)
        #expect(accuracy(try train(few, warmStart: start), on: judged) >= 0.95)
        #expect(accuracy(try train(few), on: judged) < 0.95)
    }

    @Test func aModelWithOtherClassesLendsAllButItsLastLayer() throws {
        let start = try train(SyntheticMaps(count: 48, seed: 1))
        let model = try train(SyntheticMaps(count: 90, classes: 3, seed: 1), classes: 3, warmStart: start)
        #expect(model.classes == 3)
        #expect(accuracy(model, on: SyntheticMaps(count: 60, classes: 3, seed: 2)) >= 0.9)
    }

    @Test func confidenceIsNeitherBoundlessNorShy() throws {
        let model = try train(SyntheticMaps(count: 48, seed: 1))
        var total: Float = 0
        let judged = SyntheticMaps(count: 60, seed: 2)
        for index in judged.labels.indices {
            judged.withFeatures(at: index) { total += model.prediction(of: $0).confidence }
        }
        #expect((0.85...0.999).contains(total / 60))
    }
}
