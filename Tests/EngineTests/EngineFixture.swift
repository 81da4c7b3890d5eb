import Digests
import Engine
import JSON
import Kernel
import Labeling
import Learning
import Logging
import Objects
import SQLite
import Store
import Synchronization
import TestSupport
import Testing

/// An engine over a store in a temporary folder, with a clock that is moved by hand. Opening a second one over the same
/// folder is what a restart is.
final class EngineFixture: Sendable {
    static let start = Instant(seconds: 1_700_000_000)
    static let bucket = "data"
    static let team = "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/team"
    static let classes = ["cat", "dog", "owl"]

    let folder: TemporaryFolder
    let clock: ServerClock
    let store: LocalStore
    let objects: ObjectStorage
    let jobs: LocalJobStore
    let control: LocalControlStore
    let compute: ComputePool
    let engine: Engine
    let caller = Caller(Principal(account: .standard), now: EngineFixture.start)

    init(
        in folder: TemporaryFolder? = nil, at instant: Instant = EngineFixture.start, sliceRows: Int = 1000,
        learners: any LearnerSource = ScriptedLearners(), functions: any FunctionCaller = NoFunctions(),
        wait: @escaping @Sendable (Duration) async -> Void = { _ in }, incarnation: UInt64 = 1,
        hook: FailureHook? = nil,
        onFileStep: FileSteps.Handler? = nil
    ) async throws {
        self.folder = try folder ?? TemporaryFolder()
        var settings = LocalStore.Settings()
        settings.failureHook = hook
        settings.entropy = CountingEntropy(seed: incarnation << 32)
        settings.migrations = [LocalJobStore.migrations, LocalControlStore.migrations]
        store = try LocalStore(DataDirectory(.path(self.folder.file("store")), port: 1), settings)
        clock = ServerClock(wall: FixedClock(instant), frozenAt: instant)
        var limits = Limits()
        limits.engineSliceRows = sliceRows
        objects = ObjectStorage(
            index: store.index, blobs: store.blobs, entropy: CountingEntropy(seed: incarnation << 32 | 7),
            limits: limits
        ) { _ in }
        jobs = LocalJobStore(writer: store.writer, readers: store.readers, events: store.events)
        control = LocalControlStore(writer: store.writer, readers: store.readers)
        (functions as? FakeFunctions)?.connect(objects)
        compute = try ComputePool(threads: 1)
        var files: any JobFilesSource = ObjectJobFilesSource(storage: objects, clock: clock)
        if let onFileStep { files = FileSteps(files, handler: onFileStep) }
        engine = Engine(
            EngineEnvironment(
                jobs: jobs, control: control, files: files, learners: learners, functions: functions,
                serverClock: clock,
                wallClock: FixedClock(instant), compute: compute,
                limits: limits, wait: wait, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                settings: EngineSettings(cacheFolder: self.folder.path)))
        if folder == nil {
            _ = try await objects.createBucket(CreateBucketRequest(Self.bucket, region: .standard, caller))
            try await put("labels.json", #"{"labels":[{"label":"cat"},{"label":"dog"},{"label":"owl"}]}"#)
            try await put("template.liquid", "<crowd-form></crowd-form>")
        }
    }

    /// Ends everything; the folder can be opened again.
    func close() {
        compute.close()
        store.close()
    }

    // MARK: Input

    func put(_ key: String, _ text: String) async throws { try await put(key, Array(text.utf8)) }

    func put(_ key: String, _ bytes: [UInt8]) async throws {
        try await objects.putMany(
            [SmallObject(key, bytes, contentType: "text/plain")], in: Self.bucket, caller)
    }

    /// Images in folders named like their classes, and a manifest of them.
    /// - Parameter broken: lines whose object is no image.
    @discardableResult
    func putImages(_ count: Int, broken: Set<Int> = [], extra: (Int) -> String = { _ in "" }) async throws -> [String] {
        var lines: [String] = []
        let most = objects.limits.engineSliceRows
        for start in stride(from: 0, to: count, by: most) {
            let slice = (start..<min(start + most, count)).map { index in
                SmallObject(
                    Self.imageKey(index), broken.contains(index) ? Array("no image".utf8) : Self.image,
                    contentType: "image/png")
            }
            try await objects.putMany(slice, in: Self.bucket, caller)
        }
        for index in 0..<count {
            lines.append("{\"source-ref\":\"s3://data/\(Self.imageKey(index))\",\"n\":\(index)\(extra(index))}")
        }
        try await put("input.manifest", lines.joined(separator: "\n") + "\n")
        return lines
    }

    static func imageKey(_ index: Int) -> String { "images/\(classes[index % 3])/\(index).png" }

    /// A grey PNG of one pixel.
    static let image: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
        0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3A, 0x7E, 0x9B, 0x55, 0x00, 0x00, 0x00,
        0x0A, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81, 0x77, 0xCD, 0x72,
        0xB6, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
    ]

