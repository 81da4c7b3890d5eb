// What clients ask of the store while the power is still on: small groups of changes, each group committed as one. The
// next group begins when the one before has been answered and its blobs are discarded, so a seed gives the same steps
// in the same order, every time.

import Digests
import Kernel
import SQLite
import Store

struct PowerCutWorkload {
    let store: LocalStore
    let draws: SeededDraws

    private struct Planned {
        var change: ObjectChange
        /// Blobs that are to be discarded when the change is refused.
        var blobs: [BlobID] = []
    }

    /// What there is to work on.
    private struct Catalogue: Sendable {
        var objects: [(bucket: String, key: String, record: ObjectRecord)] = []
        var versions: [ListedVersion] = []
        var uploads: [UploadRecord] = []
        var hasScratch = false
    }

    /// Makes the buckets that everything else happens in.
    func begin(answered: () -> Void) async throws {
        var versioned = bucket("versions")
        versioned.versioning = .enabled
        try await perform(
            [bucket("plain"), versioned].map { Planned(change: .createBucket($0, limit: 10)) }, answered: answered)
    }

    /// Plans and makes a few changes. Returns when they are answered; what is to be discarded then is discarded.
    ///
    /// - Parameter answered: called when they are, before anything else happens.
    func perform(_ step: Int, answered: () -> Void) async throws {
        let draws = draws.scoped(step), catalogue = try await catalogue()
        var group: [Planned] = []
        for place in 0..<(1 + draws.below(3, -1)) {
            group.append(try await plan(draws.scoped(place), at: Instant(seconds: Int64(1000 + step)), catalogue))
        }
        try await perform(group, answered: answered)
    }

    private func perform(_ group: [Planned], answered: () -> Void) async throws {
        let results = await submit(group.map(\.change))
        answered()
        for (planned, result) in zip(group, results) {
            do { store.blobs.discard(try result.get().released) } catch is IndexRefusal {
                store.blobs.discard(planned.blobs)
            }
        }
        // One thread writes and removes files, in the order of asking: this is answered when it has caught up.
        try await store.blobs.leftovers { _ in }
    }

    /// Makes all changes in one transaction: the writer is held until it has them all.
    private func submit(_ changes: [ObjectChange]) async -> [Result<ChangeOutcome, any Error>] {
        await withCheckedContinuation { continuation in
            let isOpen = Monitor(false), results = Monitor<[Int: Result<ChangeOutcome, any Error>]>([:])
            store.writer.submit(.interactive, { _ in isOpen.wait { $0 ? true : nil } }, completion: { _ in })
            for (place, change) in changes.enumerated() {
                store.index.apply(change, priority: .interactive) { result in
                    let all = results.withLock { results in
                        results[place] = result
                        return results
                    }
                    guard all.count == changes.count else { return }
                    continuation.resume(returning: changes.indices.compactMap { all[$0] })
                }
            }
            isOpen.update { $0 = true }
        }
    }

    // MARK: Plans

    private enum Kind {
        case put, delete, deleteVersion, copy, amend, configure, versioning, scratch, createUpload, part, complete,
            abort
        static let shares: [(Kind, Int)] = [
            (.put, 34), (.delete, 8), (.deleteVersion, 6), (.copy, 8), (.amend, 4), (.configure, 6), (.versioning, 2),
            (.scratch, 4), (.createUpload, 6), (.part, 14), (.complete, 6), (.abort, 2),
        ]

        static func drawn(_ draws: SeededDraws) -> Kind {
            var left = draws.below(shares.reduce(0) { $0 + $1.1 })
            for (kind, share) in shares {
                if left < share { return kind }
                left -= share
            }
            return .put
        }
    }

    private func plan(_ draws: SeededDraws, at now: Instant, _ catalogue: Catalogue) async throws -> Planned {
        let bucket = reference(draws.below(2, 0) == 0 ? "plain" : "versions"), key = "key-\(draws.below(6, 1))"
        switch Kind.drawn(draws) {
        case .put: return try await put(draws, in: bucket, key, at: now)
        case .delete: return Planned(change: .delete(bucket, [ObjectRemoval(key)], at: now))
        case .deleteVersion:
            guard let version = draws.element(catalogue.versions) else { break }
            let removal = ObjectRemoval(version.key, version: version.version ?? "null")
            return Planned(change: .delete(reference("versions"), [removal], at: now))
        case .copy:
            guard let (source, sourceKey, record) = draws.element(catalogue.objects) else { break }
            var copy = record
            copy.modified = now
            return Planned(
                change: .copy(
                    ObjectCopy(from: reference(source), key: sourceKey, as: record, to: bucket, ObjectWrite(key, copy)))
            )
        case .amend:
            guard let (name, key, _) = draws.element(catalogue.objects) else { break }
            let tags = FieldList([.init("changed", "\(now.microseconds)")])
            return Planned(change: .amend(reference(name), key: key, version: nil, .tags(tags)))
        case .configure:
            let kind = draws.element([BucketDocument.cors, .lifecycle, .policy, .tagging]) ?? .cors
            let document = draws.below(3, 2) == 0 ? nil : Self.bytes(1 + draws.below(6000, 3), draws)
            return Planned(change: .configure(bucket, kind, document))
        case .versioning:
            let versioning = draws.below(2, 2) == 0 ? BucketRecord.Versioning.enabled : .suspended
            return Planned(change: .setVersioning(reference("versions"), versioning, allowsLocks: false))
        case .scratch:
            return Planned(
                change: catalogue.hasScratch
                    ? .deleteBucket(reference("scratch")) : .createBucket(self.bucket("scratch", at: now), limit: 10))
        case .createUpload:
            return Planned(change: .createUpload(bucket, upload(draws, bucket, key, at: now)))
        case .part, .complete, .abort:
            guard let upload = draws.element(catalogue.uploads) else {
                return Planned(change: .createUpload(bucket, self.upload(draws, bucket, key, at: now)))
            }
            return try await plan(Kind.drawn(draws), upload, draws, at: now)
        }
        return try await put(draws, in: bucket, key, at: now)
    }

