// The second head, on a network of random weights: what it needs of the real one is only that features come out.

import Kernel
import Testing

@testable import Learning

struct PooledLearnerTests {
    /// A flat file of made-up weights, small enough that nothing grows without bound.
    private static let file: [UInt8] = {
        let count = 2_657_312
        var header = Array("GWBACKBN".utf8) + [1, 0, 0, 0, 16, 0, 0, 0]
        header += (0..<8).map { UInt8(truncatingIfNeeded: (4 * count) >> (8 * $0)) }
        header += [UInt8](repeating: 0, count: 40)
        var state: UInt64 = 1
        let weights = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                buffer[index] = Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-35
            }
            initialized = count
        }
        return header + weights.withUnsafeBytes { Array($0) }
    }()

    private static let pooling = try? PooledFeatures(file: file)

    private struct StandIn: FeatureExtractor {
        var identifier: String { "efficientnet-lite0-s16-v1" }
        var bytesPerObject: Int? { Backbone.mapBytes }
        func features(of content: UnsafeRawBufferPointer) -> [UInt8] { [] }
    }

    private func learner() throws -> PooledLearner {
        PooledLearner(extractor: StandIn(), pooling: try #require(PooledLearnerTests.pooling))
    }

    private func train(
        _ maps: SyntheticMaps, classes: Int = 2, seed: UInt64 = 1, warmStart: (any LearnedModel)? = nil
    ) throws -> Training {
        try learner().train(
            on: maps.examples, of: maps, classes: classes, warmStart: warmStart, draws: SeededDraws(seed: seed),
            isCancelled: { false })
    }

    private func accuracy(_ model: any LearnedModel, on maps: SyntheticMaps) -> Double {
        var right = 0
        for (index, label) in maps.labels.enumerated() {
            maps.withFeatures(at: index) { if model.prediction(of: $0).label == .category(label) { right += 1 } }
        }
        return Double(right) / Double(maps.labels.count)
    }

    @Test func aMarkAtAnyPlaceIsLearned() throws {
        let maps = SyntheticMaps(count: 120, classes: 3, seed: 1), training = try train(maps, classes: 3)
        // Chance is a third; most of the features are noise here.
        #expect(accuracy(training.model, on: SyntheticMaps(count: 30, classes: 3, seed: 2)) >= 0.8)
        #expect(try #require(training.outOfFoldAgreement(with: maps.examples)) >= 0.8)
        #expect(training.outOfFold.allSatisfy { $0 != nil })
        maps.withFeatures(at: 0) { bytes in
            let probabilities = training.model.prediction(of: bytes).probabilities
            #expect(probabilities.count == 3 && abs(probabilities.reduce(0, +) - 1) < 1e-5)
        }
    }

    @Test func theSameDrawsGiveTheSameModelBitForBit() throws {
        let maps = SyntheticMaps(count: 24, seed: 1), first = try train(maps)
        let again = try train(maps)
        #expect(again.model.encoded() == first.model.encoded())
        #expect(again.outOfFold == first.outOfFold)
        #expect(try train(maps, seed: 2).outOfFold != first.outOfFold)
    }

    @Test func everyExampleIsHeldOutOnceAndClassesAreSpread() {
        let labels = Array(repeating: 0, count: 23) + Array(repeating: 1, count: 9) + [2]
        let folds = CrossValidation.folds(of: labels, SeededDraws(seed: 1))
        for fold in 0..<5 {
            #expect((4...5).contains(folds[..<23].count { $0 == fold }))
            #expect((1...2).contains(folds[23..<32].count { $0 == fold }))
        }
        #expect((0..<5).contains(folds[32]))
    }

    @Test func anExampleThatIsAloneInItsClassCountsAsMissed() throws {
        let rows = DenseRows(dimensions: 1, values: [-2, -1, -1.5, 1, 2, 1.5, 8].map { Float($0) })
        let fit = try CrossValidation.fit(
            rows, labels: [0, 0, 0, 1, 1, 1, 2], classes: 3, by: LogisticRegression(c: 10), start: nil,
            draws: SeededDraws(seed: 1), isCancelled: { false })
        #expect(fit.outOfFold.count == 7)
        let alone = fit.outOfFold[6]
        #expect(alone.label == .category(1) && alone.probabilities[2] < 0.2)
        // With one class left, that class is all that a model can say.
        let pair = try CrossValidation.fit(
            rows, labels: [0, 0, 0, 0, 0, 0, 1], classes: 2, by: LogisticRegression(c: 10), start: nil,
            draws: SeededDraws(seed: 1), isCancelled: { false })
        #expect(pair.outOfFold[6].label == .category(0))
    }

    @Test func aModelReadsBackAndAnswersWhereItsFeaturesCanBeMade() throws {
        let maps = SyntheticMaps(count: 24, seed: 1), model = try train(maps).model, bytes = model.encoded()
        let back = try LearnedModels.decode(bytes, pooling: PooledLearnerTests.pooling)
        #expect(back.extractor == StandIn().identifier && back.classes == 2 && back.encoded() == bytes)
        let mute = try LearnedModels.decode(bytes)
        #expect(mute.encoded() == bytes)
        maps.withFeatures(at: 1) { features in
            #expect(back.prediction(of: features) == model.prediction(of: features))
            #expect(mute.prediction(of: features).probabilities == [0.5, 0.5])
        }
        // Started from, both are worth the same.
        let next = SyntheticMaps(count: 24, seed: 3)
        #expect(try train(next, warmStart: mute).model.encoded() == train(next, warmStart: back).model.encoded())
    }

    @Test func filesAndModelsThatAreNoneAreRefused() throws {
        let file = PooledLearnerTests.file
        #expect(throws: LearningError.self) { try PooledFeatures(file: Array(file.dropLast())) }
        #expect(throws: LearningError.self) { try PooledFeatures(file: [1] + file.dropFirst()) }
        // The part up to stride 16 has 33 layers.
        #expect(throws: LearningError.self) { try PooledFeatures(file: file[..<12] + [33] + file[13...]) }
        #expect(throws: LearningError.self) {
            try PooledFeatures(file: file.dropLast(4) + [0, 0, 0x80, 0x7F])
        }
        let model = try train(SyntheticMaps(count: 24, seed: 1)).model.encoded()
        #expect(throws: LearningError.self) { try LearnedModels.decode(Array(model.dropLast(4))) }
    }

    @Test func aCancelledTrainingStops() throws {
        let maps = SyntheticMaps(count: 12, seed: 1), learner = try learner()
        var asked = 0
        #expect(throws: LearningError.cancelled) {
            try learner.train(
                on: maps.examples, of: maps, classes: 2, warmStart: nil, draws: SeededDraws(seed: 1)
            ) {
                asked += 1
                return asked > 3
            }
        }
        #expect(asked == 4)
    }

    @Test func severalThreadsGetTheSameFeatures() async throws {
        let maps = SyntheticMaps(count: 1, seed: 1), pooling = try #require(PooledLearnerTests.pooling)
        var bytes: [UInt8] = []
        maps.withFeatures(at: 0) { bytes = Array($0) }
        let kept = bytes, first = kept.withUnsafeBytes { pooling.features(fromMaps: $0) }
        #expect(first.count == 2 * PooledFeatures.count)
        await withTaskGroup { group in
            for _ in 0..<6 { group.addTask { kept.withUnsafeBytes { pooling.features(fromMaps: $0) } } }
            for await features in group { #expect(features == first) }
        }
    }

    /// The values after the head's are plain means and maxima of the kept map.
    @Test func theMapsOwnMeansAndMaximaAreAmongTheFeatures() throws {
        let maps = SyntheticMaps(count: 1, seed: 4), pooling = try #require(PooledLearnerTests.pooling)
        maps.withFeatures(at: 0) { bytes in
            let values = pooling.values(fromMaps: bytes)
            let kept = bytes.bindMemory(to: UInt16.self).map { Float(Float16(bitPattern: $0)) }
            for channel in [0, 57, 111] {
                let all = (0..<196).map { kept[272 * $0 + channel] }
                #expect(abs(values[2560 + channel] - all.reduce(0, +) / 196) < 1e-3)
                #expect(values[2672 + channel] == all.max())
            }
            for channel in [0, 39] {
                let all = (0..<784).map { kept[272 * ($0 / 4) + 112 + 40 * ($0 % 4) + channel] }
                #expect(values[2784 + channel] == all.max())
            }
        }
    }
}
