// The seam for bytes: bodies too large for a row, under ids that nobody can guess. A blob never changes; it is there
// from the moment its writer has finished until it is discarded.

internal import Glibc
package import Kernel

/// The name of a blob.
package struct BlobID: Hashable, Sendable {
    /// 32 hexadecimal digits.
    package let text: String

    init(_ text: String) { self.text = text }

    /// A fresh id: 96 random bits, then 32 that all ids of one run of the program share. They tell the sweep for
    /// leftovers which blobs may still be waiting for their row.
    init(from entropy: some Entropy, run: UInt32) {
        text =
            BlobID.digits(entropy.next(), 16) + BlobID.digits(entropy.next() >> 32, 8) + BlobID.digits(UInt64(run), 8)
    }

    /// Whether the id was made in that run.
    func isOf(run: UInt32) -> Bool { text.hasSuffix(BlobID.digits(UInt64(run), 8)) }

    private static func digits(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: width - digits.utf8.count) + digits
    }
}

/// Bytes by id.
package protocol BlobStore: Sendable {
    /// Starts a new blob. `observer` sees every byte before it is stored, on the thread that stores it.
    func makeWriter(observer: (any ByteObserver)?) -> any BlobWriter
    /// A range of a blob that is known to be `size` bytes long, ready to be sent.
    func body(of blob: BlobID, range: Range<Int64>, size: Int64) throws -> BodyResult
    /// Lends a range of a blob to `observer`, piece by piece, on a thread that may block.
    func read(
        _ blob: BlobID, range: Range<Int64>, observer: any ByteObserver,
        completion: @escaping @Sendable (Result<Void, any Error>) -> Void)
    /// Removes blobs that no row refers to, soon.
    func discard(_ blobs: [BlobID])
    /// All blobs that were there before the store was opened, in portions, to find those that no row refers to.
    func leftovers(portion: @escaping @Sendable ([BlobID]) async throws -> Void) async throws
}

/// Takes the bytes of one new blob. One call at a time: the next only after the completion of the one before.
package protocol BlobWriter: AnyObject, Sendable {
    /// Stores the chunks behind what is there already.
    func append(
        _ chunks: [any ByteChunk], completion: @escaping @Sendable (Result<Void, any Error>) -> Void)
    /// Stores a range of another blob behind what is there already, without the observer if there is none.
    func append(
        _ blob: BlobID, range: Range<Int64>, completion: @escaping @Sendable (Result<Void, any Error>) -> Void)
    /// Makes the blob permanent.
    func finish(completion: @escaping @Sendable (Result<BlobID, any Error>) -> Void)
    /// Throws everything away.
    func abandon()
}

/// Sees bytes on their way into or out of a blob; throws to stop them.
package protocol ByteObserver: AnyObject, Sendable {
    /// Called with each piece in order; what it throws fails the read or write.
    func observe(_ bytes: UnsafeRawBufferPointer) throws
}

/// What is wrong with a blob.
package enum BlobFailure: Error, Hashable, CustomStringConvertible {
    /// There is no such blob. It may have been replaced since its row was read.
    case missing(BlobID)
    /// The blob is shorter than its row says.
    case short(BlobID, expected: Int64, found: Int64)
    /// The system refused a step.
    case system(step: String, code: Int32)
    package var description: String {
        switch self {
        case .missing(let blob): "blob \(blob.text) is missing"
        case .short(let blob, let expected, let found):
            "blob \(blob.text) has \(found) bytes where its row says \(expected)"
        case .system(let step, let code): "\(step) failed: \(String(cString: strerror(code)))"
        }
    }

    /// Whether room is what is missing: no space, or no quota.
    package var isDiskFull: Bool {
        guard case .system(_, let code) = self else { return false }
        return code == ENOSPC || code == EDQUOT
    }
}
