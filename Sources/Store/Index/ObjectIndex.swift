// The seam for rows: which buckets, objects and uploads there are. It knows no S3 rules; it keeps what it is told,
// finds it again, and refuses a change whose expectation does not hold at the moment of the change.

package import Kernel
internal import SQLite

/// Rows about buckets, objects and uploads.
package protocol ObjectIndex: Sendable {
    /// A reader for one thread, such as an event loop's. It sees every change answered before the call.
    func makeReader() throws -> any ObjectReader

    /// Runs `body` with a reader of a bounded pool, over one unchanging view.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any ObjectReader) throws -> Value) async throws -> Value

    /// Makes one change, wholly or not at all, and answers once it is kept. Refusals are `IndexRefusal`.
    func apply(
        _ change: ObjectChange, priority: WritePriority,
        completion: @escaping @Sendable (Result<ChangeOutcome, any Error>) -> Void)
}

extension ObjectIndex {
    /// Makes one change and returns once it is kept.
    @discardableResult
    package func apply(
        _ change: ObjectChange, priority: WritePriority = .interactive
    ) async throws -> ChangeOutcome {
        try await withCheckedThrowingContinuation { continuation in
            apply(change, priority: priority) { continuation.resume(with: $0) }
        }
    }
}

/// Who waits for a write.
package enum WritePriority: Sendable { case interactive, engine }

/// Finds rows. Belongs to one thread at a time.
package protocol ObjectReader: AnyObject {
    /// Nil where the name is free.
    func bucket(_ name: String) throws -> BucketRecord?
    /// Buckets of an account in the order of their names, after `name`.
    func buckets(ownedBy account: AccountID, after name: String?, prefix: String, limit: Int) throws -> [BucketRecord]
    /// The accounts that own a bucket.
    func bucketOwners() throws -> [AccountID]
    /// Buckets that have a document of a kind, by name.
    func buckets(with document: BucketDocument) throws -> [BucketRecord]
    /// The bucket, and the object where there is one, in one step.
    ///
    /// - Parameter version: nil asks for the latest, `null` for the null version.
    func object(_ key: String, in bucket: String, version: String?, withBody: Bool) throws -> ObjectLookup
    /// One page of the objects of a bucket.
    func objects(_ query: ListingQuery) throws -> ListingPage<ListedObject>
    /// One page of the versions and delete markers of a bucket, by key and then from new to old.
    func versions(_ query: ListingQuery) throws -> ListingPage<ListedVersion>
    /// Nil where there is none of that id, or where it was completed or aborted.
    func upload(_ id: String) throws -> UploadRecord?
    /// Parts in order of their numbers, above `number`.
    func parts(of upload: String, after number: Int, limit: Int) throws -> [PartRecord]
    /// One page of the uploads of a bucket, by key and then by id.
    func uploads(_ query: ListingQuery) throws -> ListingPage<UploadRecord>
    /// Those of the given blobs that no row refers to.
    func unreferenced(among blobs: [BlobID]) throws -> [BlobID]
}

/// What `ObjectReader.object` found.
package enum ObjectLookup: Sendable {
    case noBucket
    case noObject(BucketRecord)
    /// The version asked for, or the latest, is a delete marker.
    case deleted(BucketRecord, DeleteMarker)
    case found(BucketRecord, ObjectRecord)
}

extension ObjectReader {
    /// The latest version of an object.
    package func object(_ key: String, in bucket: String, withBody: Bool) throws -> ObjectLookup {
        try object(key, in: bucket, version: nil, withBody: withBody)
    }
}

/// Why a change was refused: what it expected does not hold.
package enum IndexRefusal: Error, Hashable, Sendable {
    case noBucket
    /// The bucket belongs to another account than the change names.
    case otherOwner
    /// Something that is configured for the bucket must be looked at first.
    case notPlain
    case bucketExists(BucketRecord)
    case bucketNotEmpty
    case tooManyBuckets
    case noObject
    /// There is an object where none was expected.
    case objectExists
    /// The object is not the expected one.
    case otherObject
    /// The version must stay.
    case locked
    case noUpload
    /// The parts of the upload are no longer those that were given.
    case otherParts
}

/// The store cannot take work now.
package enum StoreBusy: Error, Hashable, Sendable {
    /// Too much waits already.
    case overloaded
    case closing
}

/// Whether an error of the store means that the disk is full.
package func isOutOfSpace(_ error: any Error) -> Bool {
    switch error {
    case let error as SQLiteError: error.isDiskFull
    case let failure as BlobFailure: failure.isDiskFull
    default: false
    }
}

// MARK: Changes

/// A bucket, and whose it must be.
package struct BucketReference: Sendable {
    /// The name, and the account that the caller takes for the owner; a change by another is refused.
    package var name: String, owner: AccountID
    /// The change is only meant for a bucket whose documents do not bear on writes.
    package var isPlain: Bool
    /// Asked for the events of the change; nil where nobody wants to know.
    package var announcer: ChangeAnnouncer?

    package init(_ name: String, owner: AccountID, isPlain: Bool = false, announcer: ChangeAnnouncer? = nil) {
        self.name = name
        self.owner = owner
        self.isPlain = isPlain
        self.announcer = announcer
    }
}

