import Engine
import JSON
import Kernel
import Labeling
import Learning
import Store
import Synchronization
import Testing

/// Jobs that are stopped, or made to end, wherever they are.
@Suite struct InterruptionTests {
    private static func automated(_ specification: inout LabelingJobSpecification) {
        specification.algorithm = .imageClassification
        specification.steering.minObjects = 1
        specification.maxConcurrentTaskCount = 10
    }

    @Test(arguments: [
        "stop@initializing", "stop@selecting", "stop@annotating:2", "stop@consolidating", "stop@training",
        "stop@predicting", "fail@initializing", "fail@selecting:2", "fail@annotating", "fail@consolidating",
        "fail@training", "fail@predicting", "expire@annotating", "expire@predicting",
    ])
    func aForcedOutcomeEndsTheJobThere(text: String) async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(50)
        let outcome = try await fixture.finish(
            fixture.specification {
                Self.automated(&$0)
                $0.steering.outcome = LabelingJob.ForcedOutcome(text)
            })
        #expect(outcome.row.status == (text.hasPrefix("stop") ? "Stopped" : "Failed"))
        #expect((outcome.job.failureReason == nil) == text.hasPrefix("stop"))
        guard outcome.counters.objects > 0 else { return }
        #expect(disagreement(outcome, try await fixture.outputLines()) == nil)
    }

    @Test(arguments: [0, 1, 5, 30, 60, 61, 90, 200, 600])
    func stoppingWhilePeopleWorkKeepsWhatIsDone(seconds: Int) async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(120)
        let id = try await fixture.submit(
            fixture.specification {
                $0.steering.pace = 1
                $0.steering.crowd = .expert
                $0.workersPerObject = 3
            })
        try await fixture.engine.advanceClock(to: EngineFixture.start + .seconds(seconds))
        try await fixture.engine.stop(try await fixture.outcome(id).row)
        #expect(try await fixture.outcome(id).row.status == "Stopping")
        try await fixture.engine.settle()
        let outcome = try await fixture.outcome(id)
        #expect(outcome.row.status == "Stopped")
        // Stopping twice changes nothing.
        try await fixture.engine.stop(outcome.row)
        try await fixture.engine.settle()
        #expect(try await fixture.outcome(id).row == outcome.row)
        guard outcome.counters.objects > 0 else { return }
        #expect(disagreement(outcome, try await fixture.outputLines()) == nil)
    }

    /// A stop request while any step of the work is under way: reads, answers, consolidations, models, exports.
    @Test func aStopDuringAnyStepLeavesCountersAndOutputInAgreement() async throws {
        let steps = try await countSteps()
        #expect(steps > 60)
        for step in SeededDraws(seed: Simulation.firstSeed).scoped("steps").sample(
            Simulation.isLong ? steps : 24, of: steps)
        {
            let problem = try await stopping(atStep: step)
            #expect(problem == nil, "stopped during step \(step) of \(steps): \(problem ?? "")")
        }
    }

    private func specification(_ fixture: EngineFixture) -> LabelingJobSpecification {
        fixture.specification { Self.automated(&$0) }
    }

    private func countSteps() async throws -> Int {
        let count = Mutex(0)
        let fixture = try await EngineFixture(onFileStep: { _ in count.withLock { $0 += 1 } })
        defer { fixture.close() }
        try await fixture.putImages(60)
        try await fixture.finish(specification(fixture))
        return count.withLock { $0 }
    }

    private func stopping(atStep wanted: Int) async throws -> String? {
        let stopper = Stopper(wanted)
        let fixture = try await EngineFixture(onFileStep: { step in try await stopper.take(step) })
        defer { fixture.close() }
        try await fixture.putImages(60)
        let id = try await fixture.submit(specification(fixture))
        stopper.arm { try await fixture.engine.stop(try await fixture.outcome(id).row) }
        try await fixture.engine.advanceClock(to: fixture.clock.now() + .seconds(40 * 86_400))
        let outcome = try await fixture.outcome(id)
        // A stop that comes when the job is already writing its last output is too late.
        let isEnding = outcome.job.hasStopRequest == false
        guard outcome.row.status == (isEnding ? "Completed" : "Stopped") else {
            return "the job is \(outcome.row.status) at \(stopper.place)"
        }
        if outcome.counters.objects == 0 { return nil }
        return disagreement(outcome, try await fixture.outputLines()).map { "\(stopper.place): \($0)" }
    }

    /// A stop request while the model is being trained, or looks at objects.
    @Test(arguments: [InterruptingTrainer.Place.training, .predicting])
    func aStopWhileTheLearnerWorksIsTaken(place: InterruptingTrainer.Place) async throws {
        let signal = Stopper(0)
        let fixture = try await EngineFixture(learners: InterruptingTrainer(place, signal))
        defer { fixture.close() }
        try await fixture.putImages(60)
        let id = try await fixture.submit(specification(fixture))
        signal.arm { try await fixture.engine.stop(try await fixture.outcome(id).row) }
        try await fixture.engine.advanceClock(to: fixture.clock.now() + .seconds(40 * 86_400))
        let outcome = try await fixture.outcome(id)
        #expect(outcome.row.status == "Stopped")
        #expect(disagreement(outcome, try await fixture.outputLines()) == nil)
    }
}

