// All that a client can see of a store, as lines of text that can be compared and read. Bytes are in it as the verdict
// on them: the ETags of the simulated writes begin with the MD5 of the bytes.

import Digests
import Kernel
import Store
import TestSupport

struct StoreState: Hashable, Sendable {
    var lines: [String] = []

    /// What two states do not share, for people.
    func difference(from other: StoreState) -> String {
        let missing = other.lines.filter { !lines.contains($0) }, extra = lines.filter { !other.lines.contains($0) }
        return (missing.map { "- " + $0 } + extra.map { "+ " + $0 }).joined(separator: "\n")
    }

    static func of(_ store: LocalStore) async throws -> StoreState {
        let rows = try await store.index.read { reader in
            try reader.buckets(ownedBy: .standard, after: nil, prefix: "", limit: 100).flatMap { listed in
                guard let bucket = try reader.bucket(listed.name) else { return [Row("\(listed.name) is only listed")] }
                return try [Row(bucket)] + reader.versionRows(bucket) + reader.uploadRows(bucket)
            }
        }
        return StoreState(lines: rows.map { $0.text + verdict(on: $0, in: store.blobs) })
    }

    /// A line, and the bytes that belong to it.
    fileprivate struct Row: Sendable {
        var text: String
        var body: (etag: String, size: Int64, bytes: StoredBody)?

        init(_ text: String) { self.text = text }

        init(_ bucket: BucketRecord) {
            let documents = bucket.documents.map { "\($0.key.rawValue)=\(Hex.text(MD5Digest.of($0.value)))" }.sorted()
            text = "\(bucket.name) created \(bucket.created.microseconds) \(bucket.versioning) \(documents)"
        }
    }

    private static func verdict(on row: Row, in blobs: any BlobStore) -> String {
        guard let (etag, size, body) = row.body else { return "" }
        do {
            let bytes = try body.bytes(size, in: blobs)
            guard bytes.count == size else { return " OF \(bytes.count) BYTES" }
            return etag.hasPrefix(Hex.text(MD5Digest.of(bytes))) ? "" : " WITH OTHER BYTES"
        } catch { return " FAILS: \(error)" }
    }
}

extension ObjectReader {
    /// The versions, delete markers and current objects of a bucket.
    fileprivate func versionRows(_ bucket: BucketRecord) throws -> [StoreState.Row] {
        var current = Set(try objects(ListingQuery(bucket: bucket.name, limit: 1000)).items.map(\.key))
        var rows = try versions(ListingQuery(bucket: bucket.name, limit: 1000)).items.map { listed in
            let version = listed.version ?? "null", name = "\(bucket.name)/\(listed.key) version \(version)"
            let isCurrent = listed.isLatest && current.remove(listed.key) != nil
            var row = StoreState.Row(
                "\(name) of \(listed.object.modified.microseconds)\(isCurrent ? " is current" : "")")
            if listed.isDeleteMarker {
                row.text += " is a delete marker"
            } else if case .found(_, let object) = try self.object(
                listed.key, in: bucket.name, version: version, withBody: true)
            {
                row.text += " \(object.etag) \(object.tags.fields.map { "\($0.name)=\($0.value)" })"
                row.body = (object.etag, object.size, object.body)
            } else {
                row.text += " CANNOT BE FOUND"
            }
            return row
        }
        rows += current.sorted().map { StoreState.Row("\(bucket.name)/\($0) HAS NO VERSION") }
        return rows
    }

    fileprivate func uploadRows(_ bucket: BucketRecord) throws -> [StoreState.Row] {
        try uploads(ListingQuery(bucket: bucket.name, limit: 1000)).items.flatMap { upload in
            let name = "\(bucket.name)/\(upload.key) upload \(upload.id)"
            return try [StoreState.Row("\(name) of \(upload.initiated.microseconds)")]
                + parts(of: upload.id, after: 0, limit: 1000).map { part in
                    var row = StoreState.Row("\(name) part \(part.number) \(part.etag) \(part.modified.microseconds)")
                    row.body = (part.etag, part.size, part.body)
                    return row
                }
        }
    }
}

extension StoredBody {
    /// All bytes, wherever they are.
    func bytes(_ size: Int64, in blobs: any BlobStore) throws -> [UInt8] {
        struct Unread: Error {}
        switch self {
        case .inline(let bytes): return bytes
        case .blob(let blob): return try readAll(blobs.body(of: blob, range: 0..<size, size: size))
        case .unread: throw Unread()
        }
    }
}
