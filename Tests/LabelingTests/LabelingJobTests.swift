import Kernel
import Labeling
import Testing

/// The rows of the transition table at the head of LabelingJob.swift.
@Suite struct LabelingJobTests {
    private static let start = Instant(seconds: 1_000_000)

    private static func at(_ second: Int) -> Instant { start + .seconds(second) }

    private static func plan(_ change: (inout LabelingJob.Plan) -> Void = { _ in }) -> LabelingJob.Plan {
        var plan = LabelingJob.Plan()
        plan.created = start
        change(&plan)
        return plan
    }

    /// A job and the effects of the events so far.
    private struct Course {
        var job: LabelingJob
        var effects: [LabelingJob.Effect] = []

        init(_ plan: LabelingJob.Plan) { job = LabelingJob(plan: plan, at: plan.created) }

        /// Applies an event; answers its effects but for the records.
        @discardableResult
        mutating func take(_ event: LabelingJob.Event, at second: Int = 2) -> [LabelingJob.Effect] {
            effects = job.apply(event, at: LabelingJobTests.at(second))
            return effects.filter { if case .record = $0 { false } else { true } }
        }

        var isLate: Bool { LabelingJob.areLate(effects) }
    }

    private func selecting(_ objects: Int = 30, _ change: (inout LabelingJob.Plan) -> Void = { _ in }) -> Course {
        var course = Course(Self.plan(change))
        course.take(.initialized, at: 1)
        course.take(.manifestLoaded(LabelingJob.Manifest(objects: objects)))
        return course
    }

    private func annotating(
        _ objects: Int = 30, open: Int = 5, _ change: (inout LabelingJob.Plan) -> Void = { _ in }
    ) -> Course {
        var course = selecting(objects, change)
        course.take(.batchChosen(LabelingJob.Choice(round: 1, open: open, unreadable: 0)), at: 3)
        return course
    }

    private func finished(_ indices: [Int], at second: Int) -> [LabelingJob.Finished] {
        indices.map { LabelingJob.Finished(index: $0, at: Self.at(second)) }
    }

    private func progress(_ indices: [Int], round: Int = 1, failed: Int = 0, at second: Int) -> LabelingJob.Event {
        .objectsFinished(
            LabelingJob.Progress(
                round: round, finished: finished(indices, at: second), failed: failed, eventsTaken: indices.count))
    }

    /// The consolidation calls among some effects.
    private func calls(_ effects: [LabelingJob.Effect]) -> [LabelingJob.Consolidation] {
        effects.compactMap { if case .consolidate(let call) = $0 { call } else { nil } }
    }

    /// The batches asked for among some effects.
    private func selections(_ effects: [LabelingJob.Effect]) -> [LabelingJob.Selection] {
        effects.compactMap { if case .chooseBatch(let selection) = $0 { selection } else { nil } }
    }

    // MARK: Consolidation calls by size

    @Test func aCallIsClosedBeforeItsAnswersGetTooLarge() {
        var course = annotating(30, open: 4) { $0.consolidationBytes = 100 }
        func finish(_ index: Int, _ bytes: Int) -> LabelingJob.Event {
            let object = LabelingJob.Finished(index: index, at: Self.at(4 + index), bytes: bytes)
            return .objectsFinished(.init(round: 1, finished: [object], failed: 0, eventsTaken: 1))
        }
        #expect(calls(course.take(finish(0, 60), at: 4)).isEmpty)
        #expect(calls(course.take(finish(1, 40), at: 5)).isEmpty)
        // What is stored counts as well as what is in memory.
        course.job = LabelingJob(decoding: course.job.encoded, plan: course.job.plan) ?? course.job
        let closed = calls(course.take(finish(2, 1), at: 6))
        #expect(closed.map(\.objects) == [[0, 1]] && closed.first?.at == Self.at(6))
        // One object that is too large by itself still gets its call.
        #expect(calls(course.take(finish(3, 500), at: 7)).map(\.objects) == [[2], [3]])
    }

    // MARK: Beginning

