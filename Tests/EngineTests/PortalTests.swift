import Engine
import JSON
import Kernel
import Labeling
import Store
import Testing

/// Jobs that real people do, through the calls of the work API.
@Suite struct PortalTests {
    @Test func threePeopleFinishAJobTogether() async throws {
        let portal = try await PortalFixture(objects: 5, workers: 3)
        defer { portal.engine.close() }
        for person in 0..<3 {
            #expect(try await portal.answerAll(person) { EngineFixture.classes[$0 % 3] } == [0, 1, 2, 3, 4])
        }
        #expect(try await portal.claim(3) == nil, "no slot is left")
        try await portal.engine.engine.settle()
        let outcome = try await portal.outcome()
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.human == 5 && outcome.counters.failed == 0)
        #expect(try await portal.engine.outputLines().map { $0["label"]?.integer } == [0, 1, 2, 0, 1])
        #expect(disagreement(outcome, try await portal.engine.outputLines()) == nil)
        let check = try OutputTreeCheck(try await portal.engine.tree(), job: "Job-1", workers: 3)
        #expect(check.objectsWithAnswers == Set(0..<5))
    }

    @Test func workerResponsesShowWhoAnsweredAndWhen() async throws {
        let portal = try await PortalFixture(objects: 1)
        defer { portal.engine.close() }
        let task = try #require(try await portal.claim(1))
        try await portal.advance(to: 42)
        _ = try await portal.submit("owl", to: task, by: 1, timeSpent: .milliseconds(12_345))
        try await portal.engine.engine.settle()
        let answer = try #require(try await portal.answers(to: 0).first)
        #expect(answer["acceptanceTime"]?.string == "2023-11-14T22:13:22.000Z")
        #expect(answer["submissionTime"]?.string == "2023-11-14T22:14:02.000Z")
        #expect(answer["timeSpentInSeconds"]?.double == 12.345)
        #expect(answer["workerId"]?.string == PortalFixture.id(1))
        let identity = answer["workerMetadata"]?["identityData"]
        #expect(identity?["identityProviderType"]?.string == "Cognito")
        #expect(identity?["issuer"]?.string == "https://idp.example/pool")
        #expect(identity?["sub"]?.string == PortalFixture.people[1].identity.account?.subject)
    }

    @Test func timeSpentIsAtMostTheTimeTheTaskWasHeld() async throws {
        let portal = try await PortalFixture(objects: 2)
        defer { portal.engine.close() }
        for timeSpent in [Duration.seconds(9999), nil] {
            let task = try #require(try await portal.claim(0))
            try await portal.advance(to: timeSpent == nil ? 60 : 30)
            _ = try await portal.submit("owl", to: task, by: 0, timeSpent: timeSpent)
        }
        #expect(try await portal.object(0)?.answers.first?.timeSpent == .seconds(28))
        #expect(try await portal.object(1)?.answers.first?.timeSpent == .seconds(30))
    }

    @Test func tasksComeInTheOrderOfTheBatchAndOneAtATime() async throws {
        let portal = try await PortalFixture(objects: 3, workers: 2)
        defer { portal.engine.close() }
        let first = try #require(try await portal.claim(0)), again = try #require(try await portal.claim(0))
        #expect(first.id == again.id && first.expires == again.expires)
        #expect(first.source.text == "s3://data/\(EngineFixture.imageKey(0))")
        #expect(try await portal.claim(1)?.id.object == 0)
        #expect(try await portal.claim(2)?.id.object == 1)
        #expect(try await portal.submit("cat", to: first, by: 0) == .taken)
        #expect(try await portal.claim(0)?.id.object == 1)
        #expect(try await portal.claim(3)?.id.object == 2)
        let work = try #require(try await portal.work(0))
        #expect(work.done == 1 && work.pending == 2 && work.isHolding && work.counters.objects == 3)
    }

    @Test func peopleWhoClaimAtOnceNeverShareASlot() async throws {
        let portal = try await PortalFixture(objects: 3, workers: 2)
        defer { portal.engine.close() }
        for round in 0..<3 {
            let taken = try await withThrowingTaskGroup(of: (Int, PortalTask?).self) { group in
                // Everybody claims twice: from two windows, say.
                for person in 0..<10 { group.addTask { (person % 5, try await portal.claim(person % 5)) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            var held: [Int: Set<PortalTaskID>] = [:]
            for (person, task) in taken { task.map { _ = held[person, default: []].insert($0.id) } }
            #expect(held.values.allSatisfy { $0.count == 1 }, "one task each")
            for object in 0..<3 {
                let holders = held.values.count { $0.first?.object == object }
                let stored = try await portal.object(object)
                #expect(holders <= 2 && stored?.leases.count ?? 0 == holders, "round \(round)")
            }
            #expect(held.count == 5, "six slots for five people")
            for (person, task) in taken.prefix(10) {
                if let task { _ = try await portal.giveBack(task, by: person, declines: false) }
            }
        }
    }

    @Test func aLeaseThatEndsFreesTheSlotAndTheLateAnswerIsKept() async throws {
        let portal = try await PortalFixture(objects: 1) { $0.taskTimeLimit = .seconds(30) }
        defer { portal.engine.close() }
        let slow = try #require(try await portal.claim(0))
        #expect(slow.expires == PortalFixture.start + .seconds(32))
        try await portal.advance(to: 31)
        #expect(try await portal.claim(1) == nil)
        // An answer at the very end is late.
        try await portal.advance(to: 32)
        #expect(try await portal.submit("owl", to: slow, by: 0) == .late(kept: 1))
        let next = try #require(try await portal.claim(1))
        #expect(try await portal.submit("owl", to: slow, by: 0) == .late(kept: 2))
        #expect(try await portal.submit("cat", to: next, by: 1) == .taken)
        try await portal.engine.engine.settle()
        #expect(try await portal.outcome().row.status == "Completed")
        #expect(try await portal.engine.outputLines().map { $0["label"]?.integer } == [0])
        #expect(try await portal.submit("dog", to: slow, by: 0) == .late(kept: 3), "also after the job's end")

        let kept = try await portal.engine.engine.lateAnswers(of: portal.job, after: 1, limit: 10)
        #expect(kept.count == 2)
        #expect(kept.first?["number"]?.integer == 2 && kept.first?["worker"]?.string == PortalFixture.id(0))
        #expect(kept.last?["answerContent"]?["crowd-image-classifier"]?["label"]?.string == "dog")
        let timeline = try await portal.engine.jobs.timeline(of: portal.job, after: 0, limit: 1000)
        let late = timeline.compactMap { try? JSONValue(parsing: $0.entry) }.filter {
            $0["event"]?.string == "lateAnswer"
        }
        #expect(late.map { $0["object"]?.integer } == [0, 0, 0])
    }

    @Test func anAnswerThatIsNoneLeavesTheTaskWithTheWorker() async throws {
        let portal = try await PortalFixture(objects: 1)
        defer { portal.engine.close() }
        let task = try #require(try await portal.claim(0))
        #expect(try await portal.submit("cow", to: task, by: 0) == .unusable(nil))
        #expect(try await portal.claim(0)?.id == task.id)
        #expect(try await portal.submit("cat", to: task, by: 0) == .taken)
    }

    @Test func anAnswerThatIsSentAgainIsTakenOnce() async throws {
        let portal = try await PortalFixture(objects: 2, workers: 2)
        defer { portal.engine.close() }
        let task = try #require(try await portal.claim(0))
        #expect(try await portal.submit("cat", to: task, by: 0) == .taken)
        #expect(try await portal.submit("cat", to: task, by: 0) == .taken)
        #expect(try await portal.submit("dog", to: task, by: 0) == .late(kept: 1), "another answer is another answer")
        #expect(try await portal.object(0)?.answers.count == 1)
    }

    @Test func anObjectThatAsManyDeclineAsAreAskedIsClosed() async throws {
        let portal = try await PortalFixture(objects: 2, workers: 2)
        defer { portal.engine.close() }
        for person in 0..<2 {
            let task = try #require(try await portal.claim(person))
            #expect(task.id.object == 0)
            #expect(try await portal.giveBack(task, by: person, declines: true))
            #expect(try await portal.giveBack(task, by: person, declines: true) == false)
        }
        #expect(try await portal.claim(2)?.id.object == 1, "nobody else is asked")
        for person in 0..<2 { try await portal.answerAll(person) { _ in "dog" } }
        // The third holds a slot that the others have not.
        #expect(try await portal.outcome().row.status == "InProgress")
        try await portal.answerAll(2) { _ in "dog" }
        try await portal.engine.engine.settle()
        let outcome = try await portal.outcome()
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.human == 1 && outcome.counters.failed == 1)
        let lines = try await portal.engine.outputLines()
        #expect(lines[0]["label-metadata"]?["failure-reason"]?.string?.contains("declined") == true)
    }

    @Test func aTaskThatIsGivenBackGoesToOthers() async throws {
        let portal = try await PortalFixture(objects: 1)
        defer { portal.engine.close() }
        let task = try #require(try await portal.claim(0))
        #expect(try await portal.claim(1) == nil)
        #expect(try await portal.giveBack(task, by: 0, declines: false))
        let others = try #require(try await portal.claim(1))
        #expect(try await portal.submit("cat", to: task, by: 0) == .late(kept: 1))
        #expect(try await portal.submit("dog", to: others, by: 1) == .taken)
    }

    @Test func whatIsOpenAtTheEndOfTheAvailabilityGoesOnWithTheAnswersItHas() async throws {
        let portal = try await PortalFixture(objects: 3, workers: 2) {
            $0.availability = .seconds(100)
            $0.taskTimeLimit = .seconds(90)
        }
        defer { portal.engine.close() }
        for _ in 0..<2 {
            let task = try #require(try await portal.claim(0))
            _ = try await portal.submit("owl", to: task, by: 0)
        }
        try await portal.advance(to: 50)
        let last = try #require(try await portal.claim(1))
        // A task is not held beyond the end: the batch began after one second.
        #expect(last.expires == PortalFixture.start + .seconds(101))
        try await portal.advance(to: 101)
        #expect(try await portal.claim(2) == nil)
        #expect(try await portal.submit("owl", to: last, by: 1) == .late(kept: 1))
        let outcome = try await portal.outcome()
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.human == 2 && outcome.counters.failed == 1)
    }

    @Test func aJobThatIsStoppedKeepsTheAnswersAndTakesNoMore() async throws {
        let portal = try await PortalFixture(objects: 3)
        defer { portal.engine.close() }
        let done = try #require(try await portal.claim(0))
        _ = try await portal.submit("dog", to: done, by: 0)
        let open = try #require(try await portal.claim(0))
        try await portal.engine.engine.stop(try await portal.row())
        #expect(try await portal.submit("dog", to: open, by: 0) == .late(kept: 1))
        #expect(try await portal.claim(1) == nil)
        try await portal.engine.engine.settle()
        let outcome = try await portal.outcome()
        #expect(outcome.row.status == "Stopped")
        #expect(outcome.counters.human == 1 && outcome.counters.unlabeled == 2)
        #expect(disagreement(outcome, try await portal.engine.outputLines()) == nil)
    }

    @Test func theNextBatchBeginsWhenTheWholeBatchIsDone() async throws {
        let portal = try await PortalFixture(objects: 5) { $0.maxConcurrentTaskCount = 2 }
        defer { portal.engine.close() }
        #expect(try await portal.answerAll(0) { _ in "cat" } == [0, 1])
        try await portal.engine.engine.settle()
        #expect(try await portal.answerAll(0) { _ in "cat" } == [2, 3])
        try await portal.engine.engine.settle()
        #expect(try await portal.work(0)?.pending == 1)
        #expect(try await portal.answerAll(0) { _ in "cat" } == [4])
        try await portal.engine.engine.settle()
        #expect(try await portal.outcome().row.status == "Completed")
    }

    @Test func aRestartLosesNeitherAnswersNorLeases() async throws {
        let portal = try await PortalFixture(objects: 3, workers: 2)
        let first = try #require(try await portal.claim(0))
        _ = try await portal.submit("owl", to: first, by: 0)
        let declined = try #require(try await portal.claim(1))
        _ = try await portal.giveBack(declined, by: 1, declines: true)
        let held = try #require(try await portal.claim(0))
        portal.engine.close()

        let engine = try await EngineFixture(
            in: portal.engine.folder, at: PortalFixture.start + .seconds(100), incarnation: 2)
        defer { engine.close() }
        let later = PortalFixture(portal.job, on: engine)
        #expect(try await later.claim(0)?.id == held.id)
        #expect(try await later.claim(1)?.id.object == 1, "the first was declined")
        let work = try #require(try await later.work(0))
        #expect(work.done == 1 && work.pending == 2)
        // Nobody comes back: the leases end, and the slots are free.
        try await later.advance(to: 402)
        #expect(try await later.object(1)?.leases.isEmpty == true)
        try await later.answerAll(0) { _ in "owl" }
        try await later.answerAll(2) { _ in "owl" }
        try await later.answerAll(1) { _ in "owl" }
        try await later.engine.engine.settle()
        let outcome = try await later.outcome()
        #expect(outcome.row.status == "Completed" && outcome.counters.human == 3)
        #expect(try await later.answers(to: 0).count == 2)
    }

    @Test func aGroupIsConsolidatedAMinuteAfterItsFirstAnswer() async throws {
        let portal = try await PortalFixture(objects: 3)
        defer { portal.engine.close() }
        for seconds in [10, 30] {
            try await portal.advance(to: Int64(seconds))
            let task = try #require(try await portal.claim(0))
            _ = try await portal.submit("cat", to: task, by: 0)
        }
        try await portal.advance(to: 69)
        #expect(try await portal.outcome().counters.human == 0)
        try await portal.advance(to: 70)
        #expect(try await portal.outcome().counters.human == 2)
        #expect(try await portal.outcome().row.status == "InProgress")
    }

    @Test func aTaskHasTheInputThatTheFunctionMade() async throws {
        let functions = FakeFunctions { _, _ in Array(#"{"taskInput":{"hint":[1,"b"]}}"#.utf8) }
        let engine = try await EngineFixture(functions: functions)
        defer { engine.close() }
        let portal = try await PortalFixture(objects: 1, on: engine) { $0.preFunction = FakeFunctions.before }
        let task = try #require(try await portal.claim(0))
        #expect(task.input == ["hint": [1, "b"]])
        #expect(task.categories.names == EngineFixture.classes)
    }

    @Test func onlyJobsOfRealPeopleOfferTasks() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        let portal = try await PortalFixture(on: fixture) { $0.steering.workforce = .simulated }
        #expect(try await portal.claim(0) == nil)
        #expect(try await portal.work(0) == nil)
    }
}
