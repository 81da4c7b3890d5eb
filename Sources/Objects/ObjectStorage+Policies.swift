// Bucket policies and access control lists, set and shown.

package import Kernel
internal import Store

extension ObjectStorage {
    /// Sets the policy of a bucket; the text is kept as it came.
    package func putPolicy(_ text: String, of name: String, _ caller: Caller) async throws(ServiceError) {
        let bucket = try await bucket(name, .putBucketPolicy, caller)
        let bytes = Array(text.utf8)
        guard bytes.count <= limits.bucketPolicyBytes else {
            throw .malformedPolicy("Policies must not exceed \(limits.bucketPolicyBytes) bytes in size")
        }
        let policy = try BucketPolicy(parsing: bytes, bucket: name)
        try policy.checkVocabulary()
        if policy.isPublic, rules(of: bucket).publicAccess.blocksPolicies { throw .accessDenied() }
        try await change(.configure(bucket.reference, .policy, bytes), ObjectAddress(name, ""))
    }

    /// The policy of a bucket, as it was set.
    package func policy(of name: String, _ caller: Caller) async throws(ServiceError) -> String {
        guard let text = try await bucket(name, .getBucketPolicy, caller).documents[.policy] else {
            throw .notConfigured(.policy, name)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether the policy of a bucket lets everybody do something.
    package func isPolicyPublic(of name: String, _ caller: Caller) async throws(ServiceError) -> Bool {
        let bucket = try await bucket(name, .getBucketPolicyStatus, caller)
        guard let policy = rules(of: bucket).policy else { throw .notConfigured(.policy, name) }
        return policy.isPublic
    }

    /// Who may do what, as it is shown.
    package struct ShownAccess: Sendable {
        package var owner: AccountID, list: AccessControlList
    }

    /// What a request sets: a list of its own, or one in words.
    package enum AccessChange: Sendable {
        case list(AccessControlList, ownerID: String?)
        case request(AccessRequest)
    }

    /// The access control list of a bucket.
    package func bucketAccess(of name: String, _ caller: Caller) async throws(ServiceError) -> ShownAccess {
        let bucket = try await bucket(name, .getBucketACL, caller)
        return shown(bucket.owner, rules(of: bucket).grants, in: bucket)
    }

    private func shown(_ owner: AccountID, _ list: AccessControlList?, in bucket: BucketRecord) -> ShownAccess {
        let isInEffect = rules(of: bucket).ownership != .bucketOwnerEnforced
        let owner = isInEffect ? owner : bucket.owner
        let standard = AccessControlList.standard(owner: accounts[owner].canonicalID)
        return ShownAccess(owner: owner, list: isInEffect ? list ?? standard : standard)
    }

    /// Sets the access control list of a bucket.
    package func putBucketAccess(
        _ access: AccessChange, of name: String, _ caller: Caller
    ) async throws(ServiceError) {
        let bucket = try await bucket(name, .putBucketACL, caller)
        let list = try checked(access, owner: bucket.owner, in: bucket)
        try await change(
            .configure(bucket.reference, .acl, Array((list.fields.text ?? "").utf8)), ObjectAddress(name, ""))
    }

    /// The access control list of an object.
    package func objectAccess(
        of address: ObjectAddress, version: String?, _ caller: Caller
    ) async throws(ServiceError) -> ShownAccess {
        let (bucket, object) = try await present(address, .getObjectACL, version: version, caller)
        return shown(
            object.owner ?? bucket.owner, object.grants.isEmpty ? nil : AccessControlList(object.grants), in: bucket)
    }

    /// Sets the access control list of an object.
    package func putObjectAccess(
        _ access: AccessChange, of address: ObjectAddress, version: String?, _ caller: Caller
    ) async throws(ServiceError) {
        let (bucket, object) = try await present(address, .putObjectACL, version: version, caller)
        let owner = object.owner ?? bucket.owner
        let list = try checked(access, owner: owner, in: bucket)
        let isStandard = list == .standard(owner: accounts[owner].canonicalID)
        try await change(
            .amend(
                reference(bucket, .putACL, caller), key: address.key,
                version: version ?? object.version ?? "null",
                .grants(isStandard ? FieldList() : list.fields)), address)
    }

    private func checked(
        _ access: AccessChange, owner: AccountID, in bucket: BucketRecord
    ) throws(ServiceError) -> AccessControlList {
        let rules = rules(of: bucket), ownerID = accounts[owner].canonicalID
        let bucketOwnerID = accounts[bucket.owner].canonicalID
        let list: AccessControlList
        switch access {
        case .request(let request):
            if rules.ownership == .bucketOwnerEnforced {
                guard request.canned == "bucket-owner-full-control" else { throw .listsNotSupported() }
            }
            list = try request.list(owner: ownerID, bucketOwner: bucketOwnerID, accounts)
        case .list(let given, let givenOwner):
            guard givenOwner == nil || givenOwner == ownerID else { throw .accessDenied() }
            if rules.ownership == .bucketOwnerEnforced, given != .standard(owner: ownerID) {
                throw .listsNotSupported()
            }
            guard given.grants.count <= limits.grants else {
                throw .malformedXML()
            }
            list = given
        }
        if rules.publicAccess.blocksACLs, list.isPublic { throw .accessDenied() }
        return list
    }
}
