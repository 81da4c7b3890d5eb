import Digests
import Kernel
import Objects
import Services
import Shapes
import Store
import Synchronization
import TestSupport
import Testing

/// The S3 service over a temporary store.
final class S3ServiceFixture: Sendable {
    let folder: TemporaryFolder
    let store: LocalStore
    let service: S3Service
    let now = Instant(seconds: 1_700_000_000) + .milliseconds(250)

    init() async throws {
        folder = try TemporaryFolder()
        store = try LocalStore(DataDirectory(.path(folder.file("data")), port: 1))
        service = S3Service(
            objects: ObjectStorage(index: store.index, blobs: store.blobs) { Issue.record("reported: \($0)") })
        _ = try await service.createBucket(S3.CreateBucketRequest(bucket: "bkt"), context())
    }

    deinit { store.close() }

    func context(
        _ body: [UInt8] = [], headers: [(String, String)] = [], account: AccountID = .standard
    ) -> RequestContext {
        var context = RequestContext(
            principal: Principal(account: account), region: .standard, requestID: "r", now: now,
            head: RequestHead(
                method: "PUT", target: "/", headers: HeaderFields(headers.map { (name: $0.0, value: $0.1) })),
            body: BytesBodySource(body))
        context.expectations = BodyExpectations(length: Int64(body.count))
        return context
    }

    @discardableResult
    func put(
        _ key: String, _ body: [UInt8], _ change: (inout S3.PutObjectRequest) -> Void = { _ in }
    ) async throws -> S3.PutObjectOutput {
        var input = S3.PutObjectRequest(bucket: "bkt", key: key)
        change(&input)
        let reader = try service.objects.makeReader()
        return try await withCheckedThrowingContinuation { continuation in
            service.putObject(input, context(body), reader: reader) { continuation.resume(with: $0) }
        }
    }

    func get(_ key: String, _ change: (inout S3.GetObjectRequest) -> Void = { _ in }) throws -> StreamedObject {
        var input = S3.GetObjectRequest(bucket: "bkt", key: key)
        change(&input)
        let answer = Mutex<Result<StreamedObject, ServiceError>?>(nil)
        service.getObject(input, context(), reader: try service.objects.makeReader()) { result in
            answer.withLock { $0 = result }
        }
        return try #require(answer.withLock { $0 }).get()
    }
}

/// Expects a service error of a code.
func expectCode<Value>(
    _ code: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Value
) async {
    do {
        _ = try await body()
        Issue.record("\(code) was expected", sourceLocation: sourceLocation)
    } catch let error as ServiceError {
        #expect(error.code == code, sourceLocation: sourceLocation)
    } catch { Issue.record(error, sourceLocation: sourceLocation) }
}
