// Buckets: their names are global, their contents belong to one account.

package import Kernel
package import Store

/// What a new bucket is to be.
package struct CreateBucketRequest: Sendable {
    /// The name, and who will own it.
    package var name: String, caller: Caller
    /// The LocationConstraint of the request.
    package var constraint: String?
    /// The region of the endpoint, from the signature.
    package var region: Region
    /// Nil is the server's standard.
    package var ownership: ObjectOwnership?
    /// Who else gets access.
    package var access = AccessRequest()
    /// Whether versions can be locked.
    package var allowsLocks = false

    package init(_ name: String, constraint: String? = nil, region: Region, _ caller: Caller) {
        self.name = name
        self.constraint = constraint
        self.region = region
        self.caller = caller
    }
}

extension ObjectStorage {
    /// Creates a bucket. Creating one's own again succeeds in us-east-1 only, as it does in the service.
    package func createBucket(_ request: CreateBucketRequest) async throws(ServiceError) -> BucketRecord {
        let name = request.name, caller = request.caller
        guard !caller.principal.isAnonymous else { throw .accessDenied() }
        guard isBucketName(name) else {
            throw ServiceError(
                "InvalidBucketName", status: 400, "The specified bucket is not valid.",
                fields: [.init("BucketName", name)])
        }
        let location = try bucketRegion(request.constraint, endpoint: request.region)
        var bucket = BucketRecord(name: name, owner: caller.principal.account, region: location, created: caller.now)
        if request.constraint == BucketRegions.europe.alias { bucket.regionAlias = request.constraint }
        try configure(&bucket, request)
        do {
            try await index.apply(.createBucket(bucket, limit: limits.bucketsPerAccount))
            return bucket
        } catch IndexRefusal.bucketExists(let existing) where existing.owner == bucket.owner {
            if request.region == .standard, existing.region == location { return existing }
            throw ServiceError(
                "BucketAlreadyOwnedByYou", status: 409,
                "Your previous request to create the named bucket succeeded and you already own it.",
                fields: [.init("BucketName", name)])
        } catch { throw visible(error, ObjectAddress(name, "")) }
    }

