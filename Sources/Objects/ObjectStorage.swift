// S3's semantics, once: what a request means for rows and bytes, whoever makes it - a client over HTTP, or a labeling
// job acting as its account. Free of HTTP and of generated shapes; errors are S3's.
//
// GetObject, HeadObject and PutObject are the fast path: they run on the caller's thread with the caller's reader and
// answer through a completion. Everything else is async and uses the index's bounded pool of readers.

package import Kernel
package import Store

/// The object store as S3 describes it.
package final class ObjectStorage: Sendable {
    let index: any ObjectIndex
    let blobs: any BlobStore
    let entropy: any Entropy
    /// The bounds that requests are held to.
    package let limits: Limits
    /// Told of every error that a client only sees as InternalError.
    private let report: @Sendable (any Error) -> Void

    /// `report` is called on any thread and must not wait.
    package init(
        index: any ObjectIndex, blobs: any BlobStore, entropy: any Entropy = SystemEntropy(), limits: Limits = Limits(),
        report: @escaping @Sendable (any Error) -> Void
    ) {
        self.index = index
        self.blobs = blobs
        self.entropy = entropy
        self.limits = limits
        self.report = report
    }

    /// A reader for one event loop's thread, for the fast path.
    package func makeReader() throws -> any ObjectReader { try index.makeReader() }

    /// Whether the caller may use the bucket: only its owner's account may, until bucket policies are served.
    func authorize(_ bucket: BucketRecord, _ caller: Caller) throws(ServiceError) {
        guard !caller.principal.isAnonymous, caller.principal.account == bucket.owner else { throw .accessDenied() }
        if let expected = caller.expectedBucketOwner, expected != bucket.owner.description { throw .accessDenied() }
    }

    /// The bucket and, where there is one, the object, once the caller is known to have access.
    func authorized(
        _ lookup: ObjectLookup, _ address: ObjectAddress, _ caller: Caller
    ) throws(ServiceError) -> (bucket: BucketRecord, object: ObjectRecord?) {
        switch lookup {
        case .noBucket: throw .noSuchBucket(address.bucket)
        case .noObject(let bucket):
            try authorize(bucket, caller)
            return (bucket, nil)
        case .found(let bucket, let object):
            try authorize(bucket, caller)
            return (bucket, object)
        }
    }

    /// The same over the pool of readers.
    func find(
        _ address: ObjectAddress, _ caller: Caller, withBody: Bool = false
    ) async throws(ServiceError) -> (bucket: BucketRecord, object: ObjectRecord?) {
        let lookup = try await kept(address) { [index] in
            try await index.read { try $0.object(address.key, in: address.bucket, withBody: withBody) }
        }
        return try authorized(lookup, address, caller)
    }

    /// A bucket that exists and that the caller may use.
    func bucket(_ name: String, _ caller: Caller) async throws(ServiceError) -> BucketRecord {
        let found = try await kept(ObjectAddress(name, "")) { [index] in try await index.read { try $0.bucket(name) } }
        guard let found else { throw .noSuchBucket(name) }
        try authorize(found, caller)
        return found
    }

    /// Runs work on the store and turns what goes wrong into what the client sees.
    func kept<Value>(
        _ address: ObjectAddress, upload: String? = nil, _ body: () async throws -> Value
    ) async throws(ServiceError) -> Value {
        do { return try await body() } catch { throw visible(error, address, upload: upload) }
    }

    /// What the client sees of an error. Errors that are only ours are reported and become InternalError.
    func visible(_ error: any Error, _ address: ObjectAddress, upload: String? = nil) -> ServiceError {
        switch error {
        case let error as ServiceError: return error
        case let refusal as IndexRefusal: return .refused(refusal, address, upload: upload)
        default:
            if let busy = ServiceError.busy(error) { return busy }
            report(error)
            return .internalError(error)
        }
    }

    /// Makes a change and lets go of the blobs that lost their last row.
    @discardableResult
    func change(
        _ change: ObjectChange, _ address: ObjectAddress, upload: String? = nil, priority: WritePriority = .interactive
    ) async throws(ServiceError) -> ChangeOutcome {
        let outcome = try await kept(address, upload: upload) { try await index.apply(change, priority: priority) }
        blobs.discard(outcome.released)
        return outcome
    }
}

/// Who asks, and when.
package struct Caller: Sendable {
    /// The account it acts for decides what it may do.
    package var principal: Principal
    /// The account that must own the bucket, as the request says (`x-amz-expected-bucket-owner`).
    package var expectedBucketOwner: String?
    /// Server time: the Last-Modified of whatever is written.
    package var now: Instant

    package init(_ principal: Principal, now: Instant, expectedBucketOwner: String? = nil) {
        self.principal = principal
        self.now = now
        self.expectedBucketOwner = expectedBucketOwner
    }
}

/// A bucket and a key.
package struct ObjectAddress: Sendable {
    /// The key is decoded, and without the slash that stands before it in a path.
    package var bucket: String, key: String

    package init(_ bucket: String, _ key: String) {
        self.bucket = bucket
        self.key = key
    }

    /// Whether both name the same object. Keys are bytes: two spellings of one character are two keys.
    func isSame(as other: ObjectAddress) -> Bool {
        bucket.utf8.elementsEqual(other.bucket.utf8) && key.utf8.elementsEqual(other.key.utf8)
    }
}
