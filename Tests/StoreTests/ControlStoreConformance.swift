import Kernel
import Store
import Testing

/// What every control store must do.
struct ControlStoreConformance {
    let control: any ControlStore
    private let other = AccountID("111111111111") ?? .standard

    init(_ control: any ControlStore) { self.control = control }

    func check() async throws {
        try await resourcesAreFoundByName()
        try await resourcesHaveALimit()
        try await resourcesAreReplacedWhereTheyAreAsExpected()
        try await tagsAreAddedReplacedAndRemoved()
        try await rulesAndTruthAreKept()
        try await answersAreReplacedAsAWhole()
        try await resettingOneAccountLeavesTheOther()
    }

    private func name(
        _ text: String, _ kind: ResourceName.Kind = .workteam, _ account: AccountID = .standard
    ) -> ResourceName {
        ResourceName(kind, account: account, region: .standard, name: text)
    }

    private func resource(_ name: ResourceName, _ byte: UInt8 = 1) -> Resource {
        Resource(name: name, created: Instant(seconds: 5), updated: Instant(seconds: 6), document: [byte])
    }

    private func resourcesAreFoundByName() async throws {
        let team = resource(name("Team-B"))
        #expect(try await control.create(team, limit: 9) == .created)
        #expect(try await control.create(resource(name("team-b"), 2), limit: 9) == .nameTaken)
        #expect(try await control.resource(name("TEAM-B")) == team)
        #expect(try await control.resource(name("Team-B", .workforce)) == nil)
        #expect(try await control.resource(name("Team-B", .workteam, other)) == nil)
        #expect(try await control.create(resource(name("team-a")), limit: 9) == .created)
        let listed = try await control.resources(.workteam, account: .standard, region: .standard)
        #expect(listed.map(\.name.name) == ["team-a", "Team-B"])
        #expect(try await control.resources(.workteam, account: other, region: .standard).isEmpty)
        try await control.put(resource(name("team-a"), 7))
        #expect(try await control.resource(name("team-a"))?.document == [7])
        #expect(try await control.delete(name("TEAM-a")))
        #expect(try await !control.delete(name("team-a")))
        #expect(try await control.resource(name("team-a")) == nil)
    }

    private func resourcesHaveALimit() async throws {
        #expect(try await control.create(resource(name("one", .workforce)), limit: 1) == .created)
        #expect(try await control.create(resource(name("two", .workforce)), limit: 1) == .limitReached)
        #expect(try await control.create(resource(name("one", .workforce)), limit: 1) == .nameTaken)
        #expect(try await control.create(resource(name("two", .workforce, other)), limit: 1) == .created)
        #expect(try await control.create(resource(name("three", .model)), limit: 1) == .created)
    }

    private func resourcesAreReplacedWhereTheyAreAsExpected() async throws {
        let job = name("Job", .trainingJob)
        #expect(try await !control.replace(resource(job, 2), expecting: [1]))
        #expect(try await control.resource(job) == nil)
        #expect(try await control.create(resource(job, 1), limit: 9) == .created)
        #expect(try await control.replace(resource(job, 2), expecting: [1]))
        #expect(try await !control.replace(resource(job, 3), expecting: [1]))
        #expect(try await control.resource(job)?.document == [2])
        #expect(try await control.create(resource(name("Else", .trainingJob, other)), limit: 9) == .created)
        #expect(try await control.resources(.trainingJob).map(\.name.name) == ["Job", "Else"])
    }

    private func tags(_ pairs: (String, String)...) -> [Store.Tag] { pairs.map { Store.Tag(key: $0.0, value: $0.1) } }

    private func tagsAreAddedReplacedAndRemoved() async throws {
        let arn = "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/x"
        #expect(try await control.tags(of: arn).isEmpty)
        #expect(try await control.putTags(tags(("b", "1"), ("a", "2")), of: arn, limit: 3))
        #expect(try await control.putTags(tags(("b", "3"), ("c", "4")), of: arn, limit: 3))
        #expect(try await control.tags(of: arn) == tags(("b", "3"), ("a", "2"), ("c", "4")))
        #expect(try await !control.putTags(tags(("a", "9"), ("d", "5")), of: arn, limit: 3))
        #expect(try await control.tags(of: arn) == tags(("b", "3"), ("a", "2"), ("c", "4")))
        try await control.deleteTags(["a", "none"], of: arn)
        #expect(try await control.putTags(tags(("d", "5")), of: arn, limit: 3))
        #expect(try await control.tags(of: arn) == tags(("b", "3"), ("c", "4"), ("d", "5")))
    }

