import Engine
import JSON
import Kernel
import Labeling
import Objects
import Store
import Synchronization
import TestSupport

/// Functions that a test plays. Counts its calls, and how many were under way together.
final class FakeFunctions: FunctionCaller {
    typealias Function = @Sendable (FunctionCall, FakeFunctions) async throws -> [UInt8]

    static let before = ARN(
        service: "lambda", region: .standard, account: .standard, resource: "function:before-sagemaker")
    static let after = ARN(
        service: "lambda", region: .standard, account: .standard, resource: "function:after-sagemaker")

    private struct State {
        var calls: [FunctionCall] = []
        var underWay = 0
        var most = 0
        var objects: ObjectStorage?
    }

    private let function: Function
    private let state = Mutex(State())

    init(_ function: @escaping Function) { self.function = function }

    var calls: [FunctionCall] { state.withLock { $0.calls } }
    var mostUnderWay: Int { state.withLock { $0.most } }

    func connect(_ objects: ObjectStorage) { state.withLock { $0.objects = objects } }

    func invoke(_ call: FunctionCall) async throws -> [UInt8] {
        state.withLock { state in
            state.calls.append(call)
            state.underWay += 1
            state.most = max(state.most, state.underWay)
        }
        defer { state.withLock { $0.underWay -= 1 } }
        return try await function(call, self)
    }

    func isConfigured(_ function: ARN) async throws -> Bool { true }
    func refusal(ofAddress url: String) -> String? { nil }

    // MARK: What functions do

    /// The file that a post-annotation request names, as JSON.
    func payload(of call: FunctionCall) async throws -> JSONValue {
        let uri = try JSONValue(parsing: call.payload)["payload"]?["s3Uri"]?.string.flatMap { S3URI($0) }
        guard let uri, let objects = state.withLock({ $0.objects }) else { return .null }
        let caller = Caller(Principal(account: .standard), now: EngineFixture.start)
        return try JSONValue(
            parsing: try await objects.bytes(of: ObjectAddress(uri.bucket, uri.key), limit: .max, caller))
    }

    /// A pre-annotation function that passes the line on, leaves every ninth object out and fails for every eleventh,
    /// and a post-annotation function that counts answers and forgets every seventh object.
    static let workflow: Function = { call, functions in
        guard call.function == after else {
            let request = try JSONValue(parsing: call.payload), number = request["dataObject"]?["n"]?.integer ?? 0
            if number % 11 == 5 { throw FunctionFailure.functionError(type: "ValueError", message: "eleven") }
            return JSONValue.object([
                "taskInput": ["line": request["dataObject"] ?? .null],
                "humanAnnotationRequired": .string(number % 9 == 4 ? "false" : "true"),
            ]).compactBytes
        }
        let asked = try await functions.payload(of: call).array ?? []
        return JSONValue.array(asked.compactMap { counted($0) }).compactBytes
    }

    /// The entry of an object in a post-annotation function's answer: how many answers it got.
    static func counted(_ object: JSONValue, forgetting: Bool = true) -> JSONValue? {
        guard let id = object["datasetObjectId"], !forgetting || Int(id.string ?? "").map({ $0 % 7 != 3 }) == true
        else { return nil }
        let count = object["annotations"]?.array?.count ?? 0
        return [
            "datasetObjectId": id,
            "consolidatedAnnotation": [
                "content": ["label": ["answers": .integer(count)], "label-metadata": ["mine": true]]
            ],
        ]
    }

    /// Never answers; ends when the call is given up.
    static let silence: Function = { _, _ in
        await untilCancelled()
        throw CancellationError()
    }

    /// A stream to which nobody writes ends when its reader is cancelled.
    static func untilCancelled() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in stream {}
        continuation.finish()
    }
}

extension EngineFixture {
    /// Ends while the first call of a job's functions is under way, as a server that is killed; returns what there is
    /// to start again with.
    static func endedDuringACall(
        objects: Int, _ job: (EngineFixture) -> LabelingJobSpecification
    ) async throws -> (folder: TemporaryFolder, now: Instant, id: JobID) {
        let entered = Gate(until: 1)
        let fixture = try await EngineFixture(
            functions: FakeFunctions { call, functions in
                await entered.arrive()
                return try await FakeFunctions.silence(call, functions)
            })
        try await fixture.putImages(objects)
        let id = try await fixture.submit(job(fixture))
        let run = Task { try await fixture.engine.advanceClock(to: fixture.clock.now() + .seconds(40 * 86_400)) }
        await entered.opened()
        run.cancel()
        _ = await run.result
        let now = fixture.clock.now()
        fixture.close()
        return (fixture.folder, now, id)
    }
}
