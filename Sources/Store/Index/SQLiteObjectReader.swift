// Reading the object index from SQLite.

internal import Digests
internal import Kernel
internal import SQLite

/// Reads rows over one connection. The two statements of GET and HEAD are held on to; the others are looked up by text.
final class SQLiteObjectReader: ObjectReader {
    private let connection: Connection
    private var objectWithBody: Statement?
    private var objectWithoutBody: Statement?
    /// The bucket of the latest lookup: mostly the next one's, too.
    private var latestBucket: BucketRecord?
    /// Buckets of earlier lookups, with their documents, by id.
    private var buckets: [Int64: BucketRecord] = [:]
    /// Most buckets that are remembered.
    private static let mostBuckets = 64

    init(_ connection: Connection) { self.connection = connection }

    private static let objectColumns = "\(BucketRecord.columns), \(ObjectRecord.columns)"
    private static let objectFrom = """
        FROM buckets b LEFT JOIN objects o ON o.bucket = b.id AND o.key = ?2
        """
    private static let objectSQL = "SELECT \(objectColumns) \(objectFrom) WHERE b.name = ?1"
    private static let objectWithBodySQL = """
        SELECT \(objectColumns), s.bytes \(objectFrom) LEFT JOIN bodies s ON s.id = o.body WHERE b.name = ?1
        """

    func object(_ key: String, in bucket: String, version: String?, withBody: Bool) throws -> ObjectLookup {
        let latest = try latestObject(key, in: bucket, withBody: withBody)
        switch latest {
        case .found(_, let object) where version == nil || version == object.version ?? "null": return latest
        case .noBucket, .deleted: return latest
        case .found(let bucket, _), .noObject(let bucket):
            if version == nil, bucket.versioning == .never { return latest }
            return try earlierVersion(of: key, in: bucket, version, withBody: withBody)
        }
    }

    private func latestObject(_ key: String, in bucket: String, withBody: Bool) throws -> ObjectLookup {
        let statement = try objectStatement(withBody: withBody)
        defer { statement.reset() }
        try statement.bind(bucket, at: 1)
        try statement.bind(key, at: 2)
        guard try statement.step() else { return .noBucket }
        let row = statement.row, bucket = try remembered(row), first = BucketRecord.columnCount
        guard !row.isNull(first) else { return .noObject(bucket) }
        return .found(
            bucket, ObjectRecord(row, from: first, bytes: withBody ? first + ObjectRecord.columnCount : nil))
    }

    /// A version that is not current, or the delete marker that is the latest of a key.
    private func earlierVersion(
        of key: String, in bucket: BucketRecord, _ version: String?, withBody: Bool
    ) throws -> ObjectLookup {
        let condition = version == nil ? "o.superseded IS NULL AND o.marker" : "o.version IS :version"
        let found = try connection.first(
            """
            SELECT o.marker, \(ObjectRecord.columns), s.bytes FROM versions o LEFT JOIN bodies s ON s.id = o.body
            WHERE o.bucket = :bucket AND o.key = :key AND \(condition)
            """,
            version == nil
                ? [":bucket": bucket.id, ":key": key]
                : [":bucket": bucket.id, ":key": key, ":version": version == "null" ? nil : version]
        ) { row in
            let object = ObjectRecord(row, from: 1, bytes: withBody ? 1 + ObjectRecord.columnCount : nil)
            return row.bool(0)
                ? ObjectLookup.deleted(bucket, DeleteMarker(version: object.version, modified: object.modified))
                : .found(bucket, object)
        }
        return found ?? .noObject(bucket)
    }

    /// The bucket of a row, with its documents; they are only read where the bucket has changed.
    private func remembered(_ row: Row) throws -> BucketRecord {
        let id = row.integer(BucketRecord.idColumn), revision = row.integer(BucketRecord.revisionColumn)
        if let latestBucket, latestBucket.id == id, latestBucket.revision == revision { return latestBucket }
        if let known = buckets[id], known.revision == revision {
            latestBucket = known
            return known
        }
        var record = BucketRecord(row)
        try connection.forEach(
            "SELECT kind, document FROM bucket_configurations WHERE bucket = :bucket", [":bucket": id]
        ) { row in
            if let kind = BucketDocument(rawValue: row.text(0)) { record.documents[kind] = row.blob(1) }
            return true
        }
        if buckets.count >= Self.mostBuckets { buckets = [:] }
        buckets[id] = record
        latestBucket = record
        return record
    }

