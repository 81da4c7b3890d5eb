import Engine
import JSON
import Kernel
import Services
import Shapes
import Store
import Testing

/// Where functions are, over the control API and in seeds.
@Suite struct FunctionsTests {
    private static let one = "arn:aws:lambda:us-east-1:111122223333:function:one-sagemaker"
    private static let two = "arn:aws:lambda:us-east-1:111122223333:function:two-sagemaker"

    private func put(_ fixture: ServiceFixture, _ text: String) async throws -> JSONValue {
        let request = Control.DocumentRequest(document: JSONDocument(bytes: Array(text.utf8)))
        return try JSONValue(
            parsing: try await fixture.controls.putFunctions(request, fixture.context()).document.bytes)
    }

    private func shown(_ fixture: ServiceFixture) async throws -> JSONValue {
        try JSONValue(
            parsing: try await fixture.controls.getFunctions(Control.ScopeRequest(), fixture.context()).document.bytes)
    }

    private func seed(_ fixture: ServiceFixture, _ functions: JSONValue, atStart: Bool) async throws {
        let files: ControlService.FileReader? = if atStart { { @Sendable _ in [] } } else { nil }
        _ = try await fixture.controls.seed(["version": 1, "functions": functions], files: files, fixture.context())
    }

    @Test func whatIsPutReplacesWhatWasThere() async throws {
        let fixture = try await ServiceFixture()
        #expect(try await shown(fixture) == ["functions": [:]])
        let first: JSONValue = [
            "endpoint": "http://127.0.0.1:4574", "functions": .object([Self.one: "http://localhost:9000/2015"]),
        ]
        #expect(try await put(fixture, first.compactText) == first)
        #expect(try await shown(fixture) == first)
        #expect(try await put(fixture, #"{"endpoint":"http://127.0.0.1:1"}"#)["functions"] == [:])
        #expect(try await shown(fixture)["endpoint"] == "http://127.0.0.1:1")
        #expect(try await put(fixture, "{}") == ["functions": [:]])
    }