    private func plan(
        _ kind: Kind, _ upload: UploadRecord, _ draws: SeededDraws, at now: Instant
    ) async throws -> Planned {
        let place = UploadReference(reference(upload.bucket), key: upload.key, id: upload.id)
        let parts = try await store.index.read { try $0.parts(of: upload.id, after: 0, limit: 100) }
        if kind == .abort { return Planned(change: .abortUpload(place)) }
        guard kind == .complete, !parts.isEmpty else {
            let bytes = drawnBytes(draws), body = try await stored(bytes, draws)
            let part = PartRecord(
                number: 1 + draws.below(4, 5), etag: Hex.text(MD5Digest.of(bytes)), size: Int64(bytes.count),
                modified: now, body: body)
            return Planned(change: .putPart(upload: place, part), blobs: body.blobs)
        }
        var record = ObjectRecord(etag: "", size: parts.reduce(0) { $0 + $1.size }, modified: now, body: parts[0].body)
        var bytes: [UInt8] = []
        for part in parts { bytes += try part.body.bytes(part.size, in: store.blobs) }
        record.etag = "\(Hex.text(MD5Digest.of(bytes)))-\(parts.count)"
        if parts.count > 1 { record.body = try await joined(parts) }
        return Planned(
            change: .completeUpload(place, parts: parts, ObjectWrite(upload.key, record)),
            blobs: parts.count > 1 ? record.body.blobs : [])
    }

    private func put(
        _ draws: SeededDraws, in bucket: BucketReference, _ key: String, at now: Instant
    ) async throws -> Planned {
        let bytes = drawnBytes(draws), body = try await stored(bytes, draws)
        var record = ObjectRecord(
            etag: Hex.text(MD5Digest.of(bytes)), size: Int64(bytes.count), modified: now, body: body)
        record.tags = FieldList([.init("written", "\(now.microseconds)")])
        return Planned(change: .put(bucket, [ObjectWrite(key, record)]), blobs: body.blobs)
    }

    // MARK: Bodies

    private func drawnBytes(_ draws: SeededDraws) -> [UInt8] {
        let count =
            switch draws.below(8, 10) {
            case 0: 0
            case 1...3: draws.below(3000, 11)
            case 4: draws.below(16_385, 11)
            default: 16_385 + draws.below(40_000, 11)
            }
        return Self.bytes(count, draws)
    }

    /// Bytes of which no two sectors are alike.
    private static func bytes(_ count: Int, _ draws: SeededDraws) -> [UInt8] {
        var block: [UInt8] = []
        for place in 0..<64 { withUnsafeBytes(of: draws.bits(20, place)) { block += $0 } }
        // A prime number of bytes, so that every sector starts elsewhere in the block.
        block.removeLast(3)
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += block.prefix(count - bytes.count) }
        return bytes
    }

    /// As Objects does it: small bodies go into the row, large ones into a blob, slice by slice.
    private func stored(_ bytes: [UInt8], _ draws: SeededDraws) async throws -> StoredBody {
        guard bytes.count > Limits().inlineBodyBytes else { return .inline(bytes) }
        let slice = 5000 + draws.below(20_000, 30)
        return .blob(
            try await written { writer in
                for start in stride(from: 0, to: bytes.count, by: slice) {
                    try await writer.put([Array(bytes[start..<min(start + slice, bytes.count)])])
                }
            })
    }

    private func joined(_ parts: [PartRecord]) async throws -> StoredBody {
        .blob(
            try await written { writer in
                for part in parts {
                    switch part.body {
                    case .inline(let bytes): try await writer.put([bytes])
                    case .blob(let blob): try await writer.put(blob, 0..<part.size)
                    case .unread: break
                    }
                }
            })
    }

    private func written(_ body: (any BlobWriter) async throws -> Void) async throws -> BlobID {
        let writer = store.blobs.makeWriter(observer: nil)
        do {
            try await body(writer)
            return try await writer.done()
        } catch {
            writer.abandon()
            throw error
        }
    }

    // MARK: Records

    private func catalogue() async throws -> Catalogue {
        try await store.index.read { reader in
            var found = Catalogue()
            for bucket in ["plain", "versions"] {
                let query = ListingQuery(bucket: bucket, limit: 1000)
                for listed in try reader.objects(query).items {
                    if case .found(_, let record) = try reader.object(listed.key, in: bucket, withBody: false) {
                        found.objects.append((bucket, listed.key, record))
                    }
                }
                found.uploads += try reader.uploads(query).items
            }
            found.versions = try reader.versions(ListingQuery(bucket: "versions", limit: 1000)).items
            found.hasScratch = try reader.bucket("scratch") != nil
            return found
        }
    }

    private func reference(_ name: String) -> BucketReference { BucketReference(name, owner: .standard) }

    private func bucket(_ name: String, at now: Instant = .epoch) -> BucketRecord {
        BucketRecord(name: name, owner: .standard, region: .standard, created: now)
    }

    private func upload(
        _ draws: SeededDraws, _ bucket: BucketReference, _ key: String, at now: Instant
    ) -> UploadRecord {
        UploadRecord(
            id: String(draws.bits(40), radix: 16), bucket: bucket.name, key: key, initiated: now, initiator: .standard)
    }
}

extension SeededDraws {
    fileprivate func element<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count, 50)]
    }
}

extension StoredBody {
    fileprivate var blobs: [BlobID] { blob.map { [$0] } ?? [] }
}
