import Engine
import JSON
import Kernel
import Objects
import Services
import Shapes
import Testing

/// The work API over the services' fixture: calls with JSON in and out, and a job of texts for real people.
struct WorkFixture {
    let services: ServiceFixture
    let work: WorkService

    init() async throws {
        services = try await ServiceFixture()
        work = WorkService(
            services.controls, credentials: services.sageMaker.credentials, entropy: CountingEntropy(seed: 9))
    }

    /// Starts a job of three texts and lets it come to people.
    func startTexts(
        _ name: String = "Job-1", _ change: (inout SageMaker.CreateLabelingJobRequest) -> Void = { _ in }
    ) async throws {
        try await services.putInput()
        try await put("texts.manifest", (0..<3).map { #"{"source":"text \#($0)"}"# }.joined(separator: "\n"))
        try await start(name, change)
    }

    func start(_ name: String, _ change: (inout SageMaker.CreateLabelingJobRequest) -> Void = { _ in }) async throws {
        let request = ServiceFixture.request(name) {
            $0.inputConfig.dataSource.s3DataSource?.manifestS3Uri = "s3://data/texts.manifest"
            $0.humanTaskConfig.preHumanTaskLambdaArn = ServiceFixture.functions + "PRE-TextMultiClass"
            $0.humanTaskConfig.annotationConsolidationConfig?.annotationConsolidationLambdaArn =
                ServiceFixture.functions + "ACS-TextMultiClass"
            $0.tags = [SageMaker.Tag(key: "groundwork:workforce", value: "portal")]
            change(&$0)
        }
        _ = try await services.sageMaker.createLabelingJob(request, services.context())
        try await advance(2)
    }

    func put(_ key: String, _ text: String) async throws { try await put(key, Array(text.utf8)) }

    func put(_ key: String, _ bytes: [UInt8]) async throws {
        try await services.objects.putMany(
            [SmallObject(key, bytes, contentType: "text/plain")], in: "data",
            Caller(Principal(account: .standard), now: services.clock.now()))
    }

    func advance(_ seconds: Int64) async throws {
        try await services.engine.advanceClock(to: services.clock.now() + .seconds(seconds))
    }

    // MARK: Calls

    private func read(_ response: Control.DocumentResponse) throws -> JSONValue {
        try JSONValue(parsing: response.document.bytes)
    }

    func teams() async throws -> [JSONValue] {
        try read(try await work.listWorkTeams(Control.ScopeRequest(), services.context()))["teams"]?.array ?? []
    }

    /// The worker's id.
    @discardableResult
    func signIn(_ name: String, to team: String = "team") async throws -> String {
        let answer = try read(
            try await work.addWorker(Control.AddWorkerRequest(team: team, name: name), services.context()))
        return try #require(answer["worker"]?["id"]?.string)
    }

    func jobs(_ worker: String) async throws -> [JSONValue] {
        try read(try await work.listWork(Control.ListWorkRequest(worker: worker), services.context()))["jobs"]?.array
            ?? []
    }

    /// Null where there is none.
    func claim(_ worker: String, _ job: String? = nil, _ context: RequestContext? = nil) async throws -> JSONValue {
        let input = Control.ClaimTaskRequest(worker: worker, job: job)
        return try #require(try read(try await work.claimTask(input, context ?? services.context()))["task"])
    }

    func submit(_ worker: String, _ task: JSONValue, _ answer: String) async throws -> JSONValue {
        try read(
            try await work.submitTask(
                Control.SubmitTaskRequest(
                    worker: worker, taskId: task["taskId"]?.string ?? "",
                    answerContent: JSONDocument(bytes: Array(answer.utf8))), services.context()))
    }

    func submit(_ worker: String, _ task: JSONValue, label: String) async throws -> JSONValue {
        try await submit(worker, task, #"{"crowd-classifier":{"label":"\#(label)"}}"#)
    }

    func decline(_ worker: String, _ task: JSONValue) async throws -> JSONValue {
        let input = Control.GiveBackTaskRequest(worker: worker, taskId: task["taskId"]?.string ?? "")
        return try read(try await work.declineTask(input, services.context()))
    }

    func release(_ worker: String, _ task: JSONValue) async throws -> JSONValue {
        let input = Control.GiveBackTaskRequest(worker: worker, taskId: task["taskId"]?.string ?? "")
        return try read(try await work.releaseTask(input, services.context()))
    }

    func lateAnswers(_ job: String, after: Int? = nil) async throws -> JSONValue {
        try read(
            try await work.listLateAnswers(
                Control.ListLateAnswersRequest(jobName: job, after: after), services.context()))
    }
}
