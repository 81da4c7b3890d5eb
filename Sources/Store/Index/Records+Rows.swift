// How rows become values. The column orders are those of the statements in SQLiteObjectReader.

internal import Digests
internal import Kernel
internal import SQLite

extension BucketRecord {
    /// Columns: name, account, region, created.
    init(_ row: Row) {
        self.init(
            name: row.text(0), owner: AccountID(row.text(1)) ?? .standard, region: Region(row.text(2)) ?? .standard,
            created: row.instant(3))
    }
}

extension ObjectRecord {
    /// Columns from `first` on: etag, size, modified, version, storage class, checksum algorithm, checksum, its parts,
    /// fields, tags, parts, blob. `bytes` is the column of the inline body; without it the body stays unread.
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
    }
}

extension ListedObject {
    /// Columns: key, etag, size, modified, storage class, checksum algorithm, whether composite.
    init(_ row: Row) {
        self.init(
            key: row.text(0), etag: row.text(1), size: row.integer(2), modified: row.instant(3),
            storageClass: row.optionalText(4),
            checksumAlgorithm: row.optionalText(5).flatMap(ChecksumAlgorithm.init(rawValue:)),
            isCompositeChecksum: row.bool(6))
    }
}

extension UploadRecord {
    /// Columns: id, bucket's name, key, initiated, initiator, storage class, checksum algorithm, composite, fields,
    /// tags.
    init(_ row: Row) {
        self.init(
            id: row.text(0), bucket: row.text(1), key: row.text(2), initiated: row.instant(3),
            initiator: AccountID(row.text(4)) ?? .standard, storageClass: row.optionalText(5),
            checksumAlgorithm: row.optionalText(6).flatMap(ChecksumAlgorithm.init(rawValue:)),
            isCompositeChecksum: row.bool(7), fields: row.withBytes(8, FieldList.init(text:)),
            tags: row.withBytes(9, FieldList.init(text:)))
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
