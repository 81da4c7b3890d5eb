// How rows become values. The column orders are those of the statements in SQLiteObjectReader.

internal import Digests
internal import Kernel
internal import SQLite

extension BucketRecord {
    static let columns =
        "b.name, b.account, b.region, b.created, b.versioning, b.lock, b.id, b.revision, b.region_alias"
    static let columnCount = 9
    /// Places of the columns that tell whether a remembered record is still true.
    static let idColumn = 6, revisionColumn = 7

    /// Columns as in `columns`; the documents are left out.
    init(_ row: Row) {
        self.init(
            name: row.text(0), owner: AccountID(row.text(1)) ?? .standard, region: Region(row.text(2)) ?? .standard,
            created: row.instant(3))
        versioning = Versioning(rawValue: row.int(4)) ?? .never
        allowsLocks = row.bool(5)
        id = row.integer(6)
        revision = row.integer(7)
        regionAlias = row.optionalText(8)
    }
}

extension ObjectRecord {
    /// Columns of a current object (alias `o`) or a version, as the initialiser below reads them.
    static let columns = """
        o.etag, o.size, o.modified, o.version, o.storage_class, o.checksum_algorithm, o.checksum, o.checksum_parts,
        o.fields, o.tags, o.parts, o.blob, o.owner, o.acl, o.lock_mode, o.lock_until, o.lock_hold
        """
    static let columnCount = 17

    /// Columns as in `columns`, from `first` on. `bytes` is the column of the inline body; without it the body stays
    /// unread.
    init(_ row: Row, from first: Int, bytes: Int?) {
        let body: StoredBody =
            if !row.isNull(first + 11) {
                .blob(BlobID(row.text(first + 11)))
            } else if let bytes {
                .inline(row.blob(bytes))
            } else {
                .unread
            }
        self.init(
            etag: row.text(first), size: row.integer(first + 1), modified: row.instant(first + 2),
            version: row.optionalText(first + 3), storageClass: row.optionalText(first + 4),
            checksum: row.checksum(first + 5).map { StoredChecksum($0, compositeParts: row.optionalInt(first + 7)) },
            fields: row.withBytes(first + 8, FieldList.init(text:)),
            tags: row.withBytes(first + 9, FieldList.init(text:)),
            parts: PartLayout(text: row.optionalText(first + 10)), body: body)
        if !row.isNull(first + 12) { owner = AccountID(row.text(first + 12)) }
        if !row.isNull(first + 13) { grants = row.withBytes(first + 13, FieldList.init(text:)) }
        lock = ObjectLock(row, from: first + 14)
    }
}

extension ObjectLock {
    /// Columns from `first` on: mode, until, hold.
    init(_ row: Row, from first: Int) {
        self.init(
            mode: row.optionalText(first), until: row.optionalInstant(first + 1),
            isHeld: row.isNull(first + 2) ? nil : row.bool(first + 2))
    }
}

extension ListedObject {
    static let columns = """
        key, etag, size, modified, storage_class, checksum_algorithm, checksum_parts IS NOT NULL, owner
        """

    /// Columns as in `columns`.
    init(_ row: Row) {
        self.init(
            key: row.text(0), etag: row.text(1), size: row.integer(2), modified: row.instant(3),
            storageClass: row.optionalText(4),
            checksumAlgorithm: row.optionalText(5).flatMap(ChecksumAlgorithm.init(rawValue:)),
            isCompositeChecksum: row.bool(6))
        if !row.isNull(7) { owner = AccountID(row.text(7)) }
    }
}

extension ListedVersion {
    /// Columns of a table, in which `superseded` may be a constant.
    static func columns(superseded: String, marker: String) -> String {
        "\(ListedObject.columns), version, \(superseded), tags, lock_mode, lock_until, lock_hold, \(marker)"
    }

    /// A version that nothing has superseded is the latest.
    init(_ row: Row) {
        self.init(
            object: ListedObject(row), version: row.optionalText(8), isLatest: row.isNull(9),
            isDeleteMarker: row.bool(14), superseded: row.optionalInstant(9),
            tags: row.withBytes(10, FieldList.init(text:)), lock: ObjectLock(row, from: 11))
    }
}

extension UploadRecord {
    static let columns = """
        u.id, b.name, u.key, u.initiated, u.initiator, u.storage_class, u.checksum_algorithm, u.checksum_composite,
        u.fields, u.tags, u.owner, u.acl, u.lock_mode, u.lock_until, u.lock_hold
        """

    /// Columns as in `columns`.
    init(_ row: Row) {
        self.init(
            id: row.text(0), bucket: row.text(1), key: row.text(2), initiated: row.instant(3),
            initiator: AccountID(row.text(4)) ?? .standard, storageClass: row.optionalText(5),
            checksumAlgorithm: row.optionalText(6).flatMap(ChecksumAlgorithm.init(rawValue:)),
            isCompositeChecksum: row.bool(7), fields: row.withBytes(8, FieldList.init(text:)),
            tags: row.withBytes(9, FieldList.init(text:)))
        owner = row.optionalText(10).flatMap { AccountID($0) }
        grants = row.withBytes(11, FieldList.init(text:))
        lock = ObjectLock(row, from: 12)
    }
}

extension PartRecord {
    /// Columns: number, etag, size, modified, checksum algorithm, checksum, blob, bytes.
    init(_ row: Row) {
        self.init(
            number: row.int(0), etag: row.text(1), size: row.integer(2), modified: row.instant(3),
            checksum: row.checksum(4),
            body: row.isNull(6) ? .inline(row.blob(7)) : .blob(BlobID(row.text(6))))
    }
}

extension Row {
    /// Algorithm and value in two columns.
    fileprivate func checksum(_ column: Int) -> Checksum? {
        guard !isNull(column), let algorithm = ChecksumAlgorithm(rawValue: text(column)) else { return nil }
        return Checksum(algorithm, bytes: blob(column + 1))
    }
}