    @Test func theFirstTimerLoadsTheManifest() {
        var course = Course(Self.plan())
        #expect(course.job.timers.map(\.timer) == [.initialized, .expired])
        #expect(course.job.timers.first?.due == Self.at(1))
        #expect(course.take(.initialized, at: 1) == [.loadManifest])
        #expect(course.job.phase == .initializing && course.job.timers.map(\.timer) == [.expired])
    }

    @Test func aLoadedManifestLeadsToTheFirstBatch() throws {
        var course = Course(Self.plan())
        course.take(.initialized, at: 1)
        let effects = course.take(
            .manifestLoaded(LabelingJob.Manifest(objects: 30, labeledByHumans: 2, labeledByMachine: 3, failed: 4)),
            at: 2)
        let selection = try #require(selections(effects).first)
        #expect(effects.count == 1 && selection.round == 1 && selection.order == .manifest)
        // No more than there are without a result.
        #expect(selection.limit == 25 && selection.at == Self.at(2))
        #expect(course.job.phase == .selecting(1) && course.job.phase.status == "InProgress")
        #expect(course.job.counters.unlabeled == 21)
    }

    @Test func aManifestWithoutWorkLeadsToTheEnd() {
        var course = Course(Self.plan())
        let effects = course.take(.manifestLoaded(LabelingJob.Manifest(objects: 3, labeledByHumans: 1, failed: 2)))
        #expect(effects == [.export(isFinal: true, at: Self.at(2))] && course.job.phase == .finalizing)
    }

    @Test func aRejectedManifestFailsTheJob() {
        var course = Course(Self.plan())
        #expect(course.take(.manifestRejected("why")) == [.export(isFinal: true, at: Self.at(2))])
        #expect(course.job.phase == .failing && course.job.failureReason == "why")
        course.take(.outputsWritten(isFinal: true))
        #expect(course.job.phase == .failed && course.job.phase.status == "Failed")
    }

    @Test(arguments: [(100_000, true), (100_001, false)])
    func theLargestManifestIsTaken(objects: Int, isTaken: Bool) {
        #expect((selecting(objects).job.phase == .selecting(1)) == isTaken)
    }

    @Test(arguments: [(1249, false), (1250, true)])
    func automatedLabelingNeedsItsMinimum(objects: Int, isTaken: Bool) {
        let course = selecting(objects) { $0.isAutomated = true }
        #expect((course.job.phase == .selecting(1)) == isTaken)
        #expect((course.job.failureReason == nil) == isTaken)
    }

    // MARK: Batches

    @Test func aProbeOfTenAndItsRestComeFirst() {
        var course = selecting(100) {
            $0.hasProbe = true
            $0.maxConcurrentObjects = 40
        }
        var limits: [Int] = []
        for round in 1...3 {
            limits += selections(course.effects).map(\.limit)
            let open = limits.last ?? 0
            course.take(.batchChosen(LabelingJob.Choice(round: round, open: open, unreadable: 0)))
            course.take(progress(Array(0..<open), round: round, at: 2))
            course.take(.consolidated(LabelingJob.Call(number: round, labeled: open, failed: 0)))
        }
        #expect(limits == [10, 30, 40])
    }

    @Test func aChosenBatchGoesToPeople() {
        let course = annotating(open: 5)
        #expect(course.job.phase == .annotating(1))
        #expect(course.job.batch?.open == 5 && course.job.batch?.started == Self.at(3))
        // Both last 30 days; the job's began first.
        #expect(course.job.timers.map(\.timer) == [.expired, .availabilityEnded])
    }

    @Test func aBatchWithoutAReadableObjectIsPassedOver() {
        var course = selecting(30) { $0.maxConcurrentObjects = 5 }
        let effects = course.take(.batchChosen(LabelingJob.Choice(round: 1, open: 0, unreadable: 5)))
        #expect(selections(effects).map(\.round) == [2] && selections(effects).map(\.limit) == [5])
        #expect(course.job.phase == .selecting(2) && course.job.counters.failed == 5)
    }

