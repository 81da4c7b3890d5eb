// One change to the tables, inside the writer's transaction: expectations first, then rows, then what lost its last
// row.

internal import Digests
internal import Kernel
internal import SQLite

struct ObjectTables {
    let connection: Connection
    /// For the ids of versions.
    let entropy: any Entropy
    let events: EventTable
    var outcome = ChangeOutcome()

    init(_ connection: Connection, _ entropy: any Entropy, _ events: EventTable) {
        self.connection = connection
        self.entropy = entropy
        self.events = events
    }

    mutating func apply(_ change: ObjectChange) throws {
        switch change {
        case .createBucket(let bucket, let limit): try createBucket(bucket, limit: limit)
        case .deleteBucket(let bucket): try deleteBucket(bucket)
        case .configure(let bucket, let kind, let document):
            let bucket = try require(bucket)
            try configure(bucket, kind, document)
            try announce(AnnouncedChange(), in: bucket)
        case .setVersioning(let bucket, let versioning, let allowsLocks):
            try setVersioning(versioning, allowsLocks: allowsLocks, of: require(bucket))
        case .put(let bucket, let writes):
            let bucket = try require(bucket)
            for (place, write) in writes.enumerated() { try put(write, in: bucket, at: place) }
        case .delete(let bucket, let removals, let now): try delete(removals, in: require(bucket), at: now)
        case .copy(let copy): try self.copy(copy)
        case .amend(let bucket, let key, let version, let amendment):
            try amend(key, version, amendment, in: require(bucket))
        case .createUpload(let bucket, let upload): try createUpload(upload, in: require(bucket))
        case .putPart(let upload, let part): try putPart(part, of: require(upload).upload)
        case .completeUpload(let upload, let parts, let write): try complete(upload, parts, write)
        case .abortUpload(let upload): try removeUpload(require(upload).upload)
        }
    }

    // MARK: Buckets

    /// What a change needs to know of its bucket.
    struct BucketRow {
        var id: Int64, versioning: BucketRecord.Versioning, announcer: ChangeAnnouncer?
    }

    /// Keeps the events of a change for whoever wants them.
    func announce(_ change: @autoclosure () -> AnnouncedChange, in bucket: BucketRow) throws {
        guard let announcer = bucket.announcer else { return }
        try events.append(change(), announcer, connection)
    }

    /// The row of a bucket that exists and belongs to whom it must.
    func require(_ bucket: BucketReference) throws -> BucketRow {
        let found = try connection.first(
            "SELECT id, account, versioning, plain FROM buckets WHERE name = :name", [":name": bucket.name]
        ) {
            (
                row: BucketRow(
                    id: $0.integer(0), versioning: BucketRecord.Versioning(rawValue: $0.int(2)) ?? .never,
                    announcer: bucket.announcer),
                owner: $0.text(1), isPlain: $0.bool(3)
            )
        }
        guard let found else { throw IndexRefusal.noBucket }
        guard found.owner == bucket.owner.description else { throw IndexRefusal.otherOwner }
        guard found.isPlain || !bucket.isPlain else { throw IndexRefusal.notPlain }
        return found.row
    }

    private func createBucket(_ bucket: BucketRecord, limit: Int) throws {
        let existing = try connection.first(
            "SELECT \(BucketRecord.columns) FROM buckets b WHERE name = :name", [":name": bucket.name],
            BucketRecord.init)
        if let existing { throw IndexRefusal.bucketExists(existing) }
        let count = try connection.first(
            "SELECT count(*) FROM buckets WHERE account = :account", [":account": bucket.owner.description]
        ) { $0.int(0) }
        guard count ?? 0 < limit else { throw IndexRefusal.tooManyBuckets }
        try connection.execute(
            """
            INSERT INTO buckets(name, account, region, created, versioning, lock, region_alias)
            VALUES(:name, :account, :region, :created, :versioning, :lock, :alias)
            """,
            [
                ":name": bucket.name, ":account": bucket.owner.description, ":region": bucket.region.description,
                ":created": bucket.created, ":versioning": bucket.versioning.rawValue, ":lock": bucket.allowsLocks,
                ":alias": bucket.regionAlias,
            ])
        let row = BucketRow(id: connection.lastInsertedRow, versioning: bucket.versioning, announcer: nil)
        for kind in BucketDocument.allCases {
            if let document = bucket.documents[kind] { try configure(row, kind, document) }
        }
    }

    private mutating func deleteBucket(_ bucket: BucketReference) throws {
        let id = try require(bucket).id
        let isInUse = try connection.first(
            """
            SELECT EXISTS(SELECT 1 FROM objects WHERE bucket = :bucket)
                OR EXISTS(SELECT 1 FROM versions WHERE bucket = :bucket)
            """, [":bucket": id]
        ) { $0.bool(0) }
        guard isInUse == false else { throw IndexRefusal.bucketNotEmpty }
        let uploads = try connection.all("SELECT id FROM uploads WHERE bucket = :bucket", [":bucket": id]) {
            $0.text(0)
        }
        for upload in uploads { try removeUpload(upload) }
        try connection.execute("DELETE FROM buckets WHERE id = :bucket", [":bucket": id])
    }

