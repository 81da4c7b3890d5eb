// Who may do what. A bucket's owner may do everything that its policy does not deny; others what the policy or an
// access control list grants, as far as blocked public access leaves it (user guide: how S3 authorizes a request).

internal import Kernel
internal import Store

extension ObjectStorage {
    func rules(of bucket: BucketRecord) -> BucketRules { rulesCache.rules(of: bucket) }

    /// Throws unless the caller may do it.
    ///
    /// - Parameters:
    ///   - key: of an action on an object; its record, where there is one, says whose it is.
    func authorize(
        _ bucket: BucketRecord, _ action: S3Action, key: String? = nil, object: ObjectRecord? = nil, _ caller: Caller
    ) throws(ServiceError) {
        try checkExpectedOwner(of: bucket, caller)
        guard isAllowed(bucket, action, key: key, object: object, caller) else { throw .accessDenied() }
    }

    /// The account that the request takes for the bucket's owner must be that.
    func checkExpectedOwner(of bucket: BucketRecord, _ caller: Caller) throws(ServiceError) {
        if let expected = caller.expectedBucketOwner, expected != bucket.owner.description { throw .accessDenied() }
    }

    /// The same as a question, without the expected owner.
    func isAllowed(
        _ bucket: BucketRecord, _ action: S3Action, key: String? = nil, object: ObjectRecord? = nil, _ caller: Caller
    ) -> Bool {
        let isBucketOwner = caller.owns(bucket)
        // Nearly every request ends here.
        if isBucketOwner, object?.owner == nil, bucket.documents[.policy] == nil { return true }
        let rules = rules(of: bucket)
        // Where lists have no effect, the bucket's owner owns everything in it.
        let objectOwner = rules.ownership == .bucketOwnerEnforced ? bucket.owner : object?.owner ?? bucket.owner
        let verdict = rules.policy?.verdict(request(bucket, action, key: key, object: object, caller)) ?? .silent
        switch verdict {
        case .denied:
            // An owner can always mend a policy that locks everybody out.
            return isBucketOwner && action.isOnPolicy
        case .allowed(let isPublic) where objectOwner == bucket.owner || !action.needsObjectOwner:
            let isRestricted = isPublic && rules.publicAccess.restrictsBuckets && !isBucketOwner
            if !isRestricted { return true }
        case .allowed, .silent: break
        }
        if isBucketOwner, objectOwner == bucket.owner || !action.needsObjectOwner { return true }
        if object != nil, !caller.principal.isAnonymous, caller.principal.account == objectOwner,
            action.needsObjectOwner
        {
            return true
        }
        return isGranted(bucket, rules, action, object, caller)
    }

    /// Whether the bucket's policy denies it in so many words.
    func isDenied(_ bucket: BucketRecord, _ action: S3Action, key: String, _ caller: Caller) -> Bool {
        guard bucket.documents[.policy] != nil, let policy = rules(of: bucket).policy else { return false }
        return policy.verdict(request(bucket, action, key: key, object: nil, caller)) == .denied
    }

    private func isGranted(
        _ bucket: BucketRecord, _ rules: BucketRules, _ action: S3Action, _ object: ObjectRecord?, _ caller: Caller
    ) -> Bool {
        guard rules.ownership != .bucketOwnerEnforced, let permission = action.permission else { return false }
        let list: AccessControlList? =
            switch permission.list {
            case .bucket: rules.grants
            case .object: object.map { AccessControlList($0.grants) }
            }
        let id = caller.principal.isAnonymous ? nil : accounts[caller.principal.account].canonicalID
        return list?.allows(permission.needs, id, ignoresPublic: rules.publicAccess.ignoresACLs) ?? false
    }

    private func request(
        _ bucket: BucketRecord, _ action: S3Action, key: String?, object: ObjectRecord?, _ caller: Caller
    ) -> PolicyRequest {
        let principal = caller.principal
        return PolicyRequest(
            action: action, resource: "arn:aws:s3:::" + bucket.name + (key.map { "/" + $0 } ?? ""),
            conditions: PolicyContext(
                account: principal.isAnonymous ? nil : principal.account,
                canonicalID: principal.isAnonymous ? "" : accounts[principal.account].canonicalID,
                userName: principal.userName, region: bucket.region.description, bucketOwner: bucket.owner,
                facts: caller.facts, object: object))
    }

    // MARK: Lookups

    /// The bucket and, where there is one, the object, once the caller is known to have access. Whoever may not list
    /// the bucket does not learn that a key is free.
    func authorized(
        _ lookup: ObjectLookup, _ action: S3Action, _ address: ObjectAddress, _ caller: Caller
    ) throws(ServiceError) -> (bucket: BucketRecord, object: ObjectRecord?, marker: DeleteMarker?) {
        try address.checkLength(limits)
        switch lookup {
        case .noBucket: throw .noSuchBucket(address.bucket)
        case .noObject(let bucket):
            try authorizeMissing(bucket, action, address, caller)
            return (bucket, nil, nil)
        case .deleted(let bucket, let marker):
            try authorizeMissing(bucket, action, address, caller)
            return (bucket, nil, marker)
        case .found(let bucket, let object):
            // A write asks for the bucket; what is there already only matters to conditions on its tags.
            try authorize(bucket, action, key: address.key, object: object, caller)
            return (bucket, object, nil)
        }
    }

    private func authorizeMissing(
        _ bucket: BucketRecord, _ action: S3Action, _ address: ObjectAddress, _ caller: Caller
    ) throws(ServiceError) {
        try authorize(bucket, action.onMissing, key: action.onMissing == action ? address.key : nil, caller)
    }

