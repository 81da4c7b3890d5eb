// The seams with failures put in, for simulations that must not care which implementation is below. The local store can
// also fail inside its steps: see `LocalStore.Settings.failureHook`.

package import Kernel
package import SQLite

extension FailurePoint {
    /// Before a change is handed to the index.
    package static let indexApply = FailurePoint("index.apply")
    /// After a change is kept, before its caller learns of it.
    package static let indexApplied = FailurePoint("index.applied")
    /// Before a read of the index.
    package static let indexRead = FailurePoint("index.read")
    /// Before the body of a blob is opened.
    package static let blobRead = FailurePoint("blob.read")
}

/// An object index that asks a hook at every step.
package final class FailureInjectingIndex: ObjectIndex {
    private let base: any ObjectIndex
    private let hook: FailureHook

    /// Asks `hook` at `indexApply`, `indexApplied` and `indexRead`; what it throws is the step's failure.
    package init(_ base: any ObjectIndex, hook: @escaping FailureHook) {
        self.base = base
        self.hook = hook
    }

    package func makeReader() throws -> any ObjectReader {
        try hook(.indexRead)
        return try base.makeReader()
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any ObjectReader) throws -> Value
    ) async throws -> Value {
        try hook(.indexRead)
        return try await base.read(body)
    }

    package func apply(
        _ change: ObjectChange, priority: WritePriority,
        completion: @escaping @Sendable (Result<ChangeOutcome, any Error>) -> Void
    ) {
        do { try hook(.indexApply) } catch {
            completion(.failure(error))
            return
        }
        base.apply(change, priority: priority) { [hook] result in
            completion(
                result.flatMap { outcome in
                    Result {
                        try hook(.indexApplied)
                        return outcome
                    }
                })
        }
    }
}

/// A blob store that asks a hook before it opens or finishes a blob.
package final class FailureInjectingBlobStore: BlobStore {
    private let base: any BlobStore
    private let hook: FailureHook

    /// Asks `hook` before steps of `base`; what it throws is the step's failure.
    package init(_ base: any BlobStore, hook: @escaping FailureHook) {
        self.base = base
        self.hook = hook
    }

    package func makeWriter(observer: (any ByteObserver)?) -> any BlobWriter {
        FailureInjectingWriter(base.makeWriter(observer: observer), hook)
    }

    package func body(of blob: BlobID, range: Range<Int64>, size: Int64) throws -> BodyResult {
        try hook(.blobRead)
        return try base.body(of: blob, range: range, size: size)
    }

    package func read(
        _ blob: BlobID, range: Range<Int64>, observer: any ByteObserver,
        completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        do { try hook(.blobRead) } catch {
            completion(.failure(error))
            return
        }
        base.read(blob, range: range, observer: observer, completion: completion)
    }

    package func discard(_ blobs: [BlobID]) { base.discard(blobs) }

    package func leftovers(portion: @escaping @Sendable ([BlobID]) async throws -> Void) async throws {
        try await base.leftovers(portion: portion)
    }
}

private final class FailureInjectingWriter: BlobWriter {
    private let base: any BlobWriter
    private let hook: FailureHook

    init(_ base: any BlobWriter, _ hook: @escaping FailureHook) {
        self.base = base
        self.hook = hook
    }

    func append(
        _ chunks: [any ByteChunk], completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        check(.blobWrite, completion) { base.append(chunks, completion: completion) }
    }

    func append(
        _ blob: BlobID, range: Range<Int64>, completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        check(.blobWrite, completion) { base.append(blob, range: range, completion: completion) }
    }

    func finish(completion: @escaping @Sendable (Result<BlobID, any Error>) -> Void) {
        check(.blobFinish, completion) {
            base.finish { [hook] result in
                completion(
                    result.flatMap { blob in
                        Result {
                            try hook(.blobFinished)
                            return blob
                        }
                    })
            }
        }
    }

    func abandon() { base.abandon() }

    private func check<Value>(
        _ point: FailurePoint, _ completion: (Result<Value, any Error>) -> Void, _ body: () -> Void
    ) {
        do { try hook(point) } catch {
            completion(.failure(error))
            return
        }
        body()
    }
}
