import Engine
import JSON
import Kernel
import Labeling
import Objects
import Services
import Shapes
import Store
import Testing

/// A job is looked at before it is created: everything that would fail is told, and nothing is written.
@Suite struct CheckTests {
    typealias Request = SageMaker.CreateLabelingJobRequest

    /// A picture of one pixel.
    private static let picture =
        Base64.bytes(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC") ?? []
    private static let template =
        "<crowd-form><img src=\"{{ task.input.taskObject | grant_read_access }}\">{{ task.input.labels }}</crowd-form>"

    private func caller(_ fixture: ServiceFixture, _ account: AccountID = .standard) -> Caller {
        Caller(Principal(account: account), now: fixture.clock.now())
    }

    private func put(_ files: [String: String], in fixture: ServiceFixture, bucket: String = "data") async throws {
        let objects = files.sorted { $0.key < $1.key }.map {
            SmallObject($0.key, Array($0.value.utf8), contentType: "text/plain")
        }
        try await fixture.objects.putMany(objects, in: bucket, caller(fixture))
    }

    /// Everything that the request of the fixture names.
    private func prepared(_ change: (inout SageMakerSettings) -> Void = { _ in }) async throws -> ServiceFixture {
        let fixture = try await ServiceFixture(change)
        try await fixture.putInput()
        try await fixture.objects.putMany(
            (0..<3).map { SmallObject("cat/\($0).png", Self.picture, contentType: "image/png") }, in: "data",
            caller(fixture))
        try await put(["template.liquid": Self.template], in: fixture)
        return fixture
    }

    private func check(
        _ fixture: ServiceFixture, account: String? = nil, _ change: (inout Request) -> Void = { _ in }
    ) async throws -> JSONValue {
        let answer = try await fixture.sageMaker.checkJob(
            ServiceFixture.request("Job-1", change), [], unknownMembers: [], account: account, region: nil,
            fixture.context())
        return try JSONValue(parsing: answer.document.bytes)
    }

    /// Problems as `groundwork check` prints them.
    private func problems(_ answer: JSONValue) -> [String] {
        #expect(answer["valid"]?.bool == (answer["problemCount"]?.integer == 0))
        return (answer["problems"]?.array ?? []).map { problem in
            (problem["where"]?.string ?? "") + (problem["line"]?.integer.map { ":\($0)" } ?? "") + ": "
                + (problem["message"]?.string ?? "")
        }
    }

    @Test func aGoodJobHasNoProblemsAndNothingIsWritten() async throws {
        let fixture = try await prepared()
        let before = try await fixture.objects.listObjects(ListObjectsRequest("data", caller(fixture))).objects
        let answer = try await check(fixture)
        #expect(problems(answer) == [])
        #expect(answer["checked"] == ["objects": 3, "images": 3, "labels": 2])
        #expect(answer["notices"]?.array?.count == 1, "nobody has said what is true")
        let after = try await fixture.objects.listObjects(ListObjectsRequest("data", caller(fixture))).objects
        #expect(after.map(\.key) == before.map(\.key))
        #expect(try await fixture.jobs.activeJobs().isEmpty)
        #expect(try await fixture.controls.events.newest() == 0)
    }

    /// A check finds what the call would have refused, whichever rule it is.
    @Test(
        arguments: [
            { $0.labelAttributeName = "label-ref" }, { $0.inputConfig.dataSource.s3DataSource = nil },
            { $0.labelCategoryConfigS3Uri = nil }, { $0.outputConfig.s3OutputPath = "https://x/y" },
            { $0.humanTaskConfig.preHumanTaskLambdaArn = "nothing" }, { $0.humanTaskConfig.workteamArn = "nobody" },
            { $0.humanTaskConfig.workteamArn += "-missing" }, { $0.roleArn = "arn:aws:iam::111111111111:role/r" },
            { $0.humanTaskConfig.taskTimeLimitInSeconds = 28_801 },
            { $0.humanTaskConfig.taskAvailabilityLifetimeInSeconds = 299 },
            { $0.tags = [SageMaker.Tag(key: "groundwork:outcome", value: "explode")] },
            { $0.tags = [SageMaker.Tag(key: "groundwork:sampler", value: "best")] },
            { $0.humanTaskConfig.publicWorkforceTaskPrice = SageMaker.PublicWorkforceTaskPrice() },
            { $0.humanTaskConfig.uiConfig.uiTemplateS3Uri = nil },
        ] as [@Sendable (inout Request) -> Void])
    func whatTheCallRefusesIsFound(change: @Sendable (inout Request) -> Void) async throws {
        let fixture = try await prepared()
        let found = problems(try await check(fixture, change))
        do {
            _ = try await fixture.sageMaker.createLabelingJob(
                ServiceFixture.request("Job-1", change), fixture.context())
            Issue.record("the request was taken")
        } catch { #expect(found.contains("request: " + error.message), "\(found)") }
    }

    @Test func allThatIsWrongIsToldTogether() async throws {
        let fixture = try await prepared()
        try await put(
            [
                "input.manifest": """
                {"source-ref":"s3://data/cat/0.png"}
                {"source-ref":"s3://data/cat/9.png"}
                {"source-ref":"s3://data/labels.json"}
                {"source":"a text"}
                {
                {"source-ref":"s3://data/cat/1.png"}
                """,
                "labels.json": #"{"labels":[{"label":"cat"},{"label":"cat"}]}"#,
                "template.liquid": "<p>\n{{ task.input.taskObject | grant_read_acess }}</p>",
            ], in: fixture)
        let found = problems(
            try await check(fixture) {
                $0.labelAttributeName = "label-metadata"
                $0.humanTaskConfig.taskTimeLimitInSeconds = 28_801
                $0.humanTaskConfig.workteamArn += "-missing"
                $0.outputConfig.s3OutputPath = "s3://nowhere/out"
            })
        let expected: [(place: String, parts: [String])] = [
            ("request", ["labelAttributeName"]), ("request", ["28801", "28800"]),
            ("request", ["team-missing", "create-workteam"]),
            ("s3://data/labels.json", [#"the label "cat" occurs more than once"#]),
            ("s3://data/input.manifest:4", ["source-ref"]), ("s3://data/input.manifest:5", ["JSON object"]),
            ("s3://data/input.manifest:2", ["s3://data/cat/9.png", "NoSuchKey"]),
            ("s3://data/input.manifest:3", ["s3://data/labels.json", "not a usable image"]),
            ("s3://nowhere/out", ["NoSuchBucket"]), ("s3://data/template.liquid:2", ["column", "grant_read_acess"]),
        ]
        #expect(found.count == expected.count)
        for (problem, (place, parts)) in zip(found, expected) {
            #expect(problem.hasPrefix(place + ": "), "\(problem)")
            for part in parts { #expect(problem.contains(part), "\(problem)") }
        }
    }

    @Test func theTemplateIsRenderedForTheFirstObject() async throws {
        let fixture = try await prepared()
        try await put(["template.liquid": "{{ task.input.labels }}\n  {{ task.input.picture }}"], in: fixture)
        let found = problems(try await check(fixture))
        #expect(
            found == [
                "s3://data/template.liquid:2: column 6: Task.Input has no task.input.picture",
                "s3://data/template.liquid: A worker page needs the element crowd-form to be submitted",
            ])
    }

    @Test func filesThatAreMissingOrEmptyAreNamed() async throws {
        let fixture = try await prepared()
        let found = problems(
            try await check(fixture) {
                $0.inputConfig.dataSource.s3DataSource?.manifestS3Uri = "s3://data/no.manifest"
                $0.labelCategoryConfigS3Uri = "s3://data/no.json"
                $0.humanTaskConfig.uiConfig.uiTemplateS3Uri = "s3://nowhere/t"
                $0.tags = [SageMaker.Tag(key: "groundwork:truth-manifest", value: "s3://data/no-truth")]
            })
        let places = ["s3://data/no.json", "s3://nowhere/t", "s3://data/no-truth", "s3://data/no.manifest"]
        #expect(found.map { String($0.prefix { $0 != " " }) } == places.map { $0 + ":" })
        try await put(["empty.manifest": ""], in: fixture)
        let empty = problems(
            try await check(fixture) {
                $0.inputConfig.dataSource.s3DataSource?.manifestS3Uri = "s3://data/empty.manifest"
            })
        #expect(empty == ["s3://data/empty.manifest: " + FailureText.manifestEmpty("s3://data/empty.manifest")])
    }

    @Test func automatedLabelingNeedsItsObjectsAndItsModel() async throws {
        let fixture = try await prepared()
        let found = problems(
            try await check(fixture) {
                $0.labelingJobAlgorithmsConfig = SageMaker.LabelingJobAlgorithmsConfig(
                    labelingJobAlgorithmSpecificationArn: ServiceFixture.algorithms + "image-classification",
                    initialActiveLearningModelArn: "arn:aws:sagemaker:us-east-1:000000000000:model/none")
            })
        #expect(found.count == 2)
        #expect(found.first?.contains("model/none") == true)
        #expect(
            found.last == "s3://data/input.manifest: " + FailureText.tooFewObjectsToAutomate(3, minimum: 1250))
    }

    /// The job acts as its account, and so does the check.
    @Test func whatTheAccountMayNotTouchIsFound() async throws {
        let fixture = try await prepared()
        let other = try #require(AccountID("111111111111"))
        _ = try await fixture.sageMaker.createWorkteam(ServiceFixture.workteam("team"), fixture.context(other))
        let answer = try await check(fixture, account: "111111111111") {
            $0.roleArn = "arn:aws:iam::111111111111:role/r"
            $0.humanTaskConfig.workteamArn = "arn:aws:sagemaker:us-east-1:111111111111:workteam/private-crowd/team"
        }
        let found = problems(answer)
        #expect(found.map { $0.contains("AccessDenied") } == [true, true, true, true])
        #expect(found.last?.hasPrefix("s3://data/out/: ") == true)
    }

    @Test func aNameIsTakenUntilItsJobGivesItUp() async throws {
        let fixture = try await prepared { $0.reusesTerminalNames = true }
        _ = try await fixture.sageMaker.createLabelingJob(ServiceFixture.request("JOB-1"), fixture.context())
        let taken = problems(try await check(fixture))
        #expect(taken.count == 1 && taken[0].contains("Job-1 is in use"))
        try await fixture.engine.advanceClock(to: ServiceFixture.start + .seconds(100))
        #expect(try await fixture.describe().labelingJobStatus == .completed)
        #expect(try await problems(check(fixture)) == [], "what passes the check has run")
    }

    @Test func whatCannotBeReadIsAllThatIsSaid() async throws {
        let fixture = try await prepared()
        let answer = try await fixture.sageMaker.checkJob(
            nil, [.validation("one"), .validation("two")], unknownMembers: ["Labels"], account: nil, region: nil,
            fixture.context())
        let value = try JSONValue(parsing: answer.document.bytes)
        #expect(problems(value) == ["request: one", "request: two"])
        #expect(value["notices"] == ["the request's member Labels is not known, and ignored"])
        await expectRefusal("ValidationException", "'account'") {
            try await fixture.sageMaker.checkJob(
                nil, [], unknownMembers: [], account: "x", region: nil, fixture.context())
        }
    }
}