    private func rulesAndTruthAreKept() async throws {
        #expect(try await control.rules() == nil)
        try await control.putRules([1])
        try await control.putRules([2, 3])
        #expect(try await control.rules() == [2, 3])
        #expect(try await control.functions() == nil)
        try await control.putFunctions([4])
        try await control.putFunctions([5, 6])
        #expect(try await control.functions() == [5, 6])
        #expect(try await control.rules() == [2, 3])
        try await control.putTruth(
            [TruthEntry(source: "s3://b/1", truth: [1]), TruthEntry(source: "s3://b/2", truth: [2])], account: .standard
        )
        try await control.putTruth([TruthEntry(source: "s3://b/2", truth: [22])], account: .standard)
        try await control.putTruth([TruthEntry(source: "s3://b/1", truth: [9])], account: other)
        let sources = ["s3://b/1", "s3://b/2", "s3://b/3"]
        #expect(try await control.truth(of: sources, account: .standard) == ["s3://b/1": [1], "s3://b/2": [22]])
        #expect(try await control.truth(of: sources, account: other) == ["s3://b/1": [9]])
    }

    private func job(_ text: String, _ account: AccountID = .standard) -> JobName {
        JobName(account: account, region: .standard, name: text)
    }

    private func answersAreReplacedAsAWhole() async throws {
        #expect(try await !control.hasAnswers(for: job("Job")))
        let first = [
            ScriptedAnswers(object: .line(0), contents: [1]), ScriptedAnswers(object: .line(1), contents: [2]),
            ScriptedAnswers(object: .source("s3://b/1"), contents: [3]),
        ]
        try await control.putAnswers(first, for: job("Job"))
        #expect(try await control.hasAnswers(for: job("jOB")))
        #expect(try await !control.hasAnswers(for: job("Job", other)))
        let wanted: [ScriptedAnswers.Object] = [.source("s3://b/1"), .line(7), .line(0)]
        #expect(try await control.answers(for: job("JOB"), objects: wanted) == [first[2], first[0]])
        try await control.putAnswers([ScriptedAnswers(object: .line(1), contents: [5])], for: job("job"))
        #expect(try await control.answers(for: job("Job"), objects: wanted).isEmpty)
        try await control.putAnswers([], for: job("Job"))
        #expect(try await !control.hasAnswers(for: job("Job")))
    }

    private func resettingOneAccountLeavesTheOther() async throws {
        let mine = "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/m"
        let theirs = "arn:aws:sagemaker:us-east-1:111111111111:workteam/private-crowd/000000000000"
        for (arn, account) in [(mine, AccountID.standard), (theirs, other)] {
            _ = try await control.putTags(tags(("k", "v")), of: arn, limit: 50)
            try await control.put(resource(name("reset", .workteam, account)))
            try await control.putTruth([TruthEntry(source: "s", truth: [1])], account: account)
            try await control.putAnswers(
                [ScriptedAnswers(object: .line(0), contents: [1])], for: job("Reset", account))
        }
        func holds(_ arn: String, _ account: AccountID) async throws -> [Bool] {
            [
                try await !control.tags(of: arn).isEmpty,
                try await control.resource(name("reset", .workteam, account)) != nil,
                try await !control.truth(of: ["s"], account: account).isEmpty,
                try await control.hasAnswers(for: job("Reset", account)),
            ]
        }
        try await control.reset(.standard)
        #expect(try await holds(mine, .standard) == [false, false, false, false])
        #expect(try await holds(theirs, other) == [true, true, true, true])
        #expect(try await control.rules() != nil)
        #expect(try await control.functions() != nil)
        try await control.reset(nil)
        #expect(try await holds(theirs, other) == [false, false, false, false])
        #expect(try await control.rules() == nil)
        #expect(try await control.functions() == nil)
    }
}
