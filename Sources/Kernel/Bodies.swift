// How bodies move: a request's is pulled chunk by chunk, with back-pressure; an answer's is bytes, a range of a file,
// or pulled in the same way. Kernel knows no networking: Server and Wire implement the source over their own buffers.

internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif
/// A run of received bytes, lent to whoever reads it.
package protocol ByteChunk: Sendable {
    /// Number of bytes.
    var count: Int { get }
    /// Lends the bytes for the length of the call; the pointer must not leave it.
    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
}

extension [UInt8]: ByteChunk {}

/// What a pull brings.
package enum BodyEvent: Sendable {
    /// One or more chunks, in order; never empty.
    case chunks([any ByteChunk])
    /// The body is complete and was as long as announced. Trailing fields of an aws-chunked body come along.
    case end(trailers: [ServiceError.Field])
}

/// A request body that is pulled. The first pull is what tells a waiting client to go on (`100 Continue`), so
/// everything that is checked before it can still refuse the request without having read it.
package protocol BodySource: AnyObject, Sendable {
    /// Length of the decoded body, when the request announces it.
    var length: Int64? { get }
    /// Asks for the next event; answers exactly once, on any thread. Not to be called again before the answer, nor
    /// after `.end` or a failure.
    func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void)
    /// Gives up the rest of the body.
    func cancel()
}

extension BodySource {
    /// The next event, for callers that are async.
    package func next() async throws(ServiceError) -> BodyEvent {
        let result = await withCheckedContinuation { continuation in
            next { continuation.resume(returning: $0) }
        }
        return try result.get()
    }
}

/// A body that is in memory already.
package final class BytesBodySource: BodySource {
    private let bytes: [UInt8]
    private let position: Atomic<Int>

    /// Takes over the bytes; an empty body ends with the first pull.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = Atomic(0)
    }

    /// Always known here.
    package var length: Int64? { Int64(bytes.count) }

    /// One event with all the bytes, then `.end`; both come before this returns.
    package func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
        if position.exchange(1, ordering: .relaxed) == 0, !bytes.isEmpty {
            receive(.success(.chunks([bytes])))
        } else {
            receive(.success(.end(trailers: [])))
        }
    }

    package func cancel() {}
}

/// An open file that closes itself when the last user lets go of it.
package final class OpenFile: Sendable {
    /// Open for as long as this object lives; nobody else closes it.
    package let descriptor: Int32

    /// Takes over an open descriptor.
    package init(owning descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = close(descriptor) }
}

/// The body of an answer.
package enum BodyResult: Sendable {
    case none
    case bytes([UInt8])
    case file(OpenFile, range: Range<Int64>)
    /// Pulled while it is sent, and cancelled when nobody takes it any more. One that `endsWithInput` is over when the
    /// client has nothing further to say: it might never end by itself.
    case stream(any BodySource, endsWithInput: Bool = false)

    /// Bytes that go out as the body: Content-Length. Nil where only the end of a stream will tell.
    package var count: Int64? {
        switch self {
        case .none: 0
        case .bytes(let bytes): Int64(bytes.count)
        case .file(_, let range): range.upperBound - range.lowerBound
        case .stream(let source, _): source.length
        }
    }

    /// To be called where the answer is not sent.
    package func abandon() {
        if case .stream(let source, _) = self { source.cancel() }
    }
}
