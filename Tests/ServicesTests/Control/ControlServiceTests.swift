import Engine
import JSON
import Kernel
import Objects
import Services
import Shapes
import Store
import Testing

@Suite struct ControlServiceTests {
    private func document(_ text: String, account: String? = nil) -> Control.DocumentRequest {
        Control.DocumentRequest(document: JSONDocument(bytes: Array(text.utf8)), account: account)
    }

    private func value(_ answer: Control.DocumentResponse) throws -> JSONValue {
        try JSONValue(parsing: answer.document.bytes)
    }

    // MARK: Rules

    @Test func rulesAreReplacedAllOrNone() async throws {
        let fixture = try await ServiceFixture()
        let context = fixture.context()
        #expect(try value(try await fixture.controls.getRules(Control.ScopeRequest(), context)) == [])
        let good = #"[{"match":{"jobName":"a*"},"set":{"pace":2}}]"#
        _ = try await fixture.controls.putRules(document(good), context)
        await expectRefusal("ValidationException", "rules.1.set.pace", "'-1'") {
            try await fixture.controls.putRules(document(#"[{"set":{}},{"set":{"pace":-1}}]"#), context)
        }
        await expectRefusal("ValidationException", "not JSON") {
            try await fixture.controls.putRules(document("["), context)
        }
        let kept = try value(try await fixture.controls.getRules(Control.ScopeRequest(), context))
        #expect(kept.compactText == good)
    }

    @Test func aRuleSteersTheJobsItMatches() async throws {
        let fixture = try await ServiceFixture()
        let context = fixture.context()
        _ = try await fixture.controls.putRules(
            document(#"[{"match":{"jobName":"slow*"},"set":{"pace":2,"outcome":"fail@initializing"}}]"#), context)
        _ = try await fixture.sageMaker.createLabelingJob(ServiceFixture.request("slow-1"), context)
        _ = try await fixture.sageMaker.createLabelingJob(ServiceFixture.request("fast-1"), context)
        let slow = try value(
            try await fixture.controls.describeJob(Control.JobRequest(jobName: "SLOW-1"), context))
        #expect(slow["steering"]?["pace"]?.double == 2)
        #expect(slow["steering"]?["outcome"]?.string == "fail@initializing")
        let fast = try value(
            try await fixture.controls.describeJob(Control.JobRequest(jobName: "fast-1"), context))
        #expect(fast["steering"]?["pace"]?.double == 1000 && fast["steering"]?["outcome"] == nil)
    }

    // MARK: Truth and answers

    @Test func truthComesAsAnObjectOrAsLines() async throws {
        let fixture = try await ServiceFixture()
        let context = fixture.context()
        let first = try value(
            try await fixture.controls.putTruth(document(#"{"truth":{"s3://b/1":"cat","s3://b/2":1}}"#), context))
        #expect(first["entries"]?.integer == 2)
        _ = try await fixture.controls.putTruth(
            document(
                #"[{"source-ref":"s3://b/3","groundwork-truth":"dog","n":1}]"#, account: "111111111111"), context)
        let sources = ["s3://b/1", "s3://b/2", "s3://b/3"]
        let mine = try await fixture.control.truth(of: sources, account: .standard)
        #expect(mine.mapValues { String(decoding: $0, as: UTF8.self) } == ["s3://b/1": "\"cat\"", "s3://b/2": "1"])
        let other = try #require(AccountID("111111111111"))
        #expect(try await fixture.control.truth(of: sources, account: other).keys.sorted() == ["s3://b/3"])
        await expectRefusal("ValidationException", "Element 1", "groundwork-truth") {
            try await fixture.controls.putTruth(
                document(#"[{"source-ref":"a","groundwork-truth":1},{"source-ref":"b"}]"#), context)
        }
    }

    @Test func answersComeInThreeForms() async throws {
        let fixture = try await ServiceFixture()
        let context = fixture.context()
        let job = JobName(account: .standard, region: .standard, name: "Job-1")
        func put(_ text: String) async throws -> Int? {
            let answer = try await fixture.controls.putAnswers(
                Control.PutAnswersRequest(jobName: "Job-1", body: Array(text.utf8)), context)
            return try value(answer)["objects"]?.integer
        }
        func stored(_ objects: ScriptedAnswers.Object...) async throws -> [String] {
            try await fixture.control.answers(for: job, objects: objects)
                .map { String(decoding: $0.contents, as: UTF8.self) }
        }
        #expect(try await put(#"{"answers":[[{"a":1},null],[]]}"#) == 2)
        #expect(try await stored(.line(0), .line(1)) == [#"[{"a":1},null]"#, "[]"])
        #expect(try await put(#"{"answers":{"s3://b/1":[{"b":2}]}}"#) == 1)
        #expect(try await stored(.line(0), .source("s3://b/1")) == [#"[{"b":2}]"#])
        #expect(try await put("[{\"c\":3}]\n[null]\n") == 2)
        #expect(try await stored(.line(0), .line(1)) == [#"[{"c":3}]"#, "[null]"])
        await expectRefusal("ValidationException", "answers.0") { try await put(#"{"answers":[1]}"#) }
        await expectRefusal("ValidationException", "answers.0") { try await put(#"{"answers":[["x"]]}"#) }
        await expectRefusal("ValidationException", "'answers'") { try await put(#"{"answers":1}"#) }
        await expectRefusal("ValidationException", "Line 2") { try await put("[]\n{") }
        #expect(try await stored(.line(0)) == [#"[{"c":3}]"#], "a refused document changes nothing")
    }

    // MARK: Seed

    private let seed = """
        {"version":1,"buckets":[{"name":"seeded","objects":[{"key":"a.txt","text":"hello"}]}],
        "workteams":[{"name":"seeded-team"}],"rules":[{"set":{"pace":5}}],"truth":{"s3://seeded/a":"cat"}}
        """

    @Test func seedingTwiceChangesNothing() async throws {
        let fixture = try await ServiceFixture()
        let first = try value(try await fixture.controls.putSeed(document(seed), fixture.context()))
        #expect(first["buckets"]?.integer == 1 && first["workteams"]?.integer == 1 && first["objects"]?.integer == 1)
        let second = try value(try await fixture.controls.putSeed(document(seed), fixture.context()))
        #expect(second["buckets"]?.integer == 0 && second["workteams"]?.integer == 0)
        let caller = Caller(Principal(account: .standard), now: fixture.clock.now())
        #expect(
            try await fixture.objects.bytes(of: ObjectAddress("seeded", "a.txt"), limit: 9, caller)
                == Array("hello".utf8))
        #expect(try await fixture.objects.listBuckets(caller).buckets.map(\.name) == ["seeded"])
        let teams = try await fixture.control.resources(.workteam, account: .standard, region: .standard)
        #expect(teams.map(\.name.name) == ["seeded-team", "team"])
    }

    @Test func pathsAreRefusedOverHTTP() async throws {
        let fixture = try await ServiceFixture()
        let text = #"{"version":1,"buckets":[{"name":"seeded","objects":[{"path":"/etc"}]}]}"#
        await expectRefusal("ValidationException", "buckets.0.objects.0.path", "start-up seed file") {
            try await fixture.controls.putSeed(document(text), fixture.context())
        }
        let made = try await fixture.controls.seed(
            try JSONValue(parsing: text), files: { path in [(key: path, bytes: [1])] }, fixture.context())
        #expect(made["objects"]?.integer == 1)
    }

    @Test(arguments: [
        ("{}", "version"), (#"{"version":2}"#, "2"), (#"{"version":1,"bucket":[]}"#, "'bucket'"),
        (#"{"version":1,"buckets":[{}]}"#, "buckets.0.name"),
        (#"{"version":1,"buckets":[{"name":"seeded","objects":[{}]}]}"#, "buckets.0.objects.0"),
        (#"{"version":1,"rules":[{"set":{"pace":0}}]}"#, "rules.0.set.pace"),
        (#"{"version":1,"workteams":[{}]}"#, "workteams.0.name"),
    ])
    func whatASeedDocumentCannotHoldIsNamed(text: String, part: String) async throws {
        let fixture = try await ServiceFixture()
        await expectRefusal("ValidationException", part) {
            try await fixture.controls.putSeed(document(text), fixture.context())
        }
    }

    // MARK: Reset

    @Test func resettingOneAccountLeavesTheOther() async throws {
        let fixture = try await ServiceFixture()
        let other = try #require(AccountID("111111111111"))
        for (account, bucket) in [(AccountID.standard, "mine"), (other, "theirs")] {
            let caller = Caller(Principal(account: account), now: fixture.clock.now())
            _ = try await fixture.objects.createBucket(CreateBucketRequest(bucket, region: .standard, caller))
            try await fixture.objects.putMany([SmallObject("k", [1], contentType: "x/y")], in: bucket, caller)
        }
        _ = try await fixture.sageMaker.createWorkteam(ServiceFixture.workteam("team"), fixture.context(other))
        _ = try await fixture.sageMaker.createLabelingJob(ServiceFixture.request(), fixture.context())
        _ = try await fixture.sageMaker.createLabelingJob(
            ServiceFixture.request {
                $0.roleArn = "arn:aws:iam::111111111111:role/r"
                $0.humanTaskConfig.workteamArn =
                    "arn:aws:sagemaker:us-east-1:111111111111:workteam/private-crowd/team"
            }, fixture.context(other))
        _ = try await fixture.controls.reset(Control.ScopeRequest(account: "000000000000"), fixture.context())
        await expectRefusal("ValidationException") { try await fixture.describe() }
        let theirs = try await fixture.sageMaker.describeLabelingJob(
            SageMaker.DescribeLabelingJobRequest(labelingJobName: "Job-1"), fixture.context(other))
        #expect(theirs.labelingJobName == "Job-1")
        #expect(try await fixture.objects.bucketOwners() == [other])
        #expect(try await fixture.control.resources(.workteam, account: .standard, region: .standard).isEmpty)
        #expect(try await fixture.control.resources(.workteam, account: other, region: .standard).count == 1)
        _ = try await fixture.controls.reset(Control.ScopeRequest(), fixture.context())
        #expect(try await fixture.objects.bucketOwners().isEmpty)
        #expect(try await fixture.jobs.activeJobs().isEmpty)
    }

    // MARK: Jobs and clock

    @Test func onlyEndedJobsAreRemoved() async throws {
        let fixture = try await ServiceFixture()
        let context = fixture.context()
        let tagged = ServiceFixture.request { $0.tags = [SageMaker.Tag(key: "first", value: "")] }
        _ = try await fixture.sageMaker.createLabelingJob(tagged, context)
        await expectRefusal("ResourceInUse", "Job-1") {
            try await fixture.controls.deleteJob(Control.DeleteJobRequest(jobName: "job-1"), context)
        }
        try await fixture.engine.advanceClock(to: ServiceFixture.start + .seconds(10))
        _ = try await fixture.controls.deleteJob(Control.DeleteJobRequest(jobName: "job-1"), context)
        await expectRefusal("ResourceNotFound", "job-1") {
            try await fixture.controls.deleteJob(Control.DeleteJobRequest(jobName: "job-1"), context)
        }
        _ = try await fixture.sageMaker.createLabelingJob(ServiceFixture.request(), context)
        #expect(try await fixture.describe().tags?.isEmpty ?? true)
    }

    @Test func theClockAdvancesOnlyForward() async throws {
        let fixture = try await ServiceFixture()
        let context = fixture.context()
        let state = try await fixture.controls.setClock(
            Control.SetClockRequest(mode: .advance, advanceSeconds: 2.5), context)
        #expect(state.now == ServiceFixture.start + .milliseconds(2500))
        await expectRefusal("ValidationException", "'at'", "backwards") {
            try await fixture.controls.setClock(
                Control.SetClockRequest(mode: .advance, at: ServiceFixture.start), context)
        }
        await expectRefusal("ValidationException", "exactly one") {
            try await fixture.controls.setClock(Control.SetClockRequest(mode: .advance), context)
        }
        await expectRefusal("ValidationException", "advanceSeconds") {
            try await fixture.controls.setClock(
                Control.SetClockRequest(mode: .advance, advanceSeconds: -1), context)
        }
    }
}
