// Reading the object index from SQLite.

internal import Digests
internal import Kernel
internal import SQLite

/// Reads rows over one connection. The two statements of GET and HEAD are held on to; the others are looked up by text.
final class SQLiteObjectReader: ObjectReader {
    private let connection: Connection
    private var objectWithBody: Statement?
    private var objectWithoutBody: Statement?
    /// The bucket of the latest lookup and its id: mostly the next one's, too.
    private var latestBucket: (id: Int64, record: BucketRecord)?

    init(_ connection: Connection) { self.connection = connection }

    private static let objectColumns = """
        b.name, b.account, b.region, b.created, b.id, o.etag, o.size, o.modified, o.version, o.storage_class,
        o.checksum_algorithm, o.checksum, o.checksum_parts, o.fields, o.tags, o.parts, o.blob
        """
    private static let objectSQL = """
        SELECT \(objectColumns) FROM buckets b
        LEFT JOIN objects o ON o.bucket = b.id AND o.key = ?2 WHERE b.name = ?1
        """
    private static let objectWithBodySQL = """
        SELECT \(objectColumns), s.bytes FROM buckets b
        LEFT JOIN objects o ON o.bucket = b.id AND o.key = ?2 LEFT JOIN bodies s ON s.id = o.body WHERE b.name = ?1
        """

    func object(_ key: String, in bucket: String, withBody: Bool) throws -> ObjectLookup {
        let statement = try objectStatement(withBody: withBody)
        defer { statement.reset() }
        try statement.bind(bucket, at: 1)
        try statement.bind(key, at: 2)
        guard try statement.step() else { return .noBucket }
        let row = statement.row, bucket = rememberedBucket(row)
        guard !row.isNull(5) else { return .noObject(bucket) }
        return .found(bucket, ObjectRecord(row, from: 5, bytes: withBody ? 17 : nil))
    }

    private func rememberedBucket(_ row: Row) -> BucketRecord {
        let id = row.integer(4)
        if let latestBucket, latestBucket.id == id { return latestBucket.record }
        let record = BucketRecord(row)
        latestBucket = (id, record)
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
            "SELECT name, account, region, created FROM buckets WHERE name = :name", [":name": name], BucketRecord.init)
    }

    func buckets(
        ownedBy account: AccountID, after name: String?, prefix: String, limit: Int
    ) throws -> [BucketRecord] {
        try connection.all(
            """
            SELECT name, account, region, created FROM buckets
            WHERE account = :account AND name > :after AND substr(name, 1, length(:prefix)) = :prefix
            ORDER BY name LIMIT :limit
            """, [":account": account.description, ":after": name ?? "", ":prefix": prefix, ":limit": limit],
            BucketRecord.init)
    }

    func bucketOwners() throws -> [AccountID] {
        try connection.all("SELECT DISTINCT account FROM buckets ORDER BY account", [:]) { AccountID($0.text(0)) }
            .compactMap { $0 }
    }

    func configuration(_ kind: String, of bucket: String) throws -> [UInt8]? {
        try connection.first(
            """
            SELECT c.document FROM buckets b JOIN bucket_configurations c ON c.bucket = b.id
            WHERE b.name = :bucket AND c.kind = :kind
            """, [":bucket": bucket, ":kind": kind]
        ) { $0.blob(0) }
    }

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

    private static let listedColumns = """
        key, etag, size, modified, storage_class, checksum_algorithm, checksum_parts IS NOT NULL
        """
    private static let objectsFromSQL = """
        SELECT \(listedColumns) FROM objects
        WHERE bucket = :bucket AND key >= :bound AND (:end IS NULL OR key < :end) ORDER BY key
        """
    private static let objectsAfterSQL = """
        SELECT \(listedColumns) FROM objects
        WHERE bucket = :bucket AND key > :bound AND (:end IS NULL OR key < :end) ORDER BY key
        """

    // MARK: Uploads

    static let uploadColumns = """
        u.id, b.name, u.key, u.initiated, u.initiator, u.storage_class, u.checksum_algorithm, u.checksum_composite,
        u.fields, u.tags
        """

    func upload(_ id: String) throws -> UploadRecord? {
        try connection.first(
            "SELECT \(Self.uploadColumns) FROM uploads u JOIN buckets b ON b.id = u.bucket WHERE u.id = :id",
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
                SELECT \(Self.uploadColumns) FROM uploads u JOIN buckets b ON b.id = u.bucket
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
            """, [":blob": blob.text]
        ) { $0.bool(0) } ?? false
    }
}
