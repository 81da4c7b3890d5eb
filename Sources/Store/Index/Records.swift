// The rows as values.

package import Digests
package import Kernel

/// A bucket.
package struct BucketRecord: Hashable, Sendable {
    /// A name is taken once in the whole server; `created` is server time.
    package var name: String, owner: AccountID, region: Region, created: Instant

    package init(name: String, owner: AccountID, region: Region, created: Instant) {
        self.name = name
        self.owner = owner
        self.region = region
        self.created = created
    }

    /// The bucket with its owner, as changes name it.
    package var reference: BucketReference { BucketReference(name, owner: owner) }
}

/// Where the bytes of an object or a part are.
package enum StoredBody: Hashable, Sendable {
    /// In the row itself.
    case inline([UInt8])
    case blob(BlobID)
    /// In the row, and not asked for.
    case unread

    /// The blob's id; nil where the bytes are not in a blob.
    package var blob: BlobID? {
        if case .blob(let id) = self { id } else { nil }
    }
}

/// A checksum as kept with an object or a part.
package struct StoredChecksum: Hashable, Sendable {
    /// The value itself.
    package var checksum: Checksum
    /// How many parts' checksums this one was made of; nil where it is that of the bytes (`FULL_OBJECT`).
    package var compositeParts: Int?

    package init(_ checksum: Checksum, compositeParts: Int? = nil) {
        self.checksum = checksum
        self.compositeParts = compositeParts
    }

    /// The value as S3 writes it, such as `AAAAAA==` or, of three parts, `AAAAAA==-3`.
    package var text: String { checksum.base64 + (compositeParts.map { "-\($0)" } ?? "") }
    /// AWS's name of the type.
    package var typeName: String { compositeParts == nil ? "FULL_OBJECT" : "COMPOSITE" }
}

/// An object.
package struct ObjectRecord: Hashable, Sendable {
    /// Without quotes.
    package var etag: String
    /// Bytes of the body.
    package var size: Int64
    /// Server time: Last-Modified.
    package var modified: Instant
    /// The version's id; nil is the null version, the only one there is where a bucket keeps no versions.
    package var version: String?
    /// Nil is STANDARD.
    package var storageClass: String?
    /// Nil for objects put together from parts without a common one.
    package var checksum: StoredChecksum?
    /// Response header fields kept with the object, names in lower case: `content-type`, `x-amz-meta-…`.
    package var fields: FieldList
    /// The object's tags, in the order given.
    package var tags: FieldList
    /// The parts it was uploaded in; empty for a single upload.
    package var parts: PartLayout
    /// Where the bytes are; says nothing of them where they were not asked for.
    package var body: StoredBody

    package init(
        etag: String, size: Int64, modified: Instant, version: String? = nil, storageClass: String? = nil,
        checksum: StoredChecksum? = nil, fields: FieldList = FieldList(), tags: FieldList = FieldList(),
        parts: PartLayout = PartLayout(), body: StoredBody
    ) {
        self.etag = etag
        self.size = size
        self.modified = modified
        self.version = version
        self.storageClass = storageClass
        self.checksum = checksum
        self.fields = fields
        self.tags = tags
        self.parts = parts
        self.body = body
    }
}

/// What a listing says of an object.
package struct ListedObject: Hashable, Sendable {
    /// As in `ObjectRecord`.
    package var key: String, etag: String, size: Int64, modified: Instant
    /// Nil is STANDARD.
    package var storageClass: String?
    /// Nil where the object has no checksum.
    package var checksumAlgorithm: ChecksumAlgorithm?
    /// Whether the checksum is one of the parts' checksums; false without any.
    package var isCompositeChecksum: Bool
}

