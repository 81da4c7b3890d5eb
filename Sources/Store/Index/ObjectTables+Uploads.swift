// Multipart uploads in the tables.

internal import Digests
internal import Kernel
internal import SQLite

extension ObjectTables {
    /// The ids of an upload that exists where it must.
    func require(_ reference: UploadReference) throws -> (upload: String, bucket: BucketRow) {
        let bucket = try require(reference.bucket)
        let isThere = try connection.first(
            "SELECT 1 FROM uploads WHERE id = :id AND bucket = :bucket AND key = :key",
            [":id": reference.id, ":bucket": bucket.id, ":key": reference.key]
        ) { _ in true }
        guard isThere == true else { throw IndexRefusal.noUpload }
        return (reference.id, bucket)
    }

    func createUpload(_ upload: UploadRecord, in bucket: BucketRow) throws {
        try connection.execute(
            """
            INSERT INTO uploads(id, bucket, key, initiated, initiator, storage_class, checksum_algorithm,
                checksum_composite, fields, tags, owner, acl, lock_mode, lock_until, lock_hold)
            VALUES(:id, :bucket, :key, :initiated, :initiator, :class, :algorithm, :composite, :fields, :tags,
                :owner, :acl, :mode, :until, :hold)
            """,
            [
                ":id": upload.id, ":bucket": bucket.id, ":key": upload.key, ":initiated": upload.initiated,
                ":initiator": upload.initiator.description, ":class": upload.storageClass,
                ":algorithm": upload.checksumAlgorithm?.rawValue, ":composite": upload.isCompositeChecksum,
                ":fields": upload.fields.text, ":tags": upload.tags.text, ":owner": upload.owner?.description,
                ":acl": upload.grants.text, ":mode": upload.lock.mode, ":until": upload.lock.until,
                ":hold": upload.lock.isHeld,
            ])
    }

    mutating func putPart(_ part: PartRecord, of upload: String) throws {
        let existing = try connection.first(
            "SELECT body, blob FROM parts WHERE upload = :upload AND number = :number",
            [":upload": upload, ":number": part.number]
        ) { (body: $0.optionalInteger(0), blob: $0.optionalText(1).map(BlobID.init)) }
        let body = try keep(part.body, over: existing?.body)
        try connection.execute(
            """
            INSERT OR REPLACE INTO parts(upload, number, etag, size, modified, checksum_algorithm, checksum, body, blob)
            VALUES(:upload, :number, :etag, :size, :modified, :algorithm, :checksum, :body, :blob)
            """,
            [
                ":upload": upload, ":number": part.number, ":etag": part.etag, ":size": part.size,
                ":modified": part.modified, ":algorithm": part.checksum?.algorithm.rawValue,
                ":checksum": part.checksum?.bytes, ":body": body.row, ":blob": body.blob?.text,
            ])
        try releaseUnlessShared(existing?.blob, keeping: body.blob)
    }

    mutating func complete(_ reference: UploadReference, _ parts: [PartRecord], _ write: ObjectWrite) throws {
        let (upload, bucket) = try require(reference)
        for part in parts {
            let isSame = try connection.first(
                """
                SELECT etag = :etag AND size = :size AND modified = :modified AND blob IS :blob FROM parts
                WHERE upload = :upload AND number = :number
                """,
                [
                    ":etag": part.etag, ":size": part.size, ":modified": part.modified, ":upload": upload,
                    ":number": part.number, ":blob": part.body.blob?.text,
                ]
            ) { $0.bool(0) }
            guard isSame == true else { throw IndexRefusal.otherParts }
        }
        try put(write, in: bucket)
        // The object may have taken over a part's blob: it has its row by now and keeps it.
        try removeUpload(upload)
    }

    mutating func removeUpload(_ upload: String) throws {
        let bodies = try connection.all("SELECT body, blob FROM parts WHERE upload = :upload", [":upload": upload]) {
            (body: $0.optionalInteger(0), blob: $0.optionalText(1).map(BlobID.init))
        }
        try connection.execute("DELETE FROM parts WHERE upload = :upload", [":upload": upload])
        try connection.execute("DELETE FROM uploads WHERE id = :upload", [":upload": upload])
        for (body, blob) in bodies {
            try drop(body)
            try releaseUnlessShared(blob)
        }
    }
}
