// Runs async functions to their end on the calling thread, for libFuzzer calls a plain function. They must wait for
// nothing that happens elsewhere; bodies in pieces answer at once.

internal import Kernel
internal import Synchronization

/// Holds the jobs of one task until they are run.
private final class InlineExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    func runAll() {
        while let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}

/// The outcome of an async function.
func outcome<Value: Sendable>(
    _ body: @escaping @Sendable () async throws(ServiceError) -> Value
) throws(Flaw) -> Result<Value, ServiceError> {
    let shared = Shared<Value>()
    let executor = InlineExecutor()
    Task(executorPreference: executor) {
        do throws(ServiceError) {
            let value = try await body()
            shared.result.withLock { $0 = .success(value) }
        } catch {
            shared.result.withLock { $0 = .failure(error) }
        }
    }
    executor.runAll()
    guard let outcome = shared.result.withLock(\.self) else { throw Flaw("a body is waited for that never comes") }
    return outcome
}

private final class Shared<Value: Sendable>: Sendable {
    let result = Mutex<Result<Value, ServiceError>?>(nil)
}

/// A body in pieces, one for each pull.
final class PiecesSource: BodySource {
    private let pieces: Mutex<ArraySlice<[UInt8]>>
    let length: Int64? = nil

    init(_ pieces: [[UInt8]]) { self.pieces = Mutex(pieces[...]) }

    func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
        let piece = pieces.withLock { $0.popFirst() }
        receive(.success(piece.map { .chunks([$0]) } ?? .end(trailers: [])))
    }

    func cancel() {}
}

/// Everything that a body holds.
func readWhole(_ source: any BodySource) async throws(ServiceError) -> (data: [UInt8], trailers: [ServiceError.Field]) {
    var data: [UInt8] = []
    while true {
        switch try await source.next() {
        case .chunks(let chunks): for chunk in chunks { chunk.withUnsafeBytes { data += $0 } }
        case .end(let trailers): return (data, trailers)
        }
    }
}