    // MARK: Jobs

    func specification(
        _ name: String = "Job-1", _ change: (inout LabelingJobSpecification) -> Void = { _ in }
    ) -> LabelingJobSpecification {
        var specification = LabelingJobSpecification(
            account: .standard, region: .standard, name: name, created: clock.now(), referenceCode: "x",
            taskType: .imageMultiClass, manifest: S3URI(bucket: Self.bucket, key: "input.manifest"),
            outputPath: S3URI(bucket: Self.bucket, key: "out/"), labelAttribute: "label",
            workteamArn: Self.team, workersPerObject: 1, taskTimeLimit: .seconds(300),
            availability: .seconds(864_000), echo: [:],
            steering: LabelingJobSpecification.ResolvedSteering(
                workforce: .simulated, crowd: .perfect, pace: 1000, seed: 11, minObjects: 1250, workers: 5,
                learner: .scripted, objectLimit: 100_000))
        specification.categories = S3URI(bucket: Self.bucket, key: "labels.json")
        specification.template = S3URI(bucket: Self.bucket, key: "template.liquid")
        change(&specification)
        return specification
    }

    func submit(_ specification: LabelingJobSpecification) async throws -> JobID {
        try #require(try await engine.submit(specification, archivesTerminal: false))
    }

    /// Runs a job to its end, and at most as long as any job may take.
    @discardableResult
    func finish(_ specification: LabelingJobSpecification) async throws -> Outcome {
        let id = try await submit(specification)
        try await engine.advanceClock(to: clock.now() + .seconds(40 * 86_400))
        return try await outcome(id)
    }

    /// A job as it stands.
    struct Outcome {
        var row: JobRow
        var job: LabelingJob
        var specification: LabelingJobSpecification
        var counters: LabelingJob.Counters { job.counters }
    }

    func outcome(_ id: JobID) async throws -> Outcome {
        let row = try #require(try await jobs.job(id))
        let specification = try #require(LabelingJobSpecification(decoding: row.specification))
        let job = try #require(LabelingJob(decoding: row.state, plan: specification.plan))
        return Outcome(row: row, job: job, specification: specification)
    }

    // MARK: Output

    /// All objects below a prefix, by key.
    func tree(below prefix: String = "out/") async throws -> [String: [UInt8]] {
        var tree: [String: [UInt8]] = [:]
        var request = ListObjectsRequest(Self.bucket, caller)
        request.prefix = prefix
        while true {
            let page = try await objects.listObjects(request)
            for object in page.objects {
                tree[object.key] = try await objects.bytes(
                    of: ObjectAddress(Self.bucket, object.key), limit: .max, caller)
            }
            guard let token = page.nextToken else { return tree }
            request.continuationToken = token
        }
    }

    func text(_ key: String) async throws -> String {
        String(
            decoding: try await objects.bytes(of: ObjectAddress(Self.bucket, key), limit: .max, caller), as: UTF8.self)
    }

    /// The lines of a job's output manifest.
    func outputLines(_ job: String = "Job-1") async throws -> [JSONValue] {
        try await text("out/\(job)/manifests/output/output.manifest").split(separator: "\n").map {
            try JSONValue(parsing: String($0))
        }
    }
}

/// The scripted learner, whatever a job asks for.
struct ScriptedLearners: LearnerSource {
    func learners(
        for learner: Steering.Learner, _ type: TaskType, areTiny: Bool
    ) -> Result<[any Learner], NoLearner> {
        learner == .none ? .failure(NoLearner("no learner was wanted")) : .success([ScriptedLearner()])
    }

