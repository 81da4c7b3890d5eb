import Engine
import JSON
import Kernel
import Objects
import Services
import Shapes
import Testing

/// Taking tasks and giving them back.
@Suite struct TasksTests {
    @Test func aTextJobIsDoneTaskByTask() async throws {
        let fixture = try await WorkFixture()
        try await fixture.startTexts {
            $0.humanTaskConfig.taskKeywords = ["a", "b"]
            $0.humanTaskConfig.taskTimeLimitInSeconds = 120
        }
        let ann = try await fixture.signIn("Ann")
        #expect(try await fixture.teams().first?["jobs"]?.array == ["Job-1"])
        let open = try #require(try await fixture.jobs(ann).first)
        #expect(open["job"]?.string == "Job-1" && open["taskType"]?.string == "TextMultiClass")
        #expect(open["title"]?.string == "t" && open["description"]?.string == "d")
        #expect(open["keywords"]?.array == ["a", "b"] && open["taskTimeLimitInSeconds"]?.integer == 120)
        #expect(open["isOnPage"]?.bool == true && open["isHeld"]?.bool == false)
        #expect(open["progress"]?["pending"]?.integer == 3)

        let task = try await fixture.claim(ann)
        #expect(task["job"]?.string == "Job-1" && task["labels"]?.array == ["cat", "dog"])
        #expect(task["object"] == ["text": "text 0"])
        #expect(task["taskInput"] == ["taskObject": "text 0", "labels": ["cat", "dog"]])
        #expect(task["secondsLeft"]?.double == 120)
        #expect(task["expiresAt"]?.string == "2023-11-14T22:15:22.123Z")
        #expect(try await fixture.jobs(ann).first?["isHeld"]?.bool == true)
        #expect(try await fixture.submit(ann, task, label: "dog")["status"]?.string == "submitted")
        for _ in 1..<3 {
            _ = try await fixture.submit(ann, try await fixture.claim(ann, "Job-1"), label: "cat")
        }
        #expect(try await fixture.claim(ann) == .null)
        try await fixture.services.engine.settle()
        #expect(try await fixture.services.describe().labelCounters.humanLabeled == 3)
        #expect(try await fixture.claim(ann, "Job-1") == .null, "the job has ended")
        #expect(try await fixture.jobs(ann).isEmpty)
    }

    @Test func anImageIsReadThroughAnAddressThatEndsWithTheLease() async throws {
        let fixture = try await WorkFixture()
        try await fixture.services.putInput()
        try await fixture.put("cat/0.png", Self.image)
        try await fixture.put("images.manifest", #"{"source-ref":"s3://data/cat/0.png"}"#)
        try await fixture.start("Images") {
            $0.inputConfig.dataSource.s3DataSource?.manifestS3Uri = "s3://data/images.manifest"
            $0.humanTaskConfig.preHumanTaskLambdaArn = ServiceFixture.functions + "PRE-ImageMultiClass"
            $0.humanTaskConfig.annotationConsolidationConfig?.annotationConsolidationLambdaArn =
                ServiceFixture.functions + "ACS-ImageMultiClass"
        }
        let ann = try await fixture.signIn("Ann")
        var context = fixture.services.context()
        context.head.headers = HeaderFields([("host", "127.0.0.1:4567")])
        try await fixture.advance(100)
        let task = try await fixture.claim(ann, nil, context)
        try await fixture.advance(60)
        let object = try #require(try await fixture.claim(ann, nil, context)["object"])
        #expect(object["uri"]?.string == "s3://data/cat/0.png")
        let url = try #require(object["url"]?.string)
        #expect(url.hasPrefix("http://127.0.0.1:4567/data/cat/0.png?X-Amz-Algorithm="))
        #expect(url.contains("&X-Amz-Expires=240&"), "five minutes, one of which is over")
        #expect(task["object"]?["url"]?.string?.contains("&X-Amz-Expires=300&") == true)
        context.objectHost = "127.0.0.1:4566"
        #expect(
            try await fixture.claim(ann, nil, context)["object"]?["url"]?.string?
                .hasPrefix("http://127.0.0.1:4566/data/cat/0.png?") == true)
    }

