import Digests
import Kernel
import Objects
import SQLite
import Store
import Synchronization
import TestSupport
import Testing

/// An object store in a temporary folder, with one account and one bucket.
final class TestStorage: Sendable {
    let folder: TemporaryFolder
    let store: LocalStore
    let objects: ObjectStorage
    /// What was reported instead of shown.
    let reports: Reports
    let owner = Caller(Principal(account: .standard), now: Instant(seconds: 1_700_000_000))

    static let bucket = "bkt"

    init(
        in folder: TemporaryFolder? = nil, limits: Limits = Limits(), hook: FailureHook? = nil
    ) async throws {
        self.folder = try folder ?? TemporaryFolder()
        var settings = LocalStore.Settings()
        settings.failureHook = hook
        store = try LocalStore(DataDirectory(.path(self.folder.file("data")), port: 1), settings)
        let reports = Reports()
        objects = ObjectStorage(index: store.index, blobs: store.blobs, limits: limits) { reports.add("\($0)") }
        self.reports = reports
        if folder == nil {
            _ = try await objects.createBucket(CreateBucketRequest(Self.bucket, region: .standard, owner))
        }
    }

    deinit { store.close() }

    final class Reports: Sendable {
        private let texts = Mutex<[String]>([])
        func add(_ text: String) { texts.withLock { $0.append(text) } }
        var all: [String] { texts.withLock { $0 } }
    }

    func address(_ key: String) -> ObjectAddress { ObjectAddress(Self.bucket, key) }

    func at(_ second: Int64) -> Caller { Caller(owner.principal, now: Instant(seconds: 1_700_000_000 + second)) }

    @discardableResult
    func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes = ObjectAttributes(),
        conditions: WriteConditions = WriteConditions(), expectations: BodyExpectations = BodyExpectations(),
        _ caller: Caller? = nil
    ) async throws(ServiceError) -> PutObjectAnswer {
        try await objects.putObject(
            PutObjectRequest(
                address(key), caller ?? owner, attributes: attributes, conditions: conditions,
                expectations: expectations),
            body: ChunkedSource(bytes))
    }

    func get(
        _ key: String, range: String? = nil, conditions: ReadConditions = ReadConditions(), _ caller: Caller? = nil
    ) async throws(ServiceError) -> GetObjectAnswer {
        var request = GetObjectRequest(address(key), caller ?? owner)
        request.range = range
        request.conditions = conditions
        return try await objects.getObject(request)
    }

    func bytes(_ key: String, range: String? = nil) async throws -> [UInt8] {
        try readAll(try await get(key, range: range).body)
    }
}

/// A body that comes in chunks of 1,000 bytes, three at a time.
final class ChunkedSource: BodySource {
    private let bytes: [UInt8]
    private let position = Mutex(0)
    private let cancelled = Mutex(false)
    private let failure: ServiceError?

    /// - Parameter failure: answered in place of the end.
    init(_ bytes: [UInt8], failingWith failure: ServiceError? = nil) {
        self.bytes = bytes
        self.failure = failure
    }

    var length: Int64? { nil }
    var isCancelled: Bool { cancelled.withLock { $0 } }
    var taken: Int { position.withLock { $0 } }

    func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
        let chunks = position.withLock { position in
            var chunks: [[UInt8]] = []
            while chunks.count < 3, position < bytes.count {
                let end = min(position + 1000, bytes.count)
                chunks.append(Array(bytes[position..<end]))
                position = end
            }
            return chunks
        }
        if !chunks.isEmpty {
            receive(.success(.chunks(chunks)))
        } else if let failure {
            receive(.failure(failure))
        } else {
            receive(.success(.end(trailers: [])))
        }
    }

    func cancel() { cancelled.withLock { $0 = true } }
}

/// Bytes that are not all alike.
func pattern(_ count: Int, seed: Int = 0) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 &+ seed) &* 31 &+ $0 >> 8) }
}

/// What a client says of bytes.
func checksum(_ algorithm: ChecksumAlgorithm, _ bytes: [UInt8]) -> Checksum {
    var digest = algorithm.makeDigest()
    digest.update(bytes)
    return Checksum(algorithm, bytes: digest.finalize())
}

/// Expects a service error of a code, and returns it.
@discardableResult
func expectError<Value>(
    _ code: String, _ status: Int, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Value
) async -> ServiceError? {
    do {
        _ = try await body()
        Issue.record("\(code) was expected", sourceLocation: sourceLocation)
    } catch let error as ServiceError {
        #expect(error.code == code, sourceLocation: sourceLocation)
        #expect(error.status == status, sourceLocation: sourceLocation)
        return error
    } catch { Issue.record(error, sourceLocation: sourceLocation) }
    return nil
}
