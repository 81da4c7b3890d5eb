// Buckets: their names are global, their contents belong to one account.

package import Kernel
package import Store

extension ObjectStorage {
    /// Creates a bucket. Creating one's own again succeeds in us-east-1 only, as it does in the service.
    ///
    /// - Parameters:
    ///   - constraint: the LocationConstraint of the request.
    ///   - region: the region of the endpoint, from the signature.
    package func createBucket(
        _ name: String, constraint: String?, region: Region, _ caller: Caller
    ) async throws(ServiceError) -> BucketRecord {
        guard !caller.principal.isAnonymous else { throw .accessDenied() }
        guard isBucketName(name) else {
            throw ServiceError(
                "InvalidBucketName", status: 400, "The specified bucket is not valid.",
                fields: [.init("BucketName", name)])
        }
        let location = try bucketRegion(constraint, endpoint: region)
        let bucket = BucketRecord(name: name, owner: caller.principal.account, region: location, created: caller.now)
        do {
            try await index.apply(.createBucket(bucket, limit: limits.bucketsPerAccount))
            return bucket
        } catch IndexRefusal.bucketExists(let existing) where existing.owner == bucket.owner {
            if region == .standard, existing.region == location { return existing }
            throw ServiceError(
                "BucketAlreadyOwnedByYou", status: 409,
                "Your previous request to create the named bucket succeeded and you already own it.",
                fields: [.init("BucketName", name)])
        } catch { throw visible(error, ObjectAddress(name, "")) }
    }

    /// us-east-1 takes any region and no constraint at all; every other endpoint wants its own.
    private func bucketRegion(_ constraint: String?, endpoint: Region) throws(ServiceError) -> Region {
        guard let constraint, !constraint.isEmpty else {
            if endpoint == .standard { return endpoint }
            throw .illegalLocation("unspecified")
        }
        let name = constraint == "EU" ? "eu-west-1" : constraint
        guard let region = Region(name), endpoint != .standard || region != .standard else {
            throw ServiceError(
                "InvalidLocationConstraint", status: 400, "The specified location-constraint is not valid",
                fields: [.init("LocationConstraint", constraint)])
        }
        guard endpoint == .standard || region == endpoint else { throw .illegalLocation(constraint) }
        return region
    }

    /// The bucket, if it exists and the caller may use it.
    package func headBucket(_ name: String, _ caller: Caller) async throws(ServiceError) -> BucketRecord {
        try await bucket(name, caller)
    }

    /// Deletes an empty bucket; uploads in progress go with it.
    package func deleteBucket(_ name: String, _ caller: Caller) async throws(ServiceError) {
        let bucket = try await bucket(name, caller)
        try await change(.deleteBucket(bucket.reference), ObjectAddress(name, ""))
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