    func limitation(of learner: Steering.Learner, for type: TaskType) -> String? { nil }

    func decode(_ bytes: [UInt8]) throws -> any LearnedModel { throw NoLearner("these are no scripted model's bytes") }
}

/// A view of the object store that tells of every step before it is taken, and takes it only when the teller returns.
struct FileSteps: JobFilesSource {
    enum Step: Hashable, Sendable {
        case read(String), open(String), probe(String), write(String), begin(String), append(String), finish(String)
    }

    typealias Handler = @Sendable (Step) async throws -> Void

    let base: any JobFilesSource
    let handler: Handler

    init(_ base: any JobFilesSource, handler: @escaping Handler) {
        self.base = base
        self.handler = handler
    }

    func files(of account: AccountID) -> any JobFiles { View(base: base.files(of: account), handler: handler) }

    private struct View: JobFiles {
        let base: any JobFiles
        let handler: Handler

        func read(_ uri: S3URI, limit: Int) async throws -> [UInt8] {
            try await handler(.read(uri.key))
            return try await base.read(uri, limit: limit)
        }

        func open(_ uri: S3URI) async throws -> any InputPieces {
            try await handler(.open(uri.key))
            return try await base.open(uri)
        }

        func probe(_ uri: S3URI, prefix: Int) async throws -> (size: Int64, eTag: String, prefix: [UInt8]) {
            try await handler(.probe(uri.key))
            return try await base.probe(uri, prefix: prefix)
        }

        func keys(below prefix: S3URI, after key: String) async throws -> [String] {
            try await base.keys(below: prefix, after: key)
        }

        func write(_ files: [OutputFile], to bucket: String) async throws {
            try await handler(.write(files.first?.key ?? ""))
            try await base.write(files, to: bucket)
        }

        func writer(_ key: String, in bucket: String, contentType: String) async throws -> any OutputWriter {
            try await handler(.begin(key))
            return Writing(
                base: try await base.writer(key, in: bucket, contentType: contentType), key: key, handler: handler)
        }
    }

    private struct Writing: OutputWriter {
        let base: any OutputWriter
        let key: String
        let handler: Handler

        func append(_ bytes: [UInt8]) async throws {
            try await handler(.append(key))
            try await base.append(bytes)
        }

        func finish() async throws {
            try await handler(.finish(key))
            try await base.finish()
        }

        func cancel() async { await base.cancel() }
    }
}

/// What a job's output manifest says of its objects, against its counters; nil where they agree.
/// - Parameter skipped: objects that nobody was to see: they count as failed, and their lines are as they were.
func disagreement(_ outcome: EngineFixture.Outcome, _ output: [JSONValue], skipped: Int = 0) -> String? {
    var human = 0, machine = 0, failed = 0, unlabeled = 0
    for line in output {
        let metadata = line["label-metadata"]
        switch (line["label"] != nil, metadata?["human-annotated"]?.string) {
        case (true, "yes"): human += 1
        case (true, "no"): machine += 1
        case (false, "true"): failed += 1
        case (false, nil): unlabeled += 1
        default: return "a line that is neither labeled, failed nor unlabeled: \(line.compactText)"
        }
    }
    let counters = outcome.counters
    failed += skipped
    unlabeled -= skipped
    if (human, machine, failed, unlabeled)
        == (counters.human, counters.machine, counters.failed, counters.unlabeled)
    {
        return nil
    }
    return "the output has \(human) human, \(machine) machine, \(failed) failed, \(unlabeled) unlabeled; the counters "
        + "are \(counters)"
}

/// How two trees differ, in few words; nil where they are equal.
func difference(_ left: [String: [UInt8]], _ right: [String: [UInt8]]) -> String? {
    let missing = Set(left.keys).symmetricDifference(right.keys).sorted()
    if !missing.isEmpty { return "only in one: \(missing.prefix(5)) of \(missing.count)" }
    guard let key = left.keys.sorted().first(where: { left[$0] != right[$0] }) else { return nil }
    return "\(key): \(String(decoding: left[key] ?? [], as: UTF8.self).prefix(600)) and "
        + "\(String(decoding: right[key] ?? [], as: UTF8.self).prefix(600))"
}
