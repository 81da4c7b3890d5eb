import Kernel
import Labeling
import TestSupport
import Testing

/// Every interleaving of everything that can happen to a job of three objects, two workers asked.
@Suite struct WorkflowSpaceTests {
    private static func plan(_ change: (inout LabelingJob.Plan) -> Void) -> LabelingJob.Plan {
        var plan = LabelingJob.Plan()
        plan.created = WorkflowModel.start
        plan.maxConcurrentObjects = 2
        plan.consolidationObjects = 2
        change(&plan)
        return plan
    }

    private func walk(_ plan: LabelingJob.Plan, objects: Int = 3, workers: Int = 2) throws -> StateSpace<WorkflowModel>
    {
        try StateSpace(
            from: WorkflowModel(plan, objects: objects, workersAsked: workers), limit: 600_000, moves: \.moves
        ) { $0.flaw($1) }
    }

    private func phases(_ space: StateSpace<WorkflowModel>) -> Set<LabelingJob.Phase> {
        Set(space.ends.map(\.job.phase))
    }

    @Test func peopleAloneAlwaysComeToAnEnd() throws {
        let space = try walk(Self.plan { _ in })
        #expect(phases(space) == [.completed, .stopped, .failed])
        #expect(space.states > 10_000)
    }

    @Test func automatedLabelingAlwaysComesToAnEnd() throws {
        let space = try walk(
            Self.plan {
                $0.isAutomated = true
                $0.hasProbe = true
                $0.minimumObjects = 1
            }, objects: 4, workers: 1)
        #expect(phases(space) == [.completed, .stopped, .failed])
        #expect(space.ends.contains { $0.job.counters.machine > 0 })
        #expect(space.ends.contains { $0.job.trainingFailures > 0 })
    }

    @Test func aStoppingConditionAlwaysComesToAnEnd() throws {
        let space = try walk(Self.plan { $0.maxHumanLabeled = 1 }, workers: 1)
        #expect(space.ends.contains { $0.job.phase == .completed && $0.job.counters.unlabeled > 0 })
        #expect(space.ends.allSatisfy { $0.job.counters.human <= 1 })
    }

    @Test(arguments: LabelingJob.ForcedOutcome.Kind.allCases)
    func aForcedOutcomeAlwaysComesToAnEnd(kind: LabelingJob.ForcedOutcome.Kind) throws {
        for phase in ["initializing", "selecting", "annotating:2", "consolidating", "training", "predicting"] {
            let space = try walk(
                Self.plan {
                    $0.isAutomated = true
                    $0.minimumObjects = 1
                    $0.forcedOutcome = LabelingJob.ForcedOutcome("\(kind.rawValue)@\(phase)")
                }, objects: 3, workers: 1)
            let reached = space.ends.filter { $0.job.phase == (kind == .stop ? .stopped : .failed) }
            #expect(!reached.isEmpty, "\(phase)")
        }
    }
}
