import Kernel
import Store
import Synchronization
import TestSupport
import Testing

/// What every implementation of BlobStore must do. `reopen` gives the same store as after a restart, where
/// that can be had.
func checkBlobStoreConformance(_ store: any BlobStore, reopen: (() throws -> any BlobStore)?) async throws {
    let seen = Recorder()
    let writer = store.makeWriter(observer: seen)
    try await writer.put([pattern(100_000), pattern(3)])
    try await writer.put([pattern(70_000)])
    let blob = try await writer.done()
    let whole = pattern(100_000) + pattern(3) + pattern(70_000)
    #expect(seen.bytes == whole)
    #expect(try contents(store, blob, 0..<170_003, size: 170_003) == whole)
    #expect(try contents(store, blob, 99_999..<100_005, size: 170_003) == Array(whole[99_999..<100_005]))
    #expect(try contents(store, blob, 170_003..<170_003, size: 170_003) == [])

    // A blob made of ranges of another, with bytes between.
    let second = store.makeWriter(observer: nil)
    try await second.put(blob, 10..<20)
    try await second.put([pattern(5)])
    try await second.put(blob, 170_000..<170_003)
    let joined = try await second.done()
    #expect(joined != blob)
    let expected = Array(whole[10..<20]) + pattern(5) + Array(whole[170_000...])
    #expect(try contents(store, joined, 0..<18, size: 18) == expected)

    // The same, watched.
    let watched = Recorder()
    let third = store.makeWriter(observer: watched)
    try await third.put(blob, 0..<170_003)
    _ = try await third.done()
    #expect(watched.bytes == whole)

    // Reading in pieces.
    let read = Recorder()
    try await withCheckedThrowingContinuation { continuation in
        store.read(blob, range: 5..<150_000, observer: read) { continuation.resume(with: $0) }
    }
    #expect(read.bytes == Array(whole[5..<150_000]))

    // Too short for its row, and missing.
    #expect(throws: BlobFailure.short(blob, expected: 170_004, found: 170_003)) {
        try store.body(of: blob, range: 0..<1, size: 170_004)
    }
    let abandoned = store.makeWriter(observer: nil)
    try await abandoned.put([pattern(10)])
    abandoned.abandon()

    // An observer that throws stops the writing.
    struct Refused: Error {}
    let refusing = store.makeWriter(observer: Recorder(failingWith: Refused()))
    await #expect(throws: Refused.self) { try await refusing.put([pattern(10)]) }
    refusing.abandon()

    // Blobs of this run are never leftovers; those of an earlier one are.
    try await store.leftovers { portion in #expect(!portion.contains(blob)) }
    guard let reopened = try reopen?() else { return }
    let found = Mutex<Set<BlobID>>([])
    try await reopened.leftovers { portion in found.withLock { $0.formUnion(portion) } }
    #expect(found.withLock { $0 }.isSuperset(of: [blob, joined]))
    #expect(found.withLock { $0.count } == 3)

    reopened.discard([joined])
    try await reopened.leftovers { portion in
        // The removal was queued before this listing.
        #expect(!portion.contains(joined))
    }
    #expect(throws: BlobFailure.missing(joined)) { try reopened.body(of: joined, range: 0..<1, size: 18) }
    #expect(try contents(reopened, blob, 0..<170_003, size: 170_003) == whole)
}

/// Bytes that are not all alike.
func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

private func contents(_ store: any BlobStore, _ blob: BlobID, _ range: Range<Int64>, size: Int64) throws -> [UInt8] {
    try readAll(try store.body(of: blob, range: range, size: size))
}

/// Sees and keeps bytes.
private final class Recorder: ByteObserver {
    private let seen = Mutex<[UInt8]>([])
    private let failure: (any Error)?

    init(failingWith failure: (any Error)? = nil) { self.failure = failure }

    var bytes: [UInt8] { seen.withLock { $0 } }

    func observe(_ bytes: UnsafeRawBufferPointer) throws {
        if let failure { throw failure }
        seen.withLock { $0.append(contentsOf: bytes) }
    }
}

extension BlobWriter {
    func put(_ chunks: [[UInt8]]) async throws {
        try await withCheckedThrowingContinuation { continuation in
            append(chunks) { continuation.resume(with: $0) }
        }
    }

    func put(_ blob: BlobID, _ range: Range<Int64>) async throws {
        try await withCheckedThrowingContinuation { continuation in
            append(blob, range: range) { continuation.resume(with: $0) }
        }
    }

    func done() async throws -> BlobID {
        try await withCheckedThrowingContinuation { continuation in
            finish { continuation.resume(with: $0) }
        }
    }
}