/// What must be true of an object's row at the moment of the change.
package enum ObjectExpectation: Hashable, Sendable {
    case anything
    case absent
    case present
    /// Present, with one of these ETags.
    case etag([String])
    /// Present, and written at that instant.
    case exactly(etag: String, modified: Instant)
}

/// One change to the rows.
package enum ObjectChange: Sendable {
    /// Adds a bucket with its documents, unless the name is taken or the owner has `limit` buckets.
    case createBucket(BucketRecord, limit: Int)
    /// Removes an empty bucket with its unfinished uploads.
    case deleteBucket(BucketReference)
    /// Sets or removes a configuration document.
    case configure(BucketReference, BucketDocument, [UInt8]?)
    /// Begins or stops to keep versions; `allowsLocks` can only be switched on.
    case setVersioning(BucketReference, BucketRecord.Versioning, allowsLocks: Bool)
    /// Adds or replaces objects. All or none. Where the bucket keeps versions, what was current is kept beside.
    case put(BucketReference, [ObjectWrite])
    /// Removes objects. A refusal of one is reported for that one and stops none of the others. Where the bucket keeps
    /// versions, a removal that names none leaves a delete marker of that instant.
    case delete(BucketReference, [ObjectRemoval], at: Instant)
    /// Adds an object with the body of another.
    case copy(ObjectCopy)
    /// Changes what is kept beside the bytes of an object; the version is named as in `ObjectReader.object`.
    case amend(BucketReference, key: String, version: String?, ObjectAmendment)
    case createUpload(BucketReference, UploadRecord)
    /// Adds or replaces a part.
    case putPart(upload: UploadReference, PartRecord)
    /// Makes an object of an upload, which is then gone. The parts must still be the given ones, all or some of them.
    case completeUpload(UploadReference, parts: [PartRecord], ObjectWrite)
    case abortUpload(UploadReference)
}

/// An upload, and where it must belong.
package struct UploadReference: Sendable {
    /// Id, bucket and key must all be those it was started with.
    package var bucket: BucketReference, key: String, id: String

    package init(_ bucket: BucketReference, key: String, id: String) {
        self.bucket = bucket
        self.key = key
        self.id = id
    }
}

/// An object to be kept under a key.
package struct ObjectWrite: Sendable {
    /// The row replaces what is under the key if that is as expected.
    package var key: String, record: ObjectRecord, expecting: ObjectExpectation

    package init(_ key: String, _ record: ObjectRecord, expecting: ObjectExpectation = .anything) {
        self.key = key
        self.record = record
        self.expecting = expecting
    }
}

/// What changes of an object without its bytes.
package enum ObjectAmendment: Sendable {
    case tags(FieldList)
    case grants(FieldList)
    /// Only while the lock is the expected one.
    case lock(ObjectLock, expecting: ObjectLock)
}

/// An object to be removed. Removing what is not there succeeds, unless something was expected.
package struct ObjectRemoval: Sendable {
    /// Which row, and what is expected of it.
    package var key: String, expecting: ObjectExpectation
    /// Nil removes the object, as far as anybody sees; otherwise one version is removed for good, as
    /// `ObjectReader.object` names it.
    package var version: String?
    /// Whether a version in governance mode may be removed.
    package var bypassesGovernance = false
    /// Whether every lock is looked past; for whoever forgets everything.
    package var ignoresLock = false

    package init(_ key: String, version: String? = nil, expecting: ObjectExpectation = .anything) {
        self.key = key
        self.version = version
        self.expecting = expecting
    }
}

/// A copy that shares or duplicates the source's body without anybody reading it.
package struct ObjectCopy: Sendable {
    /// The source's bucket and key.
    package var source: BucketReference, sourceKey: String
    /// As `ObjectReader.object` names it.
    package var sourceVersion: String?
    /// The source must still have this body and ETag, as it was when the copy was decided.
    package var sourceETag: String, sourceModified: Instant
    /// The bucket of the new row.
    package var destination: BucketReference
    /// The new row; its body is ignored.
    package var write: ObjectWrite

    /// `record` is the source as it was read when the copy was decided.
    package init(
        from source: BucketReference, key: String, version: String? = nil, as record: ObjectRecord,
        to destination: BucketReference, _ write: ObjectWrite
    ) {
        self.source = source
        sourceKey = key
        sourceVersion = version
        sourceETag = record.etag
        sourceModified = record.modified
        self.destination = destination
        self.write = write
    }
}

/// What a change brought about beside itself.
package struct ChangeOutcome: Sendable {
    /// Blobs that no row refers to any more.
    package var released: [BlobID] = []
    /// Removals that were refused, by their place in the list.
    package var refusals: [Int: IndexRefusal] = [:]
    /// By place in the list: the version that was made or removed. Nothing where the bucket never kept versions.
    package var versions: [Int: ChangedVersion] = [:]

    /// A version that a change made or removed.
    package struct ChangedVersion: Hashable, Sendable {
        /// As clients name it: `null`, or the id.
        package var version: String
        package var isDeleteMarker: Bool
    }

    package init() {}
}