    @Test(arguments: [
        ("[]", "an object"), (#"{"url":"x"}"#, "no member 'url'"), (#"{"endpoint":1}"#, "'endpoint' must be"),
        (#"{"functions":[]}"#, "'functions' must be"), (#"{"functions":{"mine":"http://localhost"}}"#, "'mine'"),
        (#"{"functions":{"arn:aws:s3:::b":"http://localhost"}}"#, "'arn:aws:s3:::b'"),
        (#"{"functions":{"\#(one)":7}}"#, "must be an address"),
        (#"{"functions":{"\#(one)":{"command":["/bin/cat"]}}}"#, "start-up seed file"),
        (#"{"functions":{"\#(one)":{"command":[]}}}"#, "must be a list"),
        (#"{"functions":{"\#(one)":{"command":["cat"]}}}"#, "must be a list"),
        (#"{"functions":{"\#(one)":{"command":["/bin/cat",1]}}}"#, "must be a list"),
        (#"{"functions":{"\#(one)":{"command":["/bin/cat"],"x":1}}}"#, "must be a list"),
    ])
    func whatBreaksARuleIsRefusedAndTheOldStays(text: String, part: String) async throws {
        let fixture = try await ServiceFixture()
        let before = try await put(fixture, #"{"endpoint":"http://127.0.0.1:1"}"#)
        await expectRefusal("ValidationException", part) { try await put(fixture, text) }
        #expect(try await shown(fixture) == before)
    }

    @Test func tooManyFunctionsAreRefused() async throws {
        let fixture = try await ServiceFixture()
        var functions: JSONObject = [:]
        for number in 0...Limits().functionAddresses { functions["\(Self.one)-\(number)"] = "http://localhost" }
        let document = JSONValue.object(["functions": .object(functions)]).compactText
        await expectRefusal("ValidationException", "1001", "1000") { try await put(fixture, document) }
    }

    @Test func commandsComeFromTheStartUpSeedAlone() async throws {
        let fixture = try await ServiceFixture()
        let functions: JSONValue = [
            "functions": .object([Self.one: ["command": ["/bin/cat", "-"]], Self.two: "http://localhost:1"])
        ]
        await expectRefusal("ValidationException", "start-up seed file") {
            try await seed(fixture, functions, atStart: false)
        }
        try await seed(fixture, functions, atStart: true)
        #expect(fixture.controls.commands.all == [Self.one: ["/bin/cat", "-"]])
        let all = try await shown(fixture)["functions"]?.object
        #expect(all?[Self.one] == ["command": ["/bin/cat", "-"]] && all?[Self.two] == "http://localhost:1")
        // Nothing of a command is stored.
        let stored = try #require(try await fixture.control.functions())
        #expect(!String(decoding: stored, as: UTF8.self).contains("cat"))
        try await seed(fixture, ["endpoint": "http://localhost:2"], atStart: false)
        #expect(fixture.controls.commands.all.count == 1)
        _ = try await fixture.controls.reset(Control.ScopeRequest(account: "000000000000"), fixture.context())
        #expect(fixture.controls.commands.all.count == 1)
        _ = try await fixture.controls.reset(Control.ScopeRequest(), fixture.context())
        #expect(fixture.controls.commands.all.isEmpty)
        #expect(try await shown(fixture) == ["functions": [:]])
    }

    // MARK: Jobs

    private func request(
        _ change: @escaping (inout SageMaker.HumanTaskConfig) -> Void
    ) -> SageMaker.CreateLabelingJobRequest {
        ServiceFixture.request { change(&$0.humanTaskConfig) }
    }

    private func consolidation(_ arn: String?) -> SageMaker.AnnotationConsolidationConfig? {
        arn.map { SageMaker.AnnotationConsolidationConfig(annotationConsolidationLambdaArn: $0) }
    }

    @Test func aJobWithFunctionsThatAreNowhereIsTakenWithANotice() async throws {
        let fixture = try await ServiceFixture()
        let context = fixture.context()
        _ = try await fixture.sageMaker.createLabelingJob(
            request {
                $0.preHumanTaskLambdaArn = Self.one
                $0.annotationConsolidationConfig = consolidation(Self.two)
            }, context)
        let notices = context.notices.all.filter { $0.contains("--lambda-endpoint") }
        #expect(notices.count == 2 && notices.allSatisfy { $0.contains("PUT /_groundwork/functions") })
        #expect(notices[0].contains(Self.one) && notices[1].contains(Self.two))
        let described = try await fixture.describe()
        #expect(described.humanTaskConfig.preHumanTaskLambdaArn == Self.one)
        #expect(
            described.humanTaskConfig.annotationConsolidationConfig?.annotationConsolidationLambdaArn == Self.two)
    }

    private func specification(_ fixture: ServiceFixture) async throws -> JSONValue {
        let name = JobName(account: .standard, region: .standard, name: "Job-1")
        return try JSONValue(parsing: try #require(try await fixture.jobs.job(name)).specification)
    }

    @Test func theConsolidationFunctionDecidesWhatKindOfJobItIs() async throws {
        let own = try await ServiceFixture()
        _ = try await own.sageMaker.createLabelingJob(
            request { $0.annotationConsolidationConfig = consolidation(Self.two) }, own.context())
        let custom = try await specification(own)
        #expect(custom["taskType"] == "Custom" && custom["postFunction"] == .string(Self.two))
        #expect(custom["preFunction"] == nil && custom["showsWholeLine"] == nil)

        let before = try await ServiceFixture()
        _ = try await before.sageMaker.createLabelingJob(
            request { $0.preHumanTaskLambdaArn = Self.one }, before.context())
        let builtIn = try await specification(before)
        #expect(builtIn["taskType"] == "ImageMultiClass" && builtIn["preFunction"] == .string(Self.one))
        #expect(builtIn["postFunction"] == nil && builtIn["showsWholeLine"] == nil)

        let absent = try await ServiceFixture()
        _ = try await absent.sageMaker.createLabelingJob(
            request {
                $0.preHumanTaskLambdaArn = nil
                $0.annotationConsolidationConfig = consolidation(Self.two)
            }, absent.context())
        #expect(try await specification(absent)["showsWholeLine"] == true)
    }

    @Test func aFunctionOfAnotherRegionIsRefused() async throws {
        let fixture = try await ServiceFixture()
        let elsewhere = "arn:aws:lambda:eu-west-1:111122223333:function:one-sagemaker"
        await expectRefusal("ValidationException", elsewhere, "us-east-1") {
            try await fixture.sageMaker.createLabelingJob(
                request { $0.preHumanTaskLambdaArn = elsewhere }, fixture.context())
        }
    }
}