    /// What a bucket is born with.
    private func configure(_ bucket: inout BucketRecord, _ request: CreateBucketRequest) throws(ServiceError) {
        let ownership = request.ownership ?? standardOwnership
        bucket.documents[.ownershipControls] = ownership.document
        let blocksPublic = standardOwnership == .bucketOwnerEnforced
        if blocksPublic { bucket.documents[.publicAccessBlock] = PublicAccessBlock.everything }
        if request.allowsLocks {
            bucket.versioning = .enabled
            bucket.allowsLocks = true
            bucket.documents[.objectLock] = Array("{\"ObjectLockEnabled\":\"Enabled\"}".utf8)
        }
        guard !request.access.isEmpty, request.access.canned != "private" else { return }
        guard ownership != .bucketOwnerEnforced else {
            throw ServiceError(
                "InvalidBucketAclWithObjectOwnership", status: 400,
                "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
        }
        let owner = accounts[bucket.owner].canonicalID
        let list = try request.access.list(owner: owner, bucketOwner: owner, accounts)
        if blocksPublic, list.isPublic {
            throw ServiceError(
                "InvalidBucketAclWithBlockPublicAccessError", status: 400,
                "Bucket cannot have public ACLs set with BlockPublicAccess enabled")
        }
        bucket.documents[.acl] = Array((list.fields.text ?? "").utf8)
    }

    /// us-east-1 takes any region and no constraint at all; every other endpoint wants its own. A name that clients
    /// have made up is one where they call it by it.
    private func bucketRegion(_ constraint: String?, endpoint: Region) throws(ServiceError) -> Region {
        guard let constraint, !constraint.isEmpty else {
            if endpoint == .standard { return endpoint }
            throw .illegalLocation("unspecified")
        }
        let name = constraint == BucketRegions.europe.alias ? BucketRegions.europe.name : constraint
        guard let region = Region(name), region != .standard || endpoint != .standard,
            region == endpoint || BucketRegions.known.contains(name)
        else {
            throw ServiceError(
                "InvalidLocationConstraint", status: 400, "The specified location-constraint is not valid",
                fields: [.init("LocationConstraint", constraint)])
        }
        guard endpoint == .standard || region == endpoint else { throw .illegalLocation(constraint) }
        return region
    }

    /// The bucket, if it exists and the caller may use it.
    package func headBucket(_ name: String, _ caller: Caller) async throws(ServiceError) -> BucketRecord {
        let found = try await bucket(named: name)
        do throws(ServiceError) { try authorize(found, .listBucket, caller) } catch {
            // Clients learn from it where the bucket is, whether they may use it or not.
            var error = error
            error.headers.append(.init("x-amz-bucket-region", found.region.description))
            throw error
        }
        return found
    }

    /// The bucket, for whoever may know where it is.
    package func bucketLocation(_ name: String, _ caller: Caller) async throws(ServiceError) -> BucketRecord {
        try await bucket(name, .getBucketLocation, caller)
    }

    /// Deletes an empty bucket; uploads in progress go with it.
    package func deleteBucket(_ name: String, _ caller: Caller) async throws(ServiceError) {
        let bucket = try await bucket(name, .deleteBucket, caller)
        try await change(.deleteBucket(bucket.reference), ObjectAddress(name, ""))
    }

    /// Removes a bucket with everything in it, whatever policies and locks say. No client can ask for this: it is for
    /// the server's own control of its data.
    package func forgetBucket(_ name: String, at now: Instant) async throws(ServiceError) {
        let bucket = try await bucket(named: name), address = ObjectAddress(name, "")
        let query = ListingQuery(bucket: name, limit: limits.deleteObjectsKeys)
        while true {
            let versions = try await kept(address) { [index] in try await index.read { try $0.versions(query) } }
            if versions.items.isEmpty { break }
            let removals = versions.items.map { version in
                var removal = ObjectRemoval(version.key, version: version.version ?? "null")
                removal.ignoresLock = true
                return removal
            }
            try await change(.delete(bucket.reference, removals, at: now), address)
        }
        while true {
            let uploads = try await kept(address) { [index] in try await index.read { try $0.uploads(query) } }
            if uploads.items.isEmpty { break }
            for upload in uploads.items {
                try await change(
                    .abortUpload(UploadReference(bucket.reference, key: upload.key, id: upload.id)), address,
                    upload: upload.id)
            }
        }
        try await change(.deleteBucket(bucket.reference), address)
    }

    /// The accounts that own a bucket; for whoever forgets everything.
    package func bucketOwners() async throws(ServiceError) -> [AccountID] {
        try await kept(ObjectAddress("", "")) { [index] in try await index.read { try $0.bucketOwners() } }
    }

    /// One page of the caller's buckets.
    package struct BucketPage: Sendable {
        /// In the order of their names.
        package var buckets: [BucketRecord]
        /// Leads to the next page; nil on the last one.
        package var continuationToken: String?
    }

    /// The buckets of the caller's account, in the order of their names.
    package func listBuckets(
        prefix: String = "", region: String? = nil, continuationToken: String? = nil, maxBuckets: Int? = nil,
        _ caller: Caller
    ) async throws(ServiceError) -> BucketPage {
        guard !caller.principal.isAnonymous else { throw .accessDenied() }
        let limit = maxBuckets ?? limits.bucketsPerAccount
        guard (1...limits.bucketsPerAccount).contains(limit) else {
            throw .invalidArgument(
                "max-buckets", String(limit), "Argument max-buckets must be an integer between 1 and 10000")
        }
        let account = caller.principal.account
        let after = try continuationToken.map { token throws(ServiceError) in try ContinuationToken.entry(token) }
        let all = try await kept(ObjectAddress("", "")) { [index, limits] in
            try await index.read {
                try $0.buckets(ownedBy: account, after: after, prefix: prefix, limit: limits.bucketsPerAccount + 1)
            }
        }
        let matching = region.map { region in all.filter { $0.region.description == region } } ?? all
        let page = Array(matching.prefix(limit))
        let token = matching.count > limit ? page.last.map { ContinuationToken.token(after: $0.name) } : nil
        return BucketPage(buckets: page, continuationToken: token)
    }
}

extension ServiceError {
    fileprivate static func illegalLocation(_ constraint: String) -> ServiceError {
        ServiceError(
            "IllegalLocationConstraintException", status: 400,
            "The \(constraint) location constraint is incompatible for the region specific endpoint this request was "
                + "sent to.")
    }
}
