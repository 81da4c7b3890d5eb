// One change to the tables, inside the writer's transaction: expectations first, then rows, then what lost its last
// row.

internal import Digests
internal import Kernel
internal import SQLite

struct ObjectTables {
    let connection: Connection
    var outcome = ChangeOutcome()

    init(_ connection: Connection) { self.connection = connection }

    mutating func apply(_ change: ObjectChange) throws {
        switch change {
        case .createBucket(let bucket, let limit): try createBucket(bucket, limit: limit)
        case .deleteBucket(let bucket): try deleteBucket(bucket)
        case .configure(let bucket, let kind, let document): try configure(bucket, kind, document)
        case .put(let bucket, let writes):
            let id = try require(bucket)
            for write in writes { try put(write, in: id) }
        case .delete(let bucket, let removals): try delete(removals, in: require(bucket))
        case .copy(let copy): try self.copy(copy)
        case .tag(let bucket, let key, let tags): try tag(key, tags, in: require(bucket))
        case .createUpload(let bucket, let upload): try createUpload(upload, in: require(bucket))
        case .putPart(let upload, let part): try putPart(part, of: require(upload).upload)
        case .completeUpload(let upload, let parts, let write): try complete(upload, parts, write)
        case .abortUpload(let upload): try removeUpload(require(upload).upload)
        }
    }

    // MARK: Buckets

    /// The row of a bucket that exists and belongs to whom it must.
    func require(_ bucket: BucketReference) throws -> Int64 {
        let found = try connection.first(
            "SELECT id, account FROM buckets WHERE name = :name", [":name": bucket.name]
        ) { (id: $0.integer(0), owner: $0.text(1)) }
        guard let found else { throw IndexRefusal.noBucket }
        guard found.owner == bucket.owner.description else { throw IndexRefusal.otherOwner }
        return found.id
    }

    private func createBucket(_ bucket: BucketRecord, limit: Int) throws {
        let existing = try connection.first(
            "SELECT name, account, region, created FROM buckets WHERE name = :name", [":name": bucket.name],
            BucketRecord.init)
        if let existing { throw IndexRefusal.bucketExists(existing) }
        let count = try connection.first(
            "SELECT count(*) FROM buckets WHERE account = :account", [":account": bucket.owner.description]
        ) { $0.int(0) }
        guard count ?? 0 < limit else { throw IndexRefusal.tooManyBuckets }
        try connection.execute(
            "INSERT INTO buckets(name, account, region, created) VALUES(:name, :account, :region, :created)",
            [
                ":name": bucket.name, ":account": bucket.owner.description, ":region": bucket.region.description,
                ":created": bucket.created,
            ])
    }

    private mutating func deleteBucket(_ bucket: BucketReference) throws {
        let id = try require(bucket)
        let isInUse = try connection.first(
            "SELECT EXISTS(SELECT 1 FROM objects WHERE bucket = :bucket)", [":bucket": id]
        ) { $0.bool(0) }
        guard isInUse == false else { throw IndexRefusal.bucketNotEmpty }
        let uploads = try connection.all("SELECT id FROM uploads WHERE bucket = :bucket", [":bucket": id]) {
            $0.text(0)
        }
        for upload in uploads { try removeUpload(upload) }
        try connection.execute("DELETE FROM buckets WHERE id = :bucket", [":bucket": id])
    }

    private func configure(_ bucket: BucketReference, _ kind: String, _ document: [UInt8]?) throws {
        let id = try require(bucket)
        guard let document else {
            try connection.execute(
                "DELETE FROM bucket_configurations WHERE bucket = :bucket AND kind = :kind",
                [":bucket": id, ":kind": kind])
            return
        }
        try connection.execute(
            """
            INSERT INTO bucket_configurations(bucket, kind, document) VALUES(:bucket, :kind, :document)
            ON CONFLICT DO UPDATE SET document = :document
            """, [":bucket": id, ":kind": kind, ":document": document])
    }

    // MARK: Objects

    /// What a row that is about to change says.
    struct Existing {
        var etag: String, modified: Instant, body: Int64?, blob: BlobID?
    }

    func existing(_ key: String, in bucket: Int64) throws -> Existing? {
        try connection.first(
            "SELECT etag, modified, body, blob FROM objects WHERE bucket = :bucket AND key = :key",
            [":bucket": bucket, ":key": key]
        ) {
            Existing(
                etag: $0.text(0), modified: $0.instant(1), body: $0.optionalInteger(2),
                blob: $0.optionalText(3).map(BlobID.init))
        }
    }

    func check(_ expectation: ObjectExpectation, _ existing: Existing?) throws {
        switch expectation {
        case .anything: return
        case .absent: if existing != nil { throw IndexRefusal.objectExists }
        case .present: if existing == nil { throw IndexRefusal.noObject }
        case .etag(let tags):
            guard let existing else { throw IndexRefusal.noObject }
            guard tags.contains(existing.etag) else { throw IndexRefusal.otherObject }
        }
    }