/// A multipart upload in progress.
package struct UploadRecord: Hashable, Sendable {
    /// `id` is what clients name; ids of one key sort by the time of their start.
    package var id: String, bucket: String, key: String, initiated: Instant
    /// Who started it.
    package var initiator: AccountID
    /// For the finished object; nil is STANDARD.
    package var storageClass: String?
    /// Declared for all parts; nil where each part brings its own.
    package var checksumAlgorithm: ChecksumAlgorithm?
    /// Whether the finished object gets a checksum of its parts' checksums.
    package var isCompositeChecksum: Bool
    /// For the finished object, as in `ObjectRecord`.
    package var fields: FieldList
    /// For the finished object.
    package var tags: FieldList

    package init(
        id: String, bucket: String, key: String, initiated: Instant, initiator: AccountID, storageClass: String? = nil,
        checksumAlgorithm: ChecksumAlgorithm? = nil, isCompositeChecksum: Bool = false,
        fields: FieldList = FieldList(), tags: FieldList = FieldList()
    ) {
        self.id = id
        self.bucket = bucket
        self.key = key
        self.initiated = initiated
        self.initiator = initiator
        self.storageClass = storageClass
        self.checksumAlgorithm = checksumAlgorithm
        self.isCompositeChecksum = isCompositeChecksum
        self.fields = fields
        self.tags = tags
    }
}

/// A part of an upload in progress.
package struct PartRecord: Hashable, Sendable {
    /// Numbers count from 1; the ETag is the MD5 of the part's bytes.
    package var number: Int, etag: String, size: Int64, modified: Instant
    /// Of the part's bytes.
    package var checksum: Checksum?
    /// Where the part's bytes are; the finished object may take them over.
    package var body: StoredBody

    package init(
        number: Int, etag: String, size: Int64, modified: Instant, checksum: Checksum? = nil, body: StoredBody
    ) {
        self.number = number
        self.etag = etag
        self.size = size
        self.modified = modified
        self.checksum = checksum
        self.body = body
    }
}

/// Names and values in order. Kept as one text, `name NUL value NUL …`: neither may hold a NUL, which HTTP, XML and our
/// own checks see to, and reading it back costs next to nothing on the way of every GET.
package struct FieldList: Hashable, Sendable {
    /// In order; a name may come twice.
    package var fields: [ServiceError.Field]

    package init(_ fields: [ServiceError.Field] = []) { self.fields = fields }

    /// Whether there is nothing to keep.
    package var isEmpty: Bool { fields.isEmpty }

    /// The value of the first field of exactly this name.
    package subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    /// As one text; nil where there is nothing to keep.
    package var text: String? {
        fields.isEmpty ? nil : fields.reduce(into: "") { $0 += $1.name + "\u{0}" + $1.value + "\u{0}" }
    }

    /// Reads the text back.
    package init(text bytes: UnsafeRawBufferPointer) {
        fields = []
        // By hand: this runs for every GET, and generic splitting took as long as the lookup (measured).
        var start = 0
        var name: String?
        for place in bytes.indices where bytes[place] == 0 {
            let piece = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<place]), as: UTF8.self)
            start = place + 1
            if let field = name {
                fields.append(ServiceError.Field(field, piece))
                name = nil
            } else {
                name = piece
            }
        }
    }
}

/// The parts that an object was uploaded in: what a read by part number and GetObjectAttributes need.
package struct PartLayout: Hashable, Sendable {
    /// A part as the finished object remembers it.
    package struct Part: Hashable, Sendable {
        /// The checksum is base64, of the upload's algorithm; nil where the part had none.
        package var number: Int, size: Int64, checksum: String?
        package init(number: Int, size: Int64, checksum: String?) {
            self.number = number
            self.size = size
            self.checksum = checksum
        }
    }

    /// Kept unread until somebody asks: `number size checksum` and a line feed each.
    let text: String?

    /// No parts at all stand for an object uploaded in one piece.
    package init(_ parts: [Part] = []) {
        text =
            parts.isEmpty
            ? nil : parts.map { "\($0.number) \($0.size) \($0.checksum ?? "-")\n" }.joined()
    }

    init(text: String?) { self.text = text }

    /// Whether the object was uploaded in one piece.
    package var isEmpty: Bool { text == nil }

    /// Reads the text; in order of number.
    package var parts: [Part] {
        (text ?? "").split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, let number = Int(words[0]), let size = Int64(words[1]) else { return nil }
            return Part(number: number, size: size, checksum: words[2] == "-" ? nil : String(words[2]))
        }
    }
}
