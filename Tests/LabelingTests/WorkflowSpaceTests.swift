import Glibc
import Kernel
import Labeling
import TestSupport
import Testing

/// Every interleaving of everything that can happen to small jobs.
///
/// The asked space, three objects with two workers in two rounds, has 48,322 states. Told apart by `WorkflowModel.key`
/// alone they are 1,772, walked in a second; a test proves that nothing is lost. Larger spaces are walked by key only.
@Suite struct WorkflowSpaceTests {
    private typealias Space = StateSpace<WorkflowModel>

    private static let limit = 1_000_000
    private static let isLong = getenv("GROUNDWORK_LONG") != nil

    private static func plan(_ change: (inout LabelingJob.Plan) -> Void = { _ in }) -> LabelingJob.Plan {
        var plan = LabelingJob.Plan()
        plan.created = WorkflowModel.start
        plan.maxConcurrentObjects = 2
        plan.consolidationObjects = 2
        change(&plan)
        return plan
    }

    private static let automated = plan {
        $0.isAutomated = true
        $0.hasProbe = true
        $0.minimumObjects = 1
    }

    private func walk(_ start: WorkflowModel) throws -> Space {
        try Space(from: start, limit: Self.limit, key: \.key, moves: \.moves) { $0.flaw($1) }
    }

    private func walk(_ plan: LabelingJob.Plan, objects: Int = 3, asked: Int = 2) throws -> Space {
        try walk(WorkflowModel(plan, objects: objects, workersAsked: asked))
    }

    private func phases(_ space: Space) -> Set<LabelingJob.Phase> { Set(space.ends.map(\.job.phase)) }

    // MARK: People alone

    @Test func peopleAloneAlwaysComeToAnEnd() throws {
        let space = try walk(Self.plan())
        #expect(phases(space) == [.completed, .stopped, .failed])
        #expect(space.states > 1000)
        #expect(space.ends.contains { $0.items.map(\.result) == [.human, .human, .human] })
        #expect(space.ends.contains { $0.items.map(\.result) == [.failed, .failed, .failed] })
    }

    @Test(.enabled(if: isLong)) func theWholeSpaceWithoutKeysHasNoFlaw() throws {
        let start = WorkflowModel(Self.plan(), objects: 3, workersAsked: 2)
        let space = try Space(from: start, limit: Self.limit, key: { $0 }, moves: \.moves) { $0.flaw($1) }
        #expect(phases(space) == [.completed, .stopped, .failed])
        #expect(space.states > 10_000)
    }

    @Test func statesWithTheSameKeyHaveTheSameFuture() throws {
        var starts = [
            WorkflowModel(Self.plan(), objects: 3, workersAsked: 2),
            WorkflowModel(Self.automated, objects: 4, workersAsked: 1),
        ]
        if Self.isLong {
            let atATime = Self.plan { $0.maxConcurrentObjects = 3 }
            starts.append(WorkflowModel(atATime, objects: 3, workersAsked: 2))
            starts.append(WorkflowModel(Self.plan(), objects: 2, workersAsked: 2, workers: 3))
        }
        for start in starts {
            let keys = try Space.countKeys(from: start, limit: Self.limit, key: \.key, moves: \.moves)
            #expect(try walk(start).states == keys)
        }
    }

    @Test func threeObjectsWithPeopleAtATimeComeToAnEnd() throws {
        let space = try walk(Self.plan { $0.maxConcurrentObjects = 3 })
        #expect(phases(space) == [.completed, .stopped, .failed])
        // One call in time and the rest when the batch ends, or one for each object.
        #expect(Set(space.ends.filter { $0.job.phase == .completed }.map(\.job.callsIssued)) == [0, 1, 2, 3])
    }

    @Test func moreWorkersThanAreAskedComeToAnEnd() throws {
        // With a worker to spare, an object is closed while somebody is still at it.
        let space = try walk(WorkflowModel(Self.plan(), objects: 3, workersAsked: 2, workers: 3))
        #expect(phases(space) == [.completed, .stopped, .failed])
    }

    @Test(.enabled(if: isLong), arguments: [(3, 3, 3), (4, 2, 2), (4, 3, 3)])
    func largerSpacesComeToAnEnd(objects: Int, atATime: Int, workers: Int) throws {
        let plan = Self.plan { $0.maxConcurrentObjects = atATime }
        let space = try walk(WorkflowModel(plan, objects: objects, workersAsked: 2, workers: workers))
        #expect(phases(space) == [.completed, .stopped, .failed])
    }

    // MARK: Models and conditions

    @Test func automatedLabelingAlwaysComesToAnEnd() throws {
        let space = try walk(Self.automated, objects: 4, asked: 1)
        #expect(phases(space) == [.completed, .stopped, .failed])
        #expect(space.ends.contains { $0.job.counters.machine > 0 })
        #expect(space.ends.contains { $0.job.trainingFailures > 0 })
    }

    @Test func aStoppingConditionAlwaysComesToAnEnd() throws {
        let space = try walk(Self.plan { $0.maxHumanLabeled = 1 }, asked: 1)
        #expect(space.ends.contains { $0.job.phase == .completed && $0.job.counters.unlabeled > 0 })
        #expect(space.ends.allSatisfy { $0.job.counters.human <= 1 })
    }

    @Test(arguments: LabelingJob.ForcedOutcome.Kind.allCases)
    func aForcedOutcomeAlwaysComesToAnEnd(kind: LabelingJob.ForcedOutcome.Kind) throws {
        for phase in ["initializing", "selecting", "annotating:2", "consolidating", "training", "predicting"] {
            var plan = Self.automated
            plan.hasProbe = false
            plan.forcedOutcome = LabelingJob.ForcedOutcome("\(kind.rawValue)@\(phase)")
            let space = try walk(plan, asked: 1)
            let reached = space.ends.filter { $0.job.phase == (kind == .stop ? .stopped : .failed) }
            #expect(!reached.isEmpty, "\(phase)")
        }
    }
}
