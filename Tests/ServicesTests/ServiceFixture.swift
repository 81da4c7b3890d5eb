import Engine
import JSON
import Kernel
import Labeling
import Learning
import Logging
import Objects
import Services
import Shapes
import Signing
import Store
import TestSupport
import Testing

/// SageMaker and the control API over a temporary store and a frozen clock.
final class ServiceFixture: Sendable {
    static let start = Instant(seconds: 1_700_000_000) + .microseconds(123_456)
    static let team = "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/team"
    static let publicTeam = "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"
    static let functions = "arn:aws:lambda:us-east-1:432418664414:function:"
    static let algorithms = "arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification/"

    let folder: TemporaryFolder
    let clock: ServerClock
    let store: LocalStore
    let objects: ObjectStorage
    let jobs: LocalJobStore
    let control: LocalControlStore
    let compute: ComputePool
    let engine: Engine
    let sageMaker: SageMakerService
    let controls: ControlService

    init(_ change: (inout SageMakerSettings) -> Void = { _ in }) async throws {
        folder = try TemporaryFolder()
        clock = ServerClock(wall: FixedClock(Self.start), frozenAt: Self.start)
        var settings = LocalStore.Settings()
        settings.migrations = [LocalJobStore.migrations, LocalControlStore.migrations]
        store = try LocalStore(DataDirectory(.path(folder.file("store")), port: 1), settings)
        objects = ObjectStorage(index: store.index, blobs: store.blobs) { Issue.record("reported: \($0)") }
        jobs = LocalJobStore(writer: store.writer, readers: store.readers, events: store.events)
        control = LocalControlStore(writer: store.writer, readers: store.readers)
        compute = try ComputePool(threads: 1)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        engine = Engine(
            EngineEnvironment(
                jobs: jobs, control: control, files: ObjectJobFilesSource(storage: objects, clock: clock),
                learners: NoLearners(), serverClock: clock, wallClock: FixedClock(Self.start), compute: compute,
                logger: logger, settings: EngineSettings(cacheFolder: folder.path)))
        var service = SageMakerSettings()
        change(&service)
        sageMaker = SageMakerService(
            engine: engine, jobs: jobs, control: control,
            credentials: SessionCredentials(CredentialSet([]), key: Array("key".utf8)), logger: logger,
            settings: service)
        let events = LocalEventStore(writer: store.writer, readers: store.readers)
        controls = ControlService(
            engine: engine, jobs: jobs, control: control,
            events: events, feed: EventFeed(events: events, logger: logger), objects: objects, serverClock: clock,
            logger: logger, version: "1.2.3")
        _ = try await sageMaker.createWorkteam(Self.workteam("team"), context())
    }

    deinit {
        compute.close()
        store.close()
    }

    func context(_ account: AccountID = .standard) -> RequestContext {
        RequestContext(
            principal: Principal(account: account), region: .standard, requestID: "r", now: clock.now(),
            head: RequestHead(method: "POST", target: "/", headers: HeaderFields()))
    }

    static func workteam(_ name: String) -> SageMaker.CreateWorkteamRequest {
        SageMaker.CreateWorkteamRequest(
            workteamName: name,
            memberDefinitions: [
                SageMaker.MemberDefinition(oidcMemberDefinition: SageMaker.OidcMemberDefinition(groups: ["g"]))
            ], description: "d")
    }

    /// A request that keeps every rule.
    static func request(
        _ name: String = "Job-1", _ change: (inout SageMaker.CreateLabelingJobRequest) -> Void = { _ in }
    ) -> SageMaker.CreateLabelingJobRequest {
        var request = SageMaker.CreateLabelingJobRequest(
            labelingJobName: name, labelAttributeName: "label",
            inputConfig: SageMaker.LabelingJobInputConfig(
                dataSource: SageMaker.LabelingJobDataSource(
                    s3DataSource: SageMaker.LabelingJobS3DataSource(manifestS3Uri: "s3://data/input.manifest"))),
            outputConfig: SageMaker.LabelingJobOutputConfig(s3OutputPath: "s3://data/out/"),
            roleArn: "arn:aws:iam::000000000000:role/labeler", labelCategoryConfigS3Uri: "s3://data/labels.json",
            humanTaskConfig: SageMaker.HumanTaskConfig(
                workteamArn: team, uiConfig: SageMaker.UiConfig(uiTemplateS3Uri: "s3://data/template.liquid"),
                preHumanTaskLambdaArn: functions + "PRE-ImageMultiClass", taskTitle: "t", taskDescription: "d",
                numberOfHumanWorkersPerDataObject: 1, taskTimeLimitInSeconds: 300,
                annotationConsolidationConfig: SageMaker.AnnotationConsolidationConfig(
                    annotationConsolidationLambdaArn: functions + "ACS-ImageMultiClass")))
        change(&request)
        return request
    }

    func describe(_ name: String = "Job-1") async throws -> SageMaker.DescribeLabelingJobResponse {
        try await sageMaker.describeLabelingJob(
            SageMaker.DescribeLabelingJobRequest(labelingJobName: name), context())
    }

    /// Three texts in place of images are enough for a job that fails object by object.
    func putInput() async throws {
        _ = try await objects.createBucket(
            CreateBucketRequest("data", region: .standard, Caller(Principal(account: .standard), now: clock.now())))
        let lines = (0..<3).map { "{\"source-ref\":\"s3://data/cat/\($0).png\"}" }.joined(separator: "\n")
        try await objects.putMany(
            [
                SmallObject("input.manifest", Array(lines.utf8), contentType: "text/plain"),
                SmallObject(
                    "labels.json", Array(#"{"labels":[{"label":"cat"},{"label":"dog"}]}"#.utf8),
                    contentType: "application/json"),
                SmallObject("template.liquid", [32], contentType: "text/html"),
            ], in: "data", Caller(Principal(account: .standard), now: clock.now()))
    }

    struct NoLearners: LearnerSource {
        func learners(
            for learner: Steering.Learner, _ type: TaskType, areTiny: Bool
        ) -> Result<[any Learner], NoLearner> {
            .failure(NoLearner("none"))
        }

        func limitation(of learner: Steering.Learner, for type: TaskType) -> String? { "nobody learns here" }

        func decode(_ bytes: [UInt8]) throws -> any LearnedModel { throw NoLearner("none") }
    }
}

/// Expects a refusal, and that its message has certain parts.
func expectRefusal<Value>(
    _ code: String, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Value
) async {
    do {
        _ = try await body()
        Issue.record("\(code) was expected", sourceLocation: sourceLocation)
    } catch let error as ServiceError {
        #expect(error.code == code, "\(error.message)", sourceLocation: sourceLocation)
        for part in parts where !error.message.contains(part) {
            Issue.record("'\(part)' is not in: \(error.message)", sourceLocation: sourceLocation)
        }
    } catch { Issue.record(error, sourceLocation: sourceLocation) }
}
