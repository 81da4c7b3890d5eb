import Kernel
import Testing

@testable import Labeling

private let start = Instant(seconds: 1_609_181_998)

private func crowd(_ model: CrowdModel, size: Int, seed: UInt64 = 1) -> Crowd {
    let draws = SeededDraws(seed: seed)
    return Crowd(
        model, size: size, classes: 4, region: .standard, team: draws.scoped("team"), job: draws.scoped("job"))
}

private func batch(
    _ objects: Int, workers: Int = 3, limit: Duration = .seconds(300), availability: Duration = .seconds(864_000)
) -> WorkBatch {
    WorkBatch(
        objects: (0..<objects).map { 7 + 2 * $0 }, workersPerObject: workers, taskTimeLimit: limit,
        availability: availability, startedAt: start)
}

private func events(_ batch: WorkBatch, _ crowd: Crowd) -> [WorkEvent] {
    Array(CrowdSchedule(batch, crowd: crowd))
}

/// Plays the events against the rules of the work, kept here as plainly as possible.
private func check(_ events: [WorkEvent], _ batch: WorkBatch, workers: Int, oneTaskAtATime: Bool = true) {
    var busy: [[Int]: WorkEvent] = [:]
    var slots: [Int: [Int: Int]] = [:]
    var answered: [Int: Set<Int>] = [:], declined: [Int: Set<Int>] = [:], abandoned: [Int: Set<Int>] = [:]
    var last = batch.startedAt
    for event in events {
        #expect(event.at >= last && event.at < batch.endsAt)
        last = event.at
        #expect(batch.objects.contains(event.object) && (0..<workers).contains(event.worker))
        let hand = oneTaskAtATime ? [event.worker] : [event.worker, event.object]
        if event.action == .accepted {
            #expect(busy[hand] == nil, "one task at a time")
            #expect((0..<batch.workersPerObject).contains(event.slot))
            #expect(slots[event.object]?[event.slot] == nil, "the slot is free")
            #expect(answered[event.object]?.contains(event.worker) != true)
            #expect(declined[event.object]?.contains(event.worker) != true)
            #expect((declined[event.object]?.count ?? 0) < batch.workersPerObject, "given up objects are not offered")
            busy[hand] = event
            slots[event.object, default: [:]][event.slot] = event.worker
            continue
        }
        guard let begun = busy.removeValue(forKey: hand) else {
            Issue.record("a task ends that was not begun")
            continue
        }
        #expect(begun.object == event.object && begun.slot == event.slot)
        switch event.action {
        case .accepted: break
        case .submitted(let submission):
            #expect(submission.acceptedAt == begun.at)
            #expect(submission.timeSpent == event.at - begun.at)
            #expect(submission.timeSpent < batch.taskTimeLimit)
            answered[event.object, default: []].insert(event.worker)
        case .declined:
            declined[event.object, default: []].insert(event.worker)
            slots[event.object]?[event.slot] = nil
        case .returned:
            #expect(event.at - begun.at == batch.taskTimeLimit)
            abandoned[event.object, default: []].insert(event.worker)
            slots[event.object]?[event.slot] = nil
        }
    }
}

private func submissions(_ events: [WorkEvent]) -> [Int: Int] {
    events.reduce(into: [:]) { counts, event in
        if case .submitted = event.action { counts[event.object, default: 0] += 1 }
    }
}

@Suite struct CrowdScheduleTests {
    @Test func perfectPeopleFinishEverything() {
        let crowd = crowd(CrowdModel(.perfect, pool: .privateTeam), size: 20)
        let batch = batch(200)
        let events = events(batch, crowd)
        check(events, batch, workers: 20)
        #expect(events.count == 200 * 3 * 2)
        #expect(submissions(events) == Dictionary(uniqueKeysWithValues: batch.objects.map { ($0, 3) }))
        for event in events {
            if case .submitted(let submission) = event.action {
                #expect(submission.answer == .simulated)
            }
        }
    }

    @Test(arguments: [(1, 1), (2, 3), (3, 3), (4, 3), (9, 9), (20, 5), (70, 2), (200, 9)])
    func anyCrowdKeepsTheRules(size: Int, workers: Int) {
        for seed in 0..<5 {
            let crowd = crowd(CrowdModel(.spammy, pool: .publicCrowd), size: size, seed: UInt64(seed))
            let batch = batch(60, workers: workers, limit: .seconds(30))
            check(events(batch, crowd), batch, workers: size)
        }
    }