    private func objectStatement(withBody: Bool) throws -> Statement {
        if let kept = withBody ? objectWithBody : objectWithoutBody { return kept }
        let made = try connection.statement(
            withBody ? SQLiteObjectReader.objectWithBodySQL : SQLiteObjectReader.objectSQL)
        if withBody { objectWithBody = made } else { objectWithoutBody = made }
        return made
    }

    func bucket(_ name: String) throws -> BucketRecord? {
        try connection.first(
            "SELECT \(BucketRecord.columns) FROM buckets b WHERE name = :name", [":name": name]
        ) { try remembered($0) }
    }

    func buckets(
        ownedBy account: AccountID, after name: String?, prefix: String, limit: Int
    ) throws -> [BucketRecord] {
        try connection.all(
            """
            SELECT \(BucketRecord.columns) FROM buckets b
            WHERE account = :account AND name > :after AND substr(name, 1, length(:prefix)) = :prefix
            ORDER BY name LIMIT :limit
            """, [":account": account.description, ":after": name ?? "", ":prefix": prefix, ":limit": limit],
            BucketRecord.init)
    }

    func bucketOwners() throws -> [AccountID] {
        try connection.all("SELECT DISTINCT account FROM buckets ORDER BY account", [:]) { AccountID($0.text(0)) }
            .compactMap { $0 }
    }

    func buckets(with document: BucketDocument) throws -> [BucketRecord] {
        let names = try connection.all(
            """
            SELECT b.name FROM bucket_configurations c JOIN buckets b ON b.id = c.bucket
            WHERE c.kind = :kind ORDER BY b.name
            """, [":kind": document.rawValue]
        ) { $0.text(0) }
        return try names.compactMap { try bucket($0) }
    }

    // MARK: Listings

    func objects(_ query: ListingQuery) throws -> ListingPage<ListedObject> {
        guard let bucket = try connection.bucketID(query.bucket) else { return ListingPage() }
        let end = ListingQuery.end(of: Array(query.prefix.utf8)).map(TextBytes.init)
        return try query.walk { bound, visit in
            // Two texts, so that the bound is a range of the key's order in both.
            let sql =
                bound.isInclusive
                ? SQLiteObjectReader.objectsFromSQL : SQLiteObjectReader.objectsAfterSQL
            try connection.forEach(sql, [":bucket": bucket, ":bound": TextBytes(bound.bytes), ":end": end]) { row in
                try visit(ListedObject(row))
            }
        }
    }

    private static let objectsFromSQL = """
        SELECT \(ListedObject.columns) FROM objects
        WHERE bucket = :bucket AND key >= :bound AND (:end IS NULL OR key < :end) ORDER BY key
        """
    private static let objectsAfterSQL = """
        SELECT \(ListedObject.columns) FROM objects
        WHERE bucket = :bucket AND key > :bound AND (:end IS NULL OR key < :end) ORDER BY key
        """

    func versions(_ query: ListingQuery) throws -> ListingPage<ListedVersion> {
        guard let bucket = try connection.bucketID(query.bucket) else { return ListingPage() }
        let end = ListingQuery.end(of: Array(query.prefix.utf8)).map(TextBytes.init)
        // Behind the marker itself only its older versions follow; behind any other bound, all of the key's.
        let marker = try markedOrdinal(query, in: bucket)
        return try query.walk { bound, visit in
            let older = bound.isInclusive ? nil : marker
            try connection.forEach(
                bound.isInclusive ? Self.versionsFromSQL : Self.versionsAfterSQL,
                bound.isInclusive
                    ? [":bucket": bucket, ":bound": TextBytes(bound.bytes), ":end": end]
                    : [":bucket": bucket, ":bound": TextBytes(bound.bytes), ":end": end, ":older": older ?? 0]
            ) { row in try visit(ListedVersion(row)) }
        }
    }

    /// Current objects come before all other versions of their key.
    private static let currentOrdinal = Int64.max
    private static let versionsFromSQL = versionsSQL("key >= :bound", "key >= :bound")
    private static let versionsAfterSQL = versionsSQL(
        "key > :bound", "key >= :bound AND (key > :bound OR ordinal < :older)")

