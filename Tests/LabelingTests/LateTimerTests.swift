import Kernel
import Testing

@testable import Labeling

/// Results may be stamped long after the instant that a timer was due: a killed program looks at it late.
@Suite struct LateTimerTests {
    private let start = Instant.epoch + .seconds(1_000_000)
    private var batchStart: Instant { start + .seconds(2) }

    /// A job with four objects at people, one of them answered.
    private func annotating() -> LabelingJob {
        var plan = LabelingJob.Plan()
        plan.created = start
        plan.availability = .seconds(300)
        var job = LabelingJob(plan: plan, at: start)
        _ = job.apply(.initialized, at: start + .seconds(1))
        _ = job.apply(.manifestLoaded(.init(objects: 4)), at: start + .seconds(1))
        _ = job.apply(.batchChosen(.init(round: 1, open: 4, unreadable: 0)), at: batchStart)
        _ = finish(0, after: 10, &job)
        return job
    }

    private func finish(_ index: Int, after seconds: Int64, _ job: inout LabelingJob) -> [LabelingJob.Effect] {
        let at = batchStart + .seconds(seconds)
        return job.apply(
            .objectsFinished(.init(round: 1, finished: [.init(index: index, at: at)], failed: 0, eventsTaken: 1)),
            at: at)
    }

    private func calls(_ effects: [LabelingJob.Effect]) -> [LabelingJob.Consolidation] {
        effects.compactMap { if case .consolidate(let call) = $0 { call } else { nil } }
    }

    @Test func aBatchEndsThoughAResultIsStampedAfterItsEnd() throws {
        var job = annotating()
        _ = job.apply(.groupingDue, at: batchStart + .seconds(70))
        _ = job.apply(.consolidated(.init(number: 1, labeled: 1, failed: 0)), at: batchStart + .seconds(900))
        let timer = try #require(job.timers.first)
        #expect(timer.timer == .availabilityEnded)
        #expect(timer.due == batchStart + .seconds(300))
        let effects = job.apply(timer.timer.event, at: timer.due)
        #expect(effects == [.expireOpenObjects(round: 1, at: batchStart + .seconds(300))])
    }

    @Test func aCallBearsTheInstantItWasDue() throws {
        var punctual = annotating(), late = annotating()
        let first = calls(punctual.apply(.groupingDue, at: batchStart + .seconds(70)))
        // A result of something that is long over moves the job's time, and nothing else.
        _ = late.apply(.modelTrained(.init(round: 9, name: "", examples: 0)), at: batchStart + .seconds(500))
        #expect(calls(late.apply(.groupingDue, at: batchStart + .seconds(70))) == first)
        #expect(first.map(\.at) == [batchStart + .seconds(70)])
    }

    @Test func whatIsOpenAtTheEndJoinsWhoWaitsHoweverLateThatIs() {
        var job = annotating()
        _ = job.apply(.groupingDue, at: batchStart + .seconds(70))
        _ = finish(1, after: 280, &job)
        _ = job.apply(.consolidated(.init(number: 1, labeled: 1, failed: 0)), at: batchStart + .seconds(900))
        guard case .expireOpenObjects(_, let at)? = job.apply(.availabilityEnded, at: batchStart + .seconds(300)).first
        else {
            Issue.record("nothing expires")
            return
        }
        let rest = LabelingJob.Progress(
            round: 1, finished: [.init(index: 2, at: at), .init(index: 3, at: at)], failed: 0, eventsTaken: 0)
        #expect(calls(job.apply(.objectsFinished(rest), at: at)).map(\.objects) == [[1, 2, 3]])
    }
}
