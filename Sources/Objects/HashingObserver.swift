// Hashing bytes that pass through a blob store, and the store's callbacks as async functions.

internal import Digests
internal import Kernel
internal import Store
internal import Synchronization

/// Feeds a digester; one thread at a time, the lock only makes that visible to the compiler.
final class HashingObserver: ByteObserver {
    private let digester: Mutex<BodyDigester>

    init(_ digester: BodyDigester) { self.digester = Mutex(digester) }

    func observe(_ bytes: UnsafeRawBufferPointer) throws { try digester.withLock { try $0.update(bytes) } }

    func finish() throws(ServiceError) -> BodyDigests {
        let digester = digester.withLock { $0 }
        return try digester.finish()
    }
}

extension BlobStore {
    func read(_ blob: BlobID, range: Range<Int64>, observer: any ByteObserver) async throws {
        try await withCheckedThrowingContinuation { continuation in
            read(blob, range: range, observer: observer) { continuation.resume(with: $0) }
        }
    }
}

extension BlobWriter {
    func append(_ chunks: [any ByteChunk]) async throws {
        try await withCheckedThrowingContinuation { continuation in
            append(chunks) { continuation.resume(with: $0) }
        }
    }

    func append(_ blob: BlobID, range: Range<Int64>) async throws {
        try await withCheckedThrowingContinuation { continuation in
            append(blob, range: range) { continuation.resume(with: $0) }
        }
    }

    /// Appends a body, whether it lies in a row or in a blob.
    func append(_ body: StoredBody, range: Range<Int64>) async throws {
        switch body {
        case .blob(let blob): try await append(blob, range: range)
        case .inline(let bytes): try await append([Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])])
        case .unread: preconditionFailure("The body was not asked for")
        }
    }

    func finish() async throws -> BlobID {
        try await withCheckedThrowingContinuation { continuation in
            finish { continuation.resume(with: $0) }
        }
    }
}

/// Keeps all bytes.
final class CollectingObserver: ByteObserver {
    private let collected = Mutex<[UInt8]>([])

    var bytes: [UInt8] { collected.withLock { $0 } }

    func observe(_ bytes: UnsafeRawBufferPointer) throws { collected.withLock { $0.append(contentsOf: bytes) } }
}

/// Hands all bytes to a closure.
final class ForwardingObserver: ByteObserver {
    /// What the closure threw.
    struct Stop: Error { let error: any Error }

    private let receive: @Sendable (UnsafeRawBufferPointer) throws -> Void

    init(_ receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void) { self.receive = receive }

    func observe(_ bytes: UnsafeRawBufferPointer) throws {
        do { try receive(bytes) } catch { throw Stop(error: error) }
    }
}
