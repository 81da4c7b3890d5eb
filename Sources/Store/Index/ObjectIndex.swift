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
    /// A configuration document of a bucket, such as its CORS rules.
    func configuration(_ kind: String, of bucket: String) throws -> [UInt8]?
    /// The bucket, and the object where there is one, in one step.
    func object(_ key: String, in bucket: String, withBody: Bool) throws -> ObjectLookup
    /// One page of the objects of a bucket.
    func objects(_ query: ListingQuery) throws -> ListingPage<ListedObject>
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
    case found(BucketRecord, ObjectRecord)
}

/// Why a change was refused: what it expected does not hold.
package enum IndexRefusal: Error, Hashable, Sendable {
    case noBucket
    /// The bucket belongs to another account than the change names.
    case otherOwner
    case bucketExists(BucketRecord)
    case bucketNotEmpty
    case tooManyBuckets
    case noObject
    /// There is an object where none was expected.
    case objectExists
    /// The object is not the expected one.
    case otherObject
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
package struct BucketReference: Hashable, Sendable {
    /// The name, and the account that the caller takes for the owner; a change by another is refused.
    package var name: String, owner: AccountID

    package init(_ name: String, owner: AccountID) {
        self.name = name
        self.owner = owner
    }
}

/// What must be true of an object's row at the moment of the change.
package enum ObjectExpectation: Hashable, Sendable {
    case anything
    case absent
    case present
    /// Present, with one of these ETags.
    case etag([String])
}

/// One change to the rows.
package enum ObjectChange: Sendable {
    /// Adds a bucket, unless the name is taken or the owner has `limit` buckets.
    case createBucket(BucketRecord, limit: Int)
    /// Removes an empty bucket with its unfinished uploads.
    case deleteBucket(BucketReference)
    /// Sets or removes a configuration document.
    case configure(BucketReference, kind: String, document: [UInt8]?)
    /// Adds or replaces objects. All or none.
    case put(BucketReference, [ObjectWrite])
    /// Removes objects. A refusal of one is reported for that one and stops none of the others.
    case delete(BucketReference, [ObjectRemoval])
    /// Adds an object with the body of another.
    case copy(ObjectCopy)
    /// Replaces the tags of an object.
    case tag(BucketReference, key: String, tags: FieldList)
    case createUpload(BucketReference, UploadRecord)
    /// Adds or replaces a part.
    case putPart(upload: UploadReference, PartRecord)
    /// Makes an object of an upload, which is then gone. The parts must still be the given ones, all or some of them.
    case completeUpload(UploadReference, parts: [PartRecord], ObjectWrite)
    case abortUpload(UploadReference)
}

/// An upload, and where it must belong.
package struct UploadReference: Hashable, Sendable {
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

/// An object to be removed. Removing what is not there succeeds, unless something was expected.
package struct ObjectRemoval: Sendable {
    /// Which row, and what is expected of it.
    package var key: String, expecting: ObjectExpectation

    package init(_ key: String, expecting: ObjectExpectation = .anything) {
        self.key = key
        self.expecting = expecting
    }
}

/// A copy that shares or duplicates the source's body without anybody reading it.
package struct ObjectCopy: Sendable {
    /// The source's bucket and key.
    package var source: BucketReference, sourceKey: String
    /// The source must still have this body and ETag, as it was when the copy was decided.
    package var sourceETag: String, sourceModified: Instant
    /// The bucket of the new row.
    package var destination: BucketReference
    /// The new row; its body is ignored.
    package var write: ObjectWrite

    /// `record` is the source as it was read when the copy was decided.
    package init(
        from source: BucketReference, key: String, as record: ObjectRecord, to destination: BucketReference,
        _ write: ObjectWrite
    ) {
        self.source = source
        sourceKey = key
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

    package init() {}
}