    @Test func theSameInputGivesTheSameEvents() {
        let crowd = crowd(CrowdModel(.mturk, pool: .publicCrowd), size: 50)
        let whole = events(batch(100), crowd)
        var again = CrowdSchedule(batch(100), crowd: crowd)
        for place in 0..<whole.count / 2 { #expect(again.next() == whole[place]) }
        var restarted = CrowdSchedule(batch(100), crowd: crowd)
        for _ in 0..<whole.count / 2 { _ = restarted.next() }
        while let event = again.next() { #expect(restarted.next() == event) }
        #expect(restarted.next() == nil)
        #expect(restarted.next() == nil)
    }

    @Test func nothingHappensOnceTheAvailabilityEnds() {
        let crowd = crowd(CrowdModel(.expert, pool: .privateTeam), size: 5)
        let long = events(batch(300), crowd)
        let short = batch(300, availability: .seconds(60))
        let cut = events(short, crowd)
        check(cut, short, workers: 5)
        #expect(!cut.isEmpty && cut.count < long.count)
        #expect(Array(long.prefix(cut.count)) == cut)
        #expect(long[cut.count].at >= start + .seconds(60))
    }

    @Test func objectsComeInTheirOrder() {
        let crowd = crowd(CrowdModel(.perfect, pool: .privateTeam), size: 6)
        var next: [Int: Int] = [:]
        for event in events(batch(100), crowd) where event.action == .accepted {
            #expect(event.object >= next[event.worker] ?? 0)
            next[event.worker] = event.object + 1
        }
    }

    /// With fewer workers than asked, objects stay open and the schedule ends by itself.
    @Test func tooFewWorkersLeaveObjectsUnfinished() {
        let crowd = crowd(CrowdModel(.perfect, pool: .privateTeam), size: 2)
        let batch = batch(30)
        let events = events(batch, crowd)
        check(events, batch, workers: 2)
        #expect(submissions(events) == Dictionary(uniqueKeysWithValues: batch.objects.map { ($0, 2) }))
    }

    @Test func declinedObjectsGoToOthers() {
        var model = CrowdModel(.expert, pool: .privateTeam)
        (model.declineShare, model.abandonShare) = (0.3, 0)
        let crowd = crowd(model, size: 20)
        let batch = batch(300, workers: 2)
        let events = events(batch, crowd)
        check(events, batch, workers: 20)
        var declines: [Int: Int] = [:]
        for event in events where event.action == .declined { declines[event.object, default: 0] += 1 }
        let answers = submissions(events)
        for object in batch.objects where declines[object] ?? 0 < 2 { #expect(answers[object] == 2) }
        #expect(declines.values.max() == 2 || declines.values.max() == 3)
        #expect(declines.values.contains { $0 >= 2 })
    }

    @Test func everybodyDecliningGivesAllObjectsUp() {
        var model = CrowdModel(.expert, pool: .privateTeam)
        model.declineShare = 1
        let batch = batch(50)
        let events = events(batch, crowd(model, size: 20))
        check(events, batch, workers: 20)
        #expect(events.count { $0.action == .declined } >= 150)
        #expect(submissions(events).isEmpty)
    }

    @Test func abandonedObjectsComeBackToTheSameWorkerLast() {
        var model = CrowdModel(.expert, pool: .privateTeam)
        (model.declineShare, model.abandonShare) = (0, 0.3)
        let batch = batch(40, workers: 1)
        let events = events(batch, crowd(model, size: 1))
        check(events, batch, workers: 1)
        #expect(submissions(events).count == 40)
        #expect(events.contains { $0.action == .returned })
        var offered: Set<Int> = []
        for event in events where event.action == .accepted {
            if offered.contains(event.object) { #expect(offered.count == 40, "others come first") }
            offered.insert(event.object)
        }
    }

    /// Workers who had nothing to do hear of a place that opens again, and come before the one who left it.
    @Test(arguments: 0..<20)
    func idleWorkersTakeWhatIsGivenBack(seed: Int) throws {
        var model = CrowdModel(.expert, pool: .privateTeam)
        (model.declineShare, model.abandonShare) = (0, 0.5)
        let batch = batch(1, workers: 1)
        let events = events(batch, crowd(model, size: 6, seed: UInt64(seed)))
        check(events, batch, workers: 6)
        let takers = events.filter { $0.action == .accepted }.map(\.worker)
        #expect(Set(takers.prefix(6)).count == min(takers.count, 6))
        #expect(submissions(events) == [7: 1])
    }

    /// Nobody is left waiting for an object that they may take again.
    @Test(arguments: 1...9)
    func abandonedObjectsAreFinishedInTheEnd(workers: Int) {
        var model = CrowdModel(.expert, pool: .privateTeam)
        (model.declineShare, model.abandonShare) = (0, 0.4)
        for seed in 0..<10 {
            for size in [workers, workers + 1] {
                let batch = batch(12, workers: workers)
                let events = events(batch, crowd(model, size: size, seed: UInt64(seed)))
                check(events, batch, workers: size)
                #expect(submissions(events) == Dictionary(uniqueKeysWithValues: batch.objects.map { ($0, workers) }))
            }
        }
    }

    @Test func slowTasksRunOutOfTimeUnlessThePeopleArePerfect() {
        let perfect = crowd(
            CrowdModel(.perfect, pool: .privateTeam, medianActiveTime: .seconds(60)), size: 10)
        let batch = batch(30, limit: .seconds(30))
        let done = events(batch, perfect)
        check(done, batch, workers: 10)
        #expect(submissions(done).values.allSatisfy { $0 == 3 })
        let others = crowd(CrowdModel(.expert, pool: .privateTeam, medianActiveTime: .seconds(60)), size: 10)
        let returned = events(batch, others)
        check(returned, batch, workers: 10)
        #expect(returned.contains { $0.action == .returned })
    }

    @Test func emptyBatchesHaveNoEvents() {
        #expect(events(batch(0), crowd(CrowdModel(.perfect, pool: .privateTeam), size: 3)).isEmpty)
    }

    @Test func instantsAreWholeMilliseconds() {
        for event in events(batch(50), crowd(CrowdModel(.mturk, pool: .publicCrowd), size: 10)) {
            #expect(event.at == event.at.wholeMillisecond)
        }
    }
}

@Suite struct ScriptedScheduleTests {
    private func events(_ batch: WorkBatch, _ script: [Int: [String?]]) -> [WorkEvent] {
        Array(ScriptedSchedule(batch) { object in (script[object] ?? []).map { $0.map { utf8($0) } } })
    }

    @Test func everyAnswerIsGivenOnceInOrder() {
        let batch = batch(3)
        let events = events(batch, [7: ["a", "b", "c"], 9: [nil, "d", nil], 11: ["e", nil, "f", "never asked"]])
        check(events, batch, workers: 3, oneTaskAtATime: false)
        let answers = events.compactMap { event -> String? in
            guard case .submitted(let submission) = event.action, case .content(let content) = submission.answer else {
                return nil
            }
            return "\(event.object) \(event.worker) \(text(content))"
        }
        #expect(answers == ["7 0 a", "7 1 b", "7 2 c", "9 1 d", "11 0 e", "11 2 f"])
        #expect(events.count == 12)
        #expect(events.first?.at == start)
        #expect(events.last?.at == start + .milliseconds(1002))
    }

    @Test func objectsWithoutAnswersHaveNoEvents() {
        #expect(events(batch(2), [:]).isEmpty)
        #expect(events(batch(2), [7: [nil, nil], 9: []]).isEmpty)
        #expect(events(batch(0), [7: ["a"]]).isEmpty)
    }

    @Test func longBatchesInterleaveAcceptanceAndSubmission() {
        let batch = batch(2500, workers: 1)
        let events = Array(ScriptedSchedule(batch) { _ in [utf8("x")] })
        check(events, batch, workers: 1, oneTaskAtATime: false)
        #expect(submissions(events).count == 2500)
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.at <= $1.at })
    }

    @Test func nothingIsSubmittedOnceTheAvailabilityEnds() {
        let events = Array(ScriptedSchedule(batch(5, availability: .seconds(1))) { _ in [utf8("x")] })
        #expect(events.count == 5)
        #expect(events.allSatisfy { $0.action == .accepted })
    }
}

@Suite struct BinaryHeapTests {
    @Test func elementsComeOutInOrder() {
        let draws = SeededDraws(seed: 9)
        var heap = BinaryHeap<Int>()
        var expected: [Int] = []
        for round in 0..<2000 {
            if draws.uniform(round) < 0.6 {
                let value = draws.below(100, round, 1)
                heap.insert(value)
                expected.append(value)
            } else {
                expected.sort(by: >)
                #expect(heap.popFirst() == expected.popLast())
            }
        }
        expected.sort()
        for value in expected { #expect(heap.popFirst() == value) }
        #expect(heap.popFirst() == nil)
    }
}