    @Test func lateAnswersAreRefusedAndCanBeFound() async throws {
        let fixture = try await WorkFixture()
        try await fixture.startTexts { $0.humanTaskConfig.taskTimeLimitInSeconds = 30 }
        let ann = try await fixture.signIn("Ann")
        let task = try await fixture.claim(ann)
        try await fixture.advance(30)
        for answer in ["cat", "dog"] {
            await expectRefusal("TaskExpired", "/_groundwork/work/late/Job-1") {
                try await fixture.submit(ann, task, label: answer)
            }
        }
        await expectRefusal("TaskExpired") { try await fixture.decline(ann, task) }
        await expectRefusal("TaskExpired") { try await fixture.release(ann, task) }
        let late = try await fixture.lateAnswers("Job-1")
        #expect(late["next"]?.integer == 2)
        #expect(
            late["lateAnswers"]?.array?.map { $0["answerContent"]?["crowd-classifier"]?["label"]?.string }
                == ["cat", "dog"])
        #expect(late["lateAnswers"]?.array?.first?["worker"]?.string == ann)
        #expect(try await fixture.lateAnswers("Job-1", after: 2)["lateAnswers"]?.array?.isEmpty == true)
    }

    @Test func whatIsNoAnswerIsRefusedWithTheRule() async throws {
        let fixture = try await WorkFixture()
        try await fixture.startTexts()
        let ann = try await fixture.signIn("Ann")
        let task = try await fixture.claim(ann)
        await expectRefusal("ValidationException", "answerContent", "one of the job's labels") {
            try await fixture.submit(ann, task, label: "cow")
        }
        await expectRefusal("ValidationException", "must be an object") {
            try await fixture.submit(ann, task, #"["cat"]"#)
        }
        #expect(try await fixture.submit(ann, task, label: "cat")["status"]?.string == "submitted")
    }

    @Test func whoDeclinesIsNotAskedAgainAndWhoReleasesMayBe() async throws {
        let fixture = try await WorkFixture()
        try await fixture.startTexts { $0.humanTaskConfig.numberOfHumanWorkersPerDataObject = 2 }
        let ann = try await fixture.signIn("Ann")
        let first = try await fixture.claim(ann)
        #expect(try await fixture.release(ann, first)["status"]?.string == "released")
        let again = try await fixture.claim(ann)
        #expect(again["object"] == first["object"])
        #expect(try await fixture.decline(ann, again)["status"]?.string == "declined")
        #expect(try await fixture.claim(ann)["object"] == ["text": "text 1"])
    }

    @Test func tasksAreForMembersOfTheTeam() async throws {
        let fixture = try await WorkFixture()
        try await fixture.startTexts()
        _ = try await fixture.services.sageMaker.createWorkteam(
            ServiceFixture.workteam("other"), fixture.services.context())
        let ann = try await fixture.signIn("Ann"), stranger = try await fixture.signIn("Ann", to: "other")
        let task = try await fixture.claim(ann)
        #expect(try await fixture.jobs(stranger).isEmpty)
        #expect(try await fixture.claim(stranger) == .null)
        await expectRefusal("ValidationException", "workteam/private-crowd/team") {
            try await fixture.claim(stranger, "Job-1")
        }
        await expectRefusal("TaskNotFound") { try await fixture.submit(stranger, task, label: "cat") }
        await expectRefusal("TaskNotFound") { try await fixture.submit(ann, ["taskId": "1.2"], label: "cat") }
        await expectRefusal("ResourceNotFound", "no worker") { try await fixture.claim("private.us-east-1.0") }
        await expectRefusal("ResourceNotFound", "Absent") { try await fixture.claim(ann, "Absent") }
    }

    @Test func jobsOfSimulatedPeopleHaveNoTasks() async throws {
        let fixture = try await WorkFixture()
        try await fixture.startTexts {
            $0.tags = [SageMaker.Tag(key: "groundwork:pace", value: "0.001")]
        }
        let ann = try await fixture.signIn("Ann")
        #expect(try await fixture.jobs(ann).isEmpty)
        await expectRefusal("ValidationException", "not 'portal'") { try await fixture.claim(ann, "Job-1") }
    }

    @Test func heldTasksComeBeforeNewOnes() async throws {
        let fixture = try await WorkFixture()
        try await fixture.startTexts()
        try await fixture.start("Job-2")
        let ann = try await fixture.signIn("Ann")
        let held = try await fixture.claim(ann, "Job-2")
        #expect(try await fixture.claim(ann)["taskId"] == held["taskId"])
        _ = try await fixture.release(ann, held)
        #expect(try await fixture.claim(ann)["job"]?.string == "Job-1")
    }

    @Test func realPeopleLiveInRealTimeUnlessTheJobSaysOtherwise() async throws {
        let fixture = try await WorkFixture()
        try await fixture.startTexts()
        try await fixture.start("Quick") { $0.tags?.append(SageMaker.Tag(key: "groundwork:pace", value: "60")) }
        for (job, pace) in [("Job-1", 1.0), ("Quick", 60)] {
            let request = Control.JobRequest(jobName: job)
            let response = try await fixture.services.controls.describeJob(request, fixture.services.context())
            let report = try JSONValue(parsing: response.document.bytes)
            #expect(report["steering"]?["pace"]?.double == pace)
            #expect(report["steering"]?["workforce"]?.string == "portal")
        }
    }

    @Test func realPeopleAreOfPrivateTeams() async throws {
        let fixture = try await WorkFixture()
        let request = ServiceFixture.request {
            $0.humanTaskConfig.workteamArn = ServiceFixture.publicTeam
            $0.humanTaskConfig.publicWorkforceTaskPrice = SageMaker.PublicWorkforceTaskPrice(
                amountInUsd: SageMaker.USD(dollars: 0, cents: 3, tenthFractionsOfACent: 6))
            $0.tags = [SageMaker.Tag(key: "groundwork:workforce", value: "portal")]
        }
        await expectRefusal("ValidationException", "'portal'", "private") {
            try await fixture.services.sageMaker.createLabelingJob(request, fixture.services.context())
        }
    }

    /// A grey PNG of one pixel.
    private static let image: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
        0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3A, 0x7E, 0x9B, 0x55, 0x00, 0x00, 0x00,
        0x0A, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81, 0x77, 0xCD, 0x72,
        0xB6, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
    ]
}
