// The rows as values.

package import Digests
package import Kernel

/// A bucket.
package struct BucketRecord: Hashable, Sendable {
    /// A name is taken once in the whole server; `created` is server time.
    package var name: String, owner: AccountID, region: Region, created: Instant
    /// How its creator named the region, where that is not the region's own name (`EU`).
    package var regionAlias: String?
    /// Whether objects keep their earlier versions.
    package var versioning = Versioning.never
    /// Whether versions can be locked; such a bucket keeps versions for good.
    package var allowsLocks = false
    /// What has been configured. Listings of buckets leave it out.
    package var documents: [BucketDocument: [UInt8]] = [:]
    /// Names the bucket for as long as it exists; a bucket made anew under the name gets another one.
    package var id: Int64 = 0
    /// Raised by every change to the bucket, so that what was made of its documents can be kept.
    package var revision: Int64 = 0

    package init(name: String, owner: AccountID, region: Region, created: Instant) {
        self.name = name
        self.owner = owner
        self.region = region
        self.created = created
    }

    /// The bucket with its owner, as changes name it.
    package var reference: BucketReference { BucketReference(name, owner: owner) }

    /// Whether a bucket keeps the versions of its objects (API reference: PutBucketVersioning).
    package enum Versioning: Int, Sendable {
        /// As long as nobody has asked for versions.
        case never
        case enabled
        /// Versions are left where they are, and new objects become the null version.
        case suspended
    }
}

/// The documents that configure a bucket. What stands in them is the business of whoever writes them.
package enum BucketDocument: String, Sendable, CaseIterable {
    case accelerate, acl, cors, encryption, lifecycle, logging, notification, ownershipControls, policy
    case publicAccessBlock, replication, requestPayment, tagging, website
    case objectLock = "object-lock"

    /// Whether a write by the bucket's owner turns out differently with such a document than without.
    var bearsOnWrites: Bool {
        switch self {
        case .encryption, .notification, .objectLock, .policy: true
        default: false
        }
    }
}

/// What keeps a version from being deleted (user guide: locking objects with Object Lock).
package struct ObjectLock: Hashable, Sendable {
    /// `GOVERNANCE` or `COMPLIANCE`, together with `until`.
    package var mode: String?
    /// Until when it is retained, in server time.
    package var until: Instant?
    /// The legal hold; nil where nobody has said anything of one.
    package var isHeld: Bool?

    package init(mode: String? = nil, until: Instant? = nil, isHeld: Bool? = nil) {
        self.mode = mode
        self.until = until
        self.isHeld = isHeld
    }

    /// Whether a version with this lock must stay.
    package func holds(at now: Instant, bypassingGovernance: Bool) -> Bool {
        if isHeld == true { return true }
        guard let until, until > now else { return false }
        return mode != "GOVERNANCE" || !bypassingGovernance
    }
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
    /// Nil is the bucket's owner.
    package var owner: AccountID?
    /// Permissions by grantee, in a form that whoever wrote it can read; empty leaves all to the owner.
    package var grants = FieldList()
    /// What keeps this version.
    package var lock = ObjectLock()

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
    /// Nil is the bucket's owner.
    package var owner: AccountID?
    /// Nil where the object has no checksum.
    package var checksumAlgorithm: ChecksumAlgorithm?
    /// Whether the checksum is one of the parts' checksums; false without any.
    package var isCompositeChecksum: Bool
}

/// What a listing of versions says of a version or a delete marker.
package struct ListedVersion: Hashable, Sendable {
    /// Key, ETag, size and so on; of a delete marker only key, date and owner mean something.
    package var object: ListedObject
    /// Nil is the null version.
    package var version: String?
    /// Whether it is the key's newest.
    package var isLatest: Bool
    package var isDeleteMarker: Bool
    /// When it stopped being the newest; nil while it is.
    package var superseded: Instant?
    package var tags: FieldList
    package var lock: ObjectLock
    /// The key, by which listings are ordered.
    package var key: String { object.key }
}

/// A delete marker.
package struct DeleteMarker: Hashable, Sendable {
    /// Nil is the null version.
    package var version: String?
    package var modified: Instant
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
    /// For the finished object, as in `ObjectRecord`.
    package var owner: AccountID?, grants = FieldList(), lock = ObjectLock()

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