    private func configure(_ bucket: BucketRow, _ kind: BucketDocument, _ document: [UInt8]?) throws {
        if let document {
            try connection.execute(
                """
                INSERT INTO bucket_configurations(bucket, kind, document) VALUES(:bucket, :kind, :document)
                ON CONFLICT DO UPDATE SET document = :document
                """, [":bucket": bucket.id, ":kind": kind.rawValue, ":document": document])
        } else {
            try connection.execute(
                "DELETE FROM bucket_configurations WHERE bucket = :bucket AND kind = :kind",
                [":bucket": bucket.id, ":kind": kind.rawValue])
        }
        var isPlain = true
        try connection.forEach(
            "SELECT kind FROM bucket_configurations WHERE bucket = :bucket", [":bucket": bucket.id]
        ) { row in
            if BucketDocument(rawValue: row.text(0))?.bearsOnWrites == true { isPlain = false }
            return isPlain
        }
        try connection.execute(
            "UPDATE buckets SET revision = revision + 1, plain = :plain WHERE id = :bucket",
            [":plain": isPlain, ":bucket": bucket.id])
    }

    private func setVersioning(
        _ versioning: BucketRecord.Versioning, allowsLocks: Bool, of bucket: BucketRow
    ) throws {
        try connection.execute(
            """
            UPDATE buckets SET versioning = :versioning, lock = max(lock, :lock), revision = revision + 1
            WHERE id = :bucket
            """, [":versioning": versioning.rawValue, ":lock": allowsLocks, ":bucket": bucket.id])
    }

    // MARK: Objects

    /// What a row that is about to change says.
    struct Existing {
        var etag: String, size: Int64, modified: Instant, version: String?, body: Int64?, blob: BlobID?

        static let columns = "etag, modified, version, body, blob, size"

        init(_ row: Row) { self.init(row, from: 0) }

        init(_ row: Row, from first: Int) {
            etag = row.text(first)
            modified = row.instant(first + 1)
            version = row.optionalText(first + 2)
            body = row.optionalInteger(first + 3)
            blob = row.optionalText(first + 4).map(BlobID.init)
            size = row.integer(first + 5)
        }
    }

    func existing(_ key: String, in bucket: BucketRow) throws -> Existing? {
        try connection.first(
            "SELECT \(Existing.columns) FROM objects WHERE bucket = :bucket AND key = :key",
            [":bucket": bucket.id, ":key": key], Existing.init)
    }

    func check(_ expectation: ObjectExpectation, _ existing: Existing?) throws {
        switch expectation {
        case .anything: return
        case .absent: if existing != nil { throw IndexRefusal.objectExists }
        case .present: if existing == nil { throw IndexRefusal.noObject }
        case .etag(let tags):
            guard let existing else { throw IndexRefusal.noObject }
            guard tags.contains(existing.etag) else { throw IndexRefusal.otherObject }
        case .exactly(let etag, let modified):
            guard let existing else { throw IndexRefusal.noObject }
            guard existing.etag == etag, existing.modified == modified else { throw IndexRefusal.otherObject }
        }
    }

    mutating func put(_ write: ObjectWrite, in bucket: BucketRow, at place: Int = 0) throws {
        let existing = try existing(write.key, in: bucket)
        try check(write.expecting, existing)
        let room = try makeRoom(for: write, over: existing, in: bucket, at: place)
        let body = try keep(write.record.body, over: room.replaced?.body)
        try insert(write, room, in: bucket, body: body.row, blob: body.blob)
        try releaseUnlessShared(room.replaced?.blob, keeping: body.blob)
    }

    /// A place for a new current object: the version it gets, and what it replaces for good.
    private struct Room {
        var version: String?, ordinal: Int64?, replaced: Existing?
    }

    private mutating func makeRoom(
        for write: ObjectWrite, over existing: Existing?, in bucket: BucketRow, at place: Int
    ) throws -> Room {
        let now = write.record.modified
        switch bucket.versioning {
        case .never: return Room(replaced: existing)
        case .enabled:
            try setAside(write.key, hasCurrent: existing != nil, in: bucket, at: now)
            let ordinal = try nextOrdinal(of: write.key, in: bucket), version = newVersion(ordinal)
            outcome.versions[place] = .init(version: version, isDeleteMarker: false)
            return Room(version: version, ordinal: ordinal)
        case .suspended:
            outcome.versions[place] = .init(version: "null", isDeleteMarker: false)
            let replaced: Existing?
            if let existing, existing.version == nil {
                replaced = existing
            } else {
                try setAside(write.key, hasCurrent: existing != nil, in: bucket, at: now)
                replaced = try takeEarlierVersion(nil, of: write.key, in: bucket)
            }
            return Room(ordinal: try nextOrdinal(of: write.key, in: bucket), replaced: replaced)
        }
    }