    private static func versionsSQL(_ currentBound: String, _ versionBound: String) -> String {
        let rest = "(:end IS NULL OR key < :end)"
        return """
            SELECT \(ListedVersion.columns(superseded: "NULL", marker: "0")), \(currentOrdinal) AS ordinal FROM objects
            WHERE bucket = :bucket AND \(currentBound) AND \(rest)
            UNION ALL
            SELECT \(ListedVersion.columns(superseded: "superseded", marker: "marker")), ordinal FROM versions
            WHERE bucket = :bucket AND \(versionBound) AND \(rest)
            ORDER BY key, ordinal DESC
            """
    }

    /// The ordinal of the version that the query goes on after, also where that was deleted meanwhile; nil where it
    /// names none.
    private func markedOrdinal(_ query: ListingQuery, in bucket: Int64) throws -> Int64? {
        guard !query.versionMarker.isEmpty else { return nil }
        let found = try connection.first(
            """
            SELECT \(Self.currentOrdinal) FROM objects WHERE bucket = :bucket AND key = :key AND version IS :version
            UNION ALL
            SELECT ordinal FROM versions WHERE bucket = :bucket AND key = :key AND version IS :version
            """,
            [
                ":bucket": bucket, ":key": query.marker,
                ":version": query.versionMarker == "null" ? nil : query.versionMarker,
            ]
        ) { $0.integer(0) }
        // Of a null version that is gone nobody knows the place: nothing is left out where all are shown again.
        return found ?? VersionID.ordinal(of: query.versionMarker) ?? Self.currentOrdinal
    }

    // MARK: Uploads

    func upload(_ id: String) throws -> UploadRecord? {
        try connection.first(
            "SELECT \(UploadRecord.columns) FROM uploads u JOIN buckets b ON b.id = u.bucket WHERE u.id = :id",
            [":id": id], UploadRecord.init)
    }

    func parts(of upload: String, after number: Int, limit: Int) throws -> [PartRecord] {
        try connection.all(
            """
            SELECT \(Self.partColumns) FROM parts p LEFT JOIN bodies s ON s.id = p.body
            WHERE p.upload = :upload AND p.number > :after ORDER BY p.number LIMIT :limit
            """, [":upload": upload, ":after": number, ":limit": limit], PartRecord.init)
    }

    static let partColumns = "p.number, p.etag, p.size, p.modified, p.checksum_algorithm, p.checksum, p.blob, s.bytes"

    func uploads(_ query: ListingQuery) throws -> ListingPage<UploadRecord> {
        guard let bucket = try connection.bucketID(query.bucket) else { return ListingPage() }
        let end = ListingQuery.end(of: Array(query.prefix.utf8)).map(TextBytes.init)
        return try query.walk { bound, visit in
            // Behind the marker itself only its later uploads follow; behind any other bound, all of the key's.
            let isMarker = !bound.isInclusive && !query.uploadMarker.isEmpty
            try connection.forEach(
                """
                SELECT \(UploadRecord.columns) FROM uploads u JOIN buckets b ON b.id = u.bucket
                WHERE u.bucket = :bucket AND u.key >= :bound AND (:end IS NULL OR u.key < :end)
                    AND (:inclusive OR u.key > :bound OR u.id > :after)
                ORDER BY u.key, u.id
                """,
                [
                    ":bucket": bucket, ":bound": TextBytes(bound.bytes), ":end": end, ":inclusive": bound.isInclusive,
                    ":after": isMarker ? query.uploadMarker : nil,
                ]
            ) { row in try visit(UploadRecord(row)) }
        }
    }

    func unreferenced(among blobs: [BlobID]) throws -> [BlobID] {
        try blobs.filter { try !connection.isReferenced($0) }
    }
}

extension Connection {
    func bucketID(_ name: String) throws -> Int64? {
        try first("SELECT id FROM buckets WHERE name = :name", [":name": name]) { $0.integer(0) }
    }

    func isReferenced(_ blob: BlobID) throws -> Bool {
        try first(
            """
            SELECT EXISTS(SELECT 1 FROM objects WHERE blob = :blob) OR EXISTS(SELECT 1 FROM parts WHERE blob = :blob)
                OR EXISTS(SELECT 1 FROM versions WHERE blob = :blob)
            """, [":blob": blob.text]
        ) { $0.bool(0) } ?? false
    }
}