    mutating func put(_ write: ObjectWrite, in bucket: Int64) throws {
        let existing = try existing(write.key, in: bucket)
        try check(write.expecting, existing)
        let body = try keep(write.record.body, over: existing?.body)
        try insert(write.key, write.record, in: bucket, body: body.row, blob: body.blob)
        try releaseUnlessShared(existing?.blob, keeping: body.blob)
    }

    private func insert(
        _ key: String, _ record: ObjectRecord, in bucket: Int64, body: Int64?, blob: BlobID?
    ) throws {
        try connection.execute(
            """
            INSERT OR REPLACE INTO objects(bucket, key, version, etag, size, modified, storage_class,
                checksum_algorithm, checksum, checksum_parts, fields, tags, parts, body, blob)
            VALUES(:bucket, :key, :version, :etag, :size, :modified, :class,
                :algorithm, :checksum, :checksumParts, :fields, :tags, :parts, :body, :blob)
            """,
            [
                ":bucket": bucket, ":key": key, ":version": record.version, ":etag": record.etag, ":size": record.size,
                ":modified": record.modified, ":class": record.storageClass,
                ":algorithm": record.checksum?.checksum.algorithm.rawValue,
                ":checksum": record.checksum?.checksum.bytes, ":checksumParts": record.checksum?.compositeParts,
                ":fields": record.fields.text, ":tags": record.tags.text, ":parts": record.parts.text,
                ":body": body, ":blob": blob?.text,
            ])
    }

    private mutating func delete(_ removals: [ObjectRemoval], in bucket: Int64) throws {
        for (place, removal) in removals.enumerated() {
            let existing = try existing(removal.key, in: bucket)
            do { try check(removal.expecting, existing) } catch let refusal as IndexRefusal {
                outcome.refusals[place] = refusal
                continue
            }
            guard let existing else { continue }
            try connection.execute(
                "DELETE FROM objects WHERE bucket = :bucket AND key = :key", [":bucket": bucket, ":key": removal.key])
            try drop(existing.body)
            try releaseUnlessShared(existing.blob)
        }
    }

    private mutating func copy(_ copy: ObjectCopy) throws {
        let from = try require(copy.source), to = try require(copy.destination)
        guard let source = try existing(copy.sourceKey, in: from) else { throw IndexRefusal.noObject }
        guard source.etag == copy.sourceETag, source.modified == copy.sourceModified else {
            throw IndexRefusal.otherObject
        }
        let existing = try existing(copy.write.key, in: to)
        try check(copy.write.expecting, existing)
        var body = source.body
        if from == to, copy.sourceKey.utf8.elementsEqual(copy.write.key.utf8) {
            body = existing?.body
        } else {
            try drop(existing?.body)
            if let row = source.body {
                try connection.execute(
                    "INSERT INTO bodies(bytes) SELECT bytes FROM bodies WHERE id = :id", [":id": row])
                body = connection.lastInsertedRow
            }
        }
        try insert(copy.write.key, copy.write.record, in: to, body: body, blob: source.blob)
        try releaseUnlessShared(existing?.blob, keeping: source.blob)
    }

    private func tag(_ key: String, _ tags: FieldList, in bucket: Int64) throws {
        let changed = try connection.execute(
            "UPDATE objects SET tags = :tags WHERE bucket = :bucket AND key = :key",
            [":tags": tags.text, ":bucket": bucket, ":key": key])
        guard changed == 1 else { throw IndexRefusal.noObject }
    }

    // MARK: Bodies

    /// Keeps a body, in the row of the one it replaces where there is one; says where it is now.
    mutating func keep(_ body: StoredBody, over replaced: Int64?) throws -> (row: Int64?, blob: BlobID?) {
        switch body {
        case .inline(let bytes) where !bytes.isEmpty:
            guard let replaced else {
                try connection.execute("INSERT INTO bodies(bytes) VALUES(:bytes)", [":bytes": bytes])
                return (connection.lastInsertedRow, nil)
            }
            try connection.execute(
                "UPDATE bodies SET bytes = :bytes WHERE id = :id", [":bytes": bytes, ":id": replaced])
            return (replaced, nil)
        case .inline:
            try drop(replaced)
            return (nil, nil)
        case .blob(let blob):
            try drop(replaced)
            return (nil, blob)
        case .unread: preconditionFailure("A body that was not read cannot be kept")
        }
    }

    func drop(_ body: Int64?) throws {
        guard let body else { return }
        try connection.execute("DELETE FROM bodies WHERE id = :id", [":id": body])
    }

    /// Notes a blob that has lost a row, unless another row still names it.
    mutating func releaseUnlessShared(_ blob: BlobID?, keeping kept: BlobID? = nil) throws {
        guard let blob, blob != kept, try !connection.isReferenced(blob) else { return }
        outcome.released.append(blob)
    }
}