    private func insert(
        _ write: ObjectWrite, _ room: Room, in bucket: BucketRow, body: Int64?, blob: BlobID?
    ) throws {
        let record = write.record
        try connection.execute(
            """
            INSERT OR REPLACE INTO objects(bucket, key, version, etag, size, modified, storage_class,
                checksum_algorithm, checksum, checksum_parts, fields, tags, parts, body, blob,
                owner, acl, lock_mode, lock_until, lock_hold, ordinal)
            VALUES(:bucket, :key, :version, :etag, :size, :modified, :class,
                :algorithm, :checksum, :checksumParts, :fields, :tags, :parts, :body, :blob,
                :owner, :acl, :mode, :until, :hold, :ordinal)
            """,
            [
                ":bucket": bucket.id, ":key": write.key, ":version": room.version, ":ordinal": room.ordinal,
                ":etag": record.etag,
                ":size": record.size, ":modified": record.modified, ":class": record.storageClass,
                ":algorithm": record.checksum?.checksum.algorithm.rawValue,
                ":checksum": record.checksum?.checksum.bytes, ":checksumParts": record.checksum?.compositeParts,
                ":fields": record.fields.text, ":tags": record.tags.text, ":parts": record.parts.text,
                ":body": body, ":blob": blob?.text, ":owner": record.owner?.description,
                ":acl": record.grants.text, ":mode": record.lock.mode, ":until": record.lock.until,
                ":hold": record.lock.isHeld,
            ])
        try announce(
            AnnouncedChange(key: write.key, etag: record.etag, size: record.size, version: room.version), in: bucket)
    }

    private mutating func copy(_ copy: ObjectCopy) throws {
        let from = try require(copy.source), to = try require(copy.destination)
        guard let source = try find(copy.sourceKey, copy.sourceVersion, in: from) else { throw IndexRefusal.noObject }
        guard source.etag == copy.sourceETag, source.modified == copy.sourceModified else {
            throw IndexRefusal.otherObject
        }
        let existing = try existing(copy.write.key, in: to)
        try check(copy.write.expecting, existing)
        let room = try makeRoom(for: copy.write, over: existing, in: to, at: 0)
        var body = source.body
        // An object that is copied onto itself stays where it is.
        if body != room.replaced?.body {
            if let row = source.body {
                try connection.execute(
                    "INSERT INTO bodies(bytes) SELECT bytes FROM bodies WHERE id = :id", [":id": row])
                body = connection.lastInsertedRow
            }
            try drop(room.replaced?.body)
        }
        try insert(copy.write, room, in: to, body: body, blob: source.blob)
        try releaseUnlessShared(room.replaced?.blob, keeping: source.blob)
    }

    /// An object by the name of its version: nil is the current one, `null` the null version.
    private func find(_ key: String, _ version: String?, in bucket: BucketRow) throws -> Existing? {
        let current = try existing(key, in: bucket)
        guard let version, version != current.map({ $0.version ?? "null" }) else { return current }
        return try connection.first(
            """
            SELECT \(Existing.columns) FROM versions
            WHERE bucket = :bucket AND key = :key AND version IS :version AND NOT marker
            """, [":bucket": bucket.id, ":key": key, ":version": version == "null" ? nil : version], Existing.init)
    }

    private func amend(
        _ key: String, _ version: String?, _ amendment: ObjectAmendment, in bucket: BucketRow
    ) throws {
        let current = try existing(key, in: bucket)
        let isCurrent = current != nil && (version == nil || version == current?.version ?? "null")
        guard isCurrent || version != nil else { throw IndexRefusal.noObject }
        let id = isCurrent ? current?.version : version == "null" ? nil : version
        let table = isCurrent ? "objects" : "versions"
        let place =
            "WHERE bucket = :bucket AND key = :key AND version IS :version" + (isCurrent ? "" : " AND NOT marker")
        var changed = 0
        switch amendment {
        case .tags(let tags):
            changed = try connection.execute(
                "UPDATE \(table) SET tags = :tags \(place)",
                [":tags": tags.text, ":bucket": bucket.id, ":key": key, ":version": id])
        case .grants(let grants):
            changed = try connection.execute(
                "UPDATE \(table) SET acl = :acl \(place)",
                [":acl": grants.text, ":bucket": bucket.id, ":key": key, ":version": id])
        case .lock(let lock, let expected):
            let found = try connection.first(
                "SELECT lock_mode, lock_until, lock_hold FROM \(table) \(place)",
                [":bucket": bucket.id, ":key": key, ":version": id]
            ) { ObjectLock($0, from: 0) }
            guard found == nil || found == expected else { throw IndexRefusal.otherObject }
            changed = try connection.execute(
                "UPDATE \(table) SET lock_mode = :mode, lock_until = :until, lock_hold = :hold \(place)",
                [
                    ":mode": lock.mode, ":until": lock.until, ":hold": lock.isHeld, ":bucket": bucket.id, ":key": key,
                    ":version": id,
                ])
        }
        guard changed == 1 else { throw IndexRefusal.noObject }
        guard bucket.announcer != nil, let amended = try find(key, version, in: bucket) else { return }
        try announce(
            AnnouncedChange(key: key, etag: amended.etag, size: amended.size, version: amended.version), in: bucket)
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