/// Does something once, at the n-th step that is reported.
final class Stopper: Sendable {
    private struct State {
        var left: Int
        var action: (@Sendable () async throws -> Void)?
        var place = "no step"
    }

    private let state: Mutex<State>

    init(_ wanted: Int) { state = Mutex(State(left: wanted)) }

    var place: String { state.withLock { $0.place } }

    func arm(_ action: @escaping @Sendable () async throws -> Void) { state.withLock { $0.action = action } }

    func take(_ step: FileSteps.Step) async throws { try await take("\(step)") }

    func take(_ place: String) async throws {
        let action = state.withLock { state -> (@Sendable () async throws -> Void)? in
            guard state.action != nil else { return nil }
            defer { state.left -= 1 }
            guard state.left == 0 else { return nil }
            state.place = place
            return state.action
        }
        try await action?()
    }

    /// The same from a thread that may block.
    func takeBlocking(_ place: String) {
        let isDone = Monitor(false)
        Task {
            try? await take(place)
            isDone.update { $0 = true }
        }
        _ = isDone.wait { $0 ? true : nil }
    }
}

/// A learner during whose work something else happens.
struct InterruptingTrainer: LearnerSource, Learner {
    enum Place: Sendable { case training, predicting }

    let place: Place
    let signal: Stopper
    private let base = ScriptedLearner()

    init(_ place: Place, _ signal: Stopper) {
        self.place = place
        self.signal = signal
    }

    func learners(
        for learner: Steering.Learner, _ type: TaskType, areTiny: Bool
    ) -> Result<[any Learner], NoLearner> {
        .success([self])
    }
    func limitation(of learner: Steering.Learner, for type: TaskType) -> String? { nil }
    func decode(_ bytes: [UInt8]) throws -> any LearnedModel { throw NoLearner("nothing is decoded here") }

    var identifier: String { base.identifier }
    var extractor: any FeatureExtractor { base.extractor }

    func train(
        on examples: [LearningExample], of features: any FeatureSource, classes: Int,
        warmStart: (any LearnedModel)?, draws: SeededDraws, isCancelled: () -> Bool
    ) throws -> Training {
        if place == .training { signal.takeBlocking("training") }
        var training = try base.train(
            on: examples, of: features, classes: classes, warmStart: nil, draws: draws, isCancelled: isCancelled)
        training.model = Interrupting(base: training.model, signal: place == .predicting ? signal : nil)
        return training
    }

    private struct Interrupting: LearnedModel {
        let base: any LearnedModel
        let signal: Stopper?
        var extractor: String { base.extractor }
        var classes: Int { base.classes }

        func prediction(of features: UnsafeRawBufferPointer) -> LearnedPrediction {
            signal?.takeBlocking("predicting")
            return base.prediction(of: features)
        }

        func encoded() -> [UInt8] { base.encoded() }
    }
}