    @Test func nothingLeftToChooseIsTheEnd() {
        var course = selecting()
        #expect(
            course.take(.batchChosen(LabelingJob.Choice(round: 1, open: 0, unreadable: 0)))
                == [.export(isFinal: true, at: Self.at(2))])
        #expect(course.job.phase == .finalizing)
    }

    // MARK: Consolidation

    @Test func aCallIsMadeWhenFiftyWait() throws {
        var course = annotating(200, open: 120)
        #expect(course.take(progress(Array(0..<49), at: 10), at: 10) == [])
        let effects = course.take(progress([49, 50], at: 11), at: 11)
        let call = try #require(calls(effects).first)
        #expect(effects.count == 1)
        #expect(call.objects == Array(0..<50) && call.at == Self.at(11) && call.number == 1 && call.round == 1)
        #expect(course.job.waiting.map(\.index) == [50] && course.job.callsOpen == 1)
    }

    @Test func aCallIsMadeAMinuteAfterTheFirst() throws {
        var course = annotating()
        course.take(progress([3], at: 10), at: 10)
        #expect(course.job.timers.first?.timer == .groupingDue && course.job.timers.first?.due == Self.at(70))
        let effects = course.take(.groupingDue, at: 70)
        let call = try #require(calls(effects).first)
        #expect(effects.count == 1)
        #expect(call.objects == [3] && call.at == Self.at(70))
        #expect(course.take(.groupingDue, at: 71) == [])
    }

    @Test func aSliceThatReachesOverTheMinuteIsCutThere() throws {
        var course = annotating()
        course.take(progress([3], at: 10), at: 10)
        let effects = course.take(progress([4], at: 70), at: 70)
        let call = try #require(calls(effects).first)
        #expect(effects.count == 1)
        #expect(call.objects == [3] && call.at == Self.at(70) && course.job.waiting.map(\.index) == [4])
    }

    @Test func callsOfOneSecondGetDifferentNames() throws {
        var course = annotating(300, open: 200)
        let made = calls(course.take(progress(Array(0..<100), at: 10), at: 10))
        #expect(made.count == 2)
        let first = try #require(made.first), second = try #require(made.last)
        #expect(first.fileSecond == Self.at(10) && second.fileSecond == Self.at(11))
        #expect(first.at == second.at)
    }

    @Test func theLastObjectDrainsTheBatch() throws {
        var course = annotating(open: 2)
        let effects = course.take(progress([1, 0], at: 10), at: 10)
        let call = try #require(calls(effects).first)
        #expect(effects.count == 1)
        #expect(call.objects == [1, 0] && course.job.phase == .consolidating(1))
        course.take(.consolidated(LabelingJob.Call(number: 1, labeled: 1, failed: 1)), at: 10)
        #expect(course.job.phase == .selecting(2) && course.job.counters.human == 1 && course.job.counters.failed == 1)
    }

    @Test func theEndOfTheAvailabilityExpiresWhatIsOpen() {
        var course = annotating { $0.availability = .seconds(60) }
        #expect(course.job.timers.first?.due == Self.at(63))
        #expect(course.take(.availabilityEnded, at: 63) == [.expireOpenObjects(round: 1, at: Self.at(63))])
        course.take(progress([0, 1], failed: 3, at: 63), at: 63)
        #expect(course.job.phase == .consolidating(1) && course.job.timers.map(\.timer) == [.expired])
        course.take(.availabilityEnded, at: 64)
        #expect(course.isLate)
    }

    /// A call whose result comes late moves the job's time; the timer must survive that.
    @Test func theEndOfTheAvailabilityComesHoweverLateTheJobIs() {
        var course = annotating(200, open: 120) { $0.availability = .seconds(60) }
        course.take(progress(Array(0..<50), at: 10), at: 10)
        course.take(.consolidated(LabelingJob.Call(number: 1, labeled: 50, failed: 0)), at: 5000)
        #expect(course.job.timers.first?.timer == .availabilityEnded)
    }

    // MARK: Models

    @Test(arguments: [(4999, 1000), (5000, 500), (5001, 501), (1, 1), (10, 2), (11, 3)])
    func theValidationSetHasItsDocumentedSize(objects: Int, target: Int) {
        #expect(LabelingJob.Plan.validationTarget(objects: objects) == target)
    }

    /// Whole batches of human labels until the first model is asked for.
    @Test func theFirstModelComesOneBatchAfterTheValidationSet() {
        var course = selecting(100) {
            $0.isAutomated = true
            $0.hasProbe = true
            $0.minimumObjects = 1
            $0.maxConcurrentObjects = 20
        }
        var round = 1
        while case .selecting(round) = course.job.phase {
            let open = [10, 10, 20][min(round, 3) - 1]
            course.take(.batchChosen(LabelingJob.Choice(round: round, open: open, unreadable: 0)))
            course.take(progress(Array(0..<open), round: round, at: 2))
            course.take(.consolidated(LabelingJob.Call(number: round, labeled: open, failed: 0)))
            round += 1
        }
        // 20 labels are asked for; they are there after round 2, and round 3 is the batch to learn from.
        #expect(course.job.phase == .training(4) && course.job.counters.human == 40)
        #expect(course.effects.contains(.train(round: 4, at: Self.at(2))))
        var failed = course
        failed.take(.trainingFailed("none"))
        #expect(failed.job.phase == .selecting(4) && failed.job.trainingFailures == 1)
        course.take(.modelTrained(LabelingJob.Model(round: 4, name: "m", examples: 20)))
        #expect(course.job.phase == .predicting(4) && course.job.modelName == "m")
        var lost = course
        lost.take(.trainingFailed("gone"))
        #expect(lost.job.phase == .selecting(4))
        course.take(.predicted(LabelingJob.Prediction(round: 4, labeled: 60)))
        #expect(course.job.phase == .finalizing && course.job.counters.machine == 60)
    }

    @Test(arguments: [(2, true), (3, false)])
    func theFirstSampleFailsAboveTenPercent(failed: Int, isTaken: Bool) {
        var course = selecting(100) {
            $0.isAutomated = true
            $0.hasProbe = true
            $0.minimumObjects = 1
            $0.maxConcurrentObjects = 20
        }
        course.take(.batchChosen(LabelingJob.Choice(round: 1, open: 10, unreadable: 0)))
        course.take(progress(Array(0..<10), at: 2))
        course.take(.consolidated(LabelingJob.Call(number: 1, labeled: 10, failed: 0)))
        course.take(.batchChosen(LabelingJob.Choice(round: 2, open: 10, unreadable: 0)))
        course.take(progress(Array(10..<20), round: 2, at: 2))
        course.take(.consolidated(LabelingJob.Call(number: 2, labeled: 10 - failed, failed: failed)))
        #expect((course.job.phase == .failing) == !isTaken)
    }

    // MARK: Ends

    @Test func anOutputThatIsWrittenEndsTheJob() {
        var course = selecting(1)
        course.take(.batchChosen(LabelingJob.Choice(round: 1, open: 0, unreadable: 0)))
        course.take(.outputsWritten(isFinal: false))
        #expect(course.job.phase == .finalizing)
        course.take(.outputsWritten(isFinal: true))
        #expect(course.job.phase == .completed && course.job.timers.isEmpty)
    }

    @Test func stoppingConsolidatesWhatIsAnsweredAndCancelsTheRest() {
        var course = annotating()
        course.take(progress([2], at: 10), at: 10)
        let effects = course.take(.stopRequested, at: 11)
        guard effects.count == 3, case .consolidate(let call) = effects[0] else {
            Issue.record("\(effects)")
            return
        }
        #expect(call.objects == [2])
        #expect(effects[1] == .cancelOpenObjects(round: 1) && effects[2] == .export(isFinal: true, at: Self.at(11)))
        #expect(course.job.phase == .stopping && course.job.phase.status == "Stopping" && course.job.timers.isEmpty)
        course.take(.consolidated(LabelingJob.Call(number: 1, labeled: 1, failed: 0)), at: 12)
        #expect(course.job.phase == .stopping && course.job.counters.human == 1)
        course.take(.stopRequested)
        #expect(course.isLate)
        course.take(.outputsWritten(isFinal: true), at: 12)
        #expect(course.job.phase == .stopped)
    }

    @Test func thirtyDaysEndAJob() {
        var course = annotating()
        #expect(course.job.timers.first { $0.timer == .expired }?.due == Self.start + .seconds(30 * 86_400))
        course.take(.expired, at: 30 * 86_400)
        #expect(course.job.phase == .failing && course.job.failureReason == FailureText.expired)
    }

    @Test func stoppingConditionsLimitTheBatchThatMeetsThem() {
        let most = selecting(100) { $0.maxHumanLabeled = 7 }
        #expect(selections(most.effects).map(\.limit) == [7])
        // 33 % of 10 objects are met by 4 labels, not by 3.
        let share = selecting(10) { $0.maxPercentageLabeled = 33 }
        #expect(selections(share.effects).map(\.limit) == [4])
    }

    // MARK: Forced outcomes

    @Test(arguments: [
        "fail@initializing", "stop@selecting", "expire@annotating:3", "fail@consolidating", "stop@training:12",
        "fail@predicting",
    ])
    func aForcedOutcomeReadsAsItWasWritten(text: String) throws {
        #expect(try #require(LabelingJob.ForcedOutcome(text)).description == text)
    }

    @Test(arguments: [
        "", "fail", "fail@", "@training", "fail@finalizing", "fail@completed", "fail@training:0", "fail@training:x",
        "fail@training:1:2", "fail@training@1", "crash@training", "fail@training:",
    ])
    func whatIsNoOutcomeIsRefused(text: String) { #expect(LabelingJob.ForcedOutcome(text) == nil) }

    // MARK: Stored form

    @Test func statesAreReadBack() {
        var course = annotating(200, open: 120) { $0.availability = .seconds(60) }
        var jobs = [LabelingJob(plan: Self.plan(), at: Self.start), selecting().job, course.job]
        course.take(progress(Array(0..<60), at: 10), at: 10)
        jobs.append(course.job)
        course.take(.availabilityEnded, at: 63)
        jobs.append(course.job)
        course.take(.aborted("é\n"), at: 64)
        jobs.append(course.job)
        for job in jobs { #expect(LabelingJob(decoding: job.encoded, plan: job.plan) == job) }
        #expect(LabelingJob(decoding: Array("{}".utf8), plan: Self.plan()) == nil)
        #expect(LabelingJob(decoding: [], plan: Self.plan()) == nil)
    }

    @Test func effectsAreReadBack() {
        let at = Self.at(7)
        var course = annotating()
        course.take(progress([2, 9], at: 10), at: 10)
        course.take(.groupingDue, at: 70)
        let effects: [LabelingJob.Effect] =
            course.effects + selecting().effects + [
                .loadManifest, .expireOpenObjects(round: 2, at: at), .cancelOpenObjects(round: 3),
                .train(round: 4, at: at), .predict(round: 4, at: at, model: "m"),
                .export(isFinal: true, at: at), .export(isFinal: false, at: at),
            ]
        for effect in effects {
            if case .record = effect { #expect(effect.encoded == nil) }
            guard let bytes = effect.encoded else { continue }
            #expect(LabelingJob.Effect(decoding: bytes) == effect)
        }
        #expect(LabelingJob.Effect(decoding: Array(#"{"do":"dance"}"#.utf8)) == nil)
    }

    @Test func phasesAreFoundByTheirNames() {
        let phases: [LabelingJob.Phase] = [
            .initializing, .selecting(1), .annotating(2), .consolidating(3), .training(4), .predicting(5), .finalizing,
            .stopping, .failing, .completed, .stopped, .failed,
        ]
        for phase in phases { #expect(LabelingJob.Phase(name: phase.name, round: phase.round) == phase) }
        #expect(LabelingJob.Phase(name: "selecting", round: nil) == nil)
        #expect(LabelingJob.Phase(name: "completed", round: 1) == nil)
    }
}
