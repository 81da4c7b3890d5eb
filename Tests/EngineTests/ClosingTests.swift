import Kernel
import Labeling
import Learning
import SQLite
import Store
import Synchronization
import Testing

@testable import Engine

/// The end of the program while a job is at work.
@Suite struct ClosingTests {
    /// Learns nothing, from pictures; like every trainer it wants two classes.
    struct PictureTrainer: LearnerSource, Learner {
        var identifier: String { "pictures" }
        var extractor: any FeatureExtractor { PixelExtractor() }

        func learners(
            for learner: Steering.Learner, _ type: TaskType, areTiny: Bool
        ) -> Result<[any Learner], NoLearner> {
            .success([self])
        }
        func limitation(of learner: Steering.Learner, for type: TaskType) -> String? { nil }
        func decode(_ bytes: [UInt8]) throws -> any LearnedModel { throw NoLearner("nothing is decoded here") }

        func train(
            on examples: [LearningExample], of features: any FeatureSource, classes: Int,
            warmStart: (any LearnedModel)?, draws: SeededDraws, isCancelled: () -> Bool
        ) throws -> Training {
            guard Set(examples.map(\.label)).count > 1 else { throw LearningError.tooFewClasses }
            throw LearningError.cancelled
        }
    }

    /// Features that were cut off are too few to train on. That is no failure of the training, after which people
    /// would label everything: it is done again after the next start.
    @Test func anEndWhileFeaturesAreMadeLeavesTheTrainingForTheNextStart() async throws {
        let signal = Stopper(0)
        let fixture = try await EngineFixture(
            learners: PictureTrainer(),
            onFileStep: { step in
                if case .read(let key) = step, key.hasPrefix("images/") { try await signal.take(step) }
            })
        defer { fixture.close() }
        try await fixture.putImages(60)
        let id = try await fixture.submit(
            fixture.specification {
                $0.algorithm = .imageClassification
                $0.steering.minObjects = 1
                $0.maxConcurrentTaskCount = 10
            })
        let performer = JobPerformer(
            id, specification: try await fixture.outcome(id).specification, environment: fixture.engine.environment)
        signal.arm { performer.cancellation.close() }
        await #expect(throws: CancellationError.self) {
            while try await performer.turn(horizon: fixture.clock.now() + .seconds(40 * 86_400)) != nil {}
        }
        let outcome = try await fixture.outcome(id)
        guard case .training = outcome.job.phase else {
            Issue.record("the job is \(outcome.job.phase)")
            return
        }
    }

    /// On a clock that stands, a turn that cannot be stored would be tried for ever: the one who moves it is told.
    @Test func aStoreThatFailsForGoodEndsTheAdvanceOfTheClock() async throws {
        let isBroken = Mutex(false)
        let fixture = try await EngineFixture(hook: { point in
            if point == .commit, isBroken.withLock({ $0 }) { throw SQLiteError.diskFull }
        })
        defer { fixture.close() }
        try await fixture.putImages(3)
        let id = try await fixture.submit(fixture.specification())
        isBroken.withLock { $0 = true }
        let end = EngineFixture.start + .seconds(40 * 86_400)
        await #expect(throws: (any Error).self) { try await fixture.engine.advanceClock(to: end) }
        #expect(fixture.clock.now() < end)
        // Nothing is lost by it.
        isBroken.withLock { $0 = false }
        try await fixture.engine.advanceClock(to: end)
        #expect(try await fixture.outcome(id).row.status == "Completed")
    }
}
