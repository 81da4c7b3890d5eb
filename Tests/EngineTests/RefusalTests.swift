import Engine
import JSON
import Kernel
import Labeling
import Objects
import Store
import Testing

/// Jobs that cannot be done: each fails, and says with file, line and value why.
@Suite struct RefusalTests {
    private func failure(
        _ fixture: EngineFixture, _ change: (inout LabelingJobSpecification) -> Void = { _ in }
    ) async throws -> String {
        let outcome = try await fixture.finish(fixture.specification("Job-1", change))
        #expect(outcome.row.status == "Failed")
        return try #require(outcome.job.failureReason)
    }

    @Test func aMissingManifestIsNamed() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        let reason = try await failure(fixture)
        #expect(
            reason.hasPrefix("ClientError: The input manifest s3://data/input.manifest could not be read: NoSuchKey"))
    }

    @Test func aMalformedLineIsNamed() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        var lines = try await fixture.putImages(5)
        lines[3] = "{not json"
        try await fixture.put("input.manifest", lines.joined(separator: "\n"))
        #expect(
            try await failure(fixture)
                == "ClientError: Line 4 of s3://data/input.manifest is not a valid JSON object.")
    }

    @Test func anEmptyManifestIsRefused() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.put("input.manifest", "")
        #expect(try await failure(fixture).contains("s3://data/input.manifest"))
    }

    @Test func tooManyObjectsAreRefused() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(6)
        #expect(
            try await failure(fixture) { $0.steering.objectLimit = 5 }
                == "ClientError: The input manifest has 6 objects; this task type allows 5.")
    }

    @Test(arguments: [
        (#"{"labels":[{"label":"cat"}]}"#, "needs at least 2"),
        (#"{"labels":[{"label":"cat"},{"label":"cat"}]}"#, "\"cat\""), ("[", "not JSON"),
    ])
    func aBadCategoryFileIsNamed(file: String, cause: String) async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(2)
        try await fixture.put("labels.json", file)
        let reason = try await failure(fixture)
        #expect(reason.hasPrefix("ClientError: The label category file s3://data/labels.json is not valid: "))
        #expect(reason.contains(cause))
    }

    @Test func aMissingTemplateIsNamed() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(2)
        let reason = try await failure(fixture) { $0.template = S3URI(bucket: "data", key: "none.liquid") }
        #expect(reason.contains("s3://data/none.liquid"))
    }

    private func foreignBucket(_ fixture: EngineFixture) async throws {
        let stranger = Caller(
            Principal(account: try #require(AccountID("111111111111"))), now: EngineFixture.start)
        _ = try await fixture.objects.createBucket(CreateBucketRequest("foreign", region: .standard, stranger))
        let manifest = Array(#"{"source-ref":"s3://foreign/cat/a.png"}"#.utf8)
        try await fixture.objects.putMany(
            [
                SmallObject("input.manifest", manifest, contentType: "text/plain"),
                SmallObject("cat/a.png", EngineFixture.image, contentType: "image/png"),
            ], in: "foreign", stranger)
    }

    @Test func anotherAccountsManifestIsDenied() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await foreignBucket(fixture)
        let reason = try await failure(fixture) { $0.manifest = S3URI(bucket: "foreign", key: "input.manifest") }
        #expect(reason.contains("s3://foreign/input.manifest") && reason.contains("AccessDenied"))
    }

    @Test func anotherAccountsObjectFailsAlone() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await foreignBucket(fixture)
        var lines = try await fixture.putImages(2)
        lines.append(#"{"source-ref":"s3://foreign/cat/a.png"}"#)
        try await fixture.put("input.manifest", lines.joined(separator: "\n"))
        let outcome = try await fixture.finish(fixture.specification())
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.human == 2 && outcome.counters.failed == 1)
    }

    @Test func anotherAccountsOutputBucketFailsTheJob() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await foreignBucket(fixture)
        try await fixture.putImages(3)
        let reason = try await failure(fixture) { $0.outputPath = S3URI(bucket: "foreign", key: "out") }
        #expect(reason.contains("s3://foreign/out/Job-1/") && reason.contains("AccessDenied"))
    }

    @Test func aMissingOutputBucketFailsTheJob() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(3)
        let reason = try await failure(fixture) { $0.outputPath = S3URI(bucket: "nowhere", key: "out") }
        #expect(reason.contains("NoSuchBucket"))
    }

    @Test func anUnknownInitialModelFailsTheJob() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(3)
        let reason = try await failure(fixture) {
            $0.algorithm = .imageClassification
            $0.steering.minObjects = 1
            $0.initialModelArn = "arn:aws:sagemaker:us-east-1:000000000000:model/none"
        }
        #expect(reason.contains("model/none"))
    }
}