    /// The same over the pool of readers.
    func find(
        _ address: ObjectAddress, _ action: S3Action, version: String? = nil, _ caller: Caller, withBody: Bool = false
    ) async throws(ServiceError) -> (bucket: BucketRecord, object: ObjectRecord?, marker: DeleteMarker?) {
        let lookup = try await kept(address) { [index] in
            try await index.read {
                try $0.object(address.key, in: address.bucket, version: version, withBody: withBody)
            }
        }
        return try authorized(lookup, action.onVersion(version), address, caller)
    }

    /// Whoever makes a write depend on the object that is there must be allowed to read it (user guide: conditional
    /// writes).
    func authorize(
        _ conditions: WriteConditions, on object: ObjectRecord?, in bucket: BucketRecord, _ address: ObjectAddress,
        _ caller: Caller
    ) throws(ServiceError) {
        guard conditions.ifMatch != nil else { return }
        if let object {
            try authorize(bucket, .getObject, key: address.key, object: object, caller)
        } else {
            try authorizeMissing(bucket, .getObject, address, caller)
        }
    }

    /// A version that exists, for operations on what is kept beside its bytes.
    func present(
        _ address: ObjectAddress, _ action: S3Action, version: String?, _ caller: Caller
    ) async throws(ServiceError) -> (bucket: BucketRecord, object: ObjectRecord) {
        let found = try await find(address, action, version: version, caller)
        if let marker = found.marker { throw .deleted(marker, address, asked: version) }
        guard let object = found.object else { throw .noSuchObject(address, version: version) }
        return (found.bucket, object)
    }

    /// A bucket that exists and that the caller may use so.
    func bucket(_ name: String, _ action: S3Action, _ caller: Caller) async throws(ServiceError) -> BucketRecord {
        let found = try await bucket(named: name)
        try authorize(found, action, caller)
        return found
    }

    /// A bucket that exists, whoever asks.
    func bucket(named name: String) async throws(ServiceError) -> BucketRecord {
        let found = try await kept(ObjectAddress(name, "")) { [index] in try await index.read { try $0.bucket(name) } }
        guard let found else { throw .noSuchBucket(name) }
        return found
    }
}

extension Caller {
    /// Whether the caller is the account that owns the bucket.
    fileprivate func owns(_ bucket: BucketRecord) -> Bool {
        !principal.isAnonymous && principal.account == bucket.owner
    }
}

extension S3Action {
    /// Whether it changes or shows the policy itself.
    fileprivate var isOnPolicy: Bool {
        switch self {
        case .getBucketPolicy, .putBucketPolicy, .deleteBucketPolicy: true
        default: false
        }
    }

    /// Whether the object's owner decides, where that is not the bucket's.
    fileprivate var needsObjectOwner: Bool {
        switch self {
        case .putObject, .deleteObject, .deleteObjectVersion, .abortMultipartUpload, .listMultipartUploadParts,
            .bypassGovernanceRetention:
            false
        default: isOnObject
        }
    }

    /// What somebody needs who asks for an object that is not there.
    fileprivate var onMissing: S3Action { needsObjectOwner ? .listBucket : self }
}

// MARK: Writing

extension ObjectStorage {
    /// Who will own a new object, and who else gets access to it.
    func terms(
        _ access: AccessRequest, in bucket: BucketRecord, _ caller: Caller
    ) throws(ServiceError) -> (owner: AccountID?, grants: FieldList) {
        let isBucketOwner = caller.owns(bucket)
        if access.isEmpty, isBucketOwner { return (nil, FieldList()) }
        let rules = rules(of: bucket)
        if rules.ownership == .bucketOwnerEnforced {
            guard access.isEmpty || access.canned == "bucket-owner-full-control" else { throw .listsNotSupported() }
            return (nil, FieldList())
        }
        let isHandedOver =
            rules.ownership == .bucketOwnerPreferred && access.canned == "bucket-owner-full-control"
        let owner = isBucketOwner || isHandedOver || caller.principal.isAnonymous ? nil : caller.principal.account
        let ownerID = accounts[owner ?? bucket.owner].canonicalID
        let list = try access.list(owner: ownerID, bucketOwner: accounts[bucket.owner].canonicalID, accounts)
        if rules.publicAccess.blocksACLs, list.isPublic { throw .accessDenied() }
        return (owner, list == .standard(owner: ownerID) ? FieldList() : list.fields)
    }
}

extension ServiceError {
    static func listsNotSupported() -> ServiceError {
        ServiceError("AccessControlListNotSupported", status: 400, "The bucket does not allow ACLs")
    }

    static func noSuchVersion(_ address: ObjectAddress, _ version: String) -> ServiceError {
        ServiceError(
            "NoSuchVersion", status: 404, "The specified version does not exist.",
            fields: [Field("Key", address.key), Field("VersionId", version)])
    }

    static func noSuchObject(_ address: ObjectAddress, version: String?) -> ServiceError {
        version.map { .noSuchVersion(address, $0) } ?? .noSuchKey(address.key)
    }

    /// What a read of a delete marker answers: nothing is there, or, where the marker itself is asked for, that it
    /// cannot be read.
    static func deleted(
        _ marker: DeleteMarker, _ address: ObjectAddress, asked version: String?
    ) -> ServiceError {
        var error =
            version == nil
            ? noSuchKey(address.key)
            : ServiceError(
                "MethodNotAllowed", status: 405, "The specified method is not allowed against this resource.",
                fields: [Field("Method", "GET"), Field("ResourceType", "DeleteMarker")])
        error.headers = [
            Field("x-amz-delete-marker", "true"), Field("x-amz-version-id", marker.version ?? "null"),
        ]
        if version != nil {
            error.headers += [Field("Allow", "DELETE"), Field("Last-Modified", marker.modified.httpDate)]
        }
        return error
    }
}
