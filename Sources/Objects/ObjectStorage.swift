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
    /// How accounts appear as owners and grantees.
    package let accounts: AccountDirectory
    /// What new buckets get where their requests say nothing of it.
    let standardOwnership: ObjectOwnership
    let rulesCache = BucketRulesCache()
    /// The bounds that requests are held to.
    package let limits: Limits
    /// Told of every error that a client only sees as InternalError.
    private let report: @Sendable (any Error) -> Void

    /// - Parameters:
    ///   - standardOwnership: of new buckets. Anything but BucketOwnerEnforced also leaves public access unblocked, as
    ///     it was when that was the service's default.
    ///   - report: called on any thread; must not wait.
    package init(
        index: any ObjectIndex, blobs: any BlobStore, entropy: any Entropy = SystemEntropy(), limits: Limits = Limits(),
        accounts: AccountDirectory = AccountDirectory(),
        standardOwnership: ObjectOwnership = .bucketOwnerEnforced, report: @escaping @Sendable (any Error) -> Void
    ) {
        self.accounts = accounts
        self.standardOwnership = standardOwnership
        self.index = index
        self.blobs = blobs
        self.entropy = entropy
        self.limits = limits
        self.report = report
    }

    /// A reader for one event loop's thread, for the fast path.
    package func makeReader() throws -> any ObjectReader { try index.makeReader() }

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
    /// For conditions of policies; nil where there is no request, as for a labeling job.
    package var facts: RequestFacts?

    package init(
        _ principal: Principal, now: Instant, expectedBucketOwner: String? = nil, facts: RequestFacts? = nil
    ) {
        self.facts = facts
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
