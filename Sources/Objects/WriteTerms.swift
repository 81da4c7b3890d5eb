// What a bucket's rules make of a new object, beyond what its request says.

internal import Kernel
internal import Store

/// The bucket that is written to, and what it adds to the object.
struct WriteTerms {
    var bucket: BucketReference
    var owner: AccountID?, grants = FieldList()
    /// In place of the request's, where that says nothing.
    var lock: ObjectLock?
    /// Where the request says nothing of encryption.
    var encryption: [ServiceError.Field] = []

    init(_ bucket: BucketReference) { self.bucket = bucket }

    func applied(to record: ObjectRecord) -> ObjectRecord {
        var record = record
        record.owner = owner
        record.grants = grants
        if let lock { record.lock = lock }
        record.fields.fields += encryption
        return record
    }
}

extension ObjectStorage {
    /// - Parameters:
    ///   - attributes: of the new object; its lock must be one that the bucket allows.
    func writeTerms(
        for address: ObjectAddress, in bucket: BucketRecord, _ access: AccessRequest, _ attributes: ObjectAttributes,
        _ cause: EventCause, _ caller: Caller
    ) throws(ServiceError) -> WriteTerms {
        var terms = WriteTerms(reference(bucket, cause, caller))
        // To leave an object to its writer or to hand it to the bucket's owner takes no permission of its own.
        if access.grantsToOthers {
            try authorize(bucket, .putObjectACL, key: address.key, caller)
        } else if !access.isEmpty, isDenied(bucket, .putObjectACL, key: address.key, caller) {
            throw .accessDenied()
        }
        if !attributes.tags.isEmpty { try authorize(bucket, .putObjectTagging, key: address.key, caller) }
        (terms.owner, terms.grants) = try self.terms(access, in: bucket, caller)
        try checkLock(attributes.lock, address, bucket, caller)
        guard bucket.documents[.objectLock] != nil || bucket.documents[.encryption] != nil else { return terms }
        let rules = rules(of: bucket)
        if attributes.lock.mode == nil, let standard = rules.defaultRetention, bucket.allowsLocks {
            terms.lock = ObjectLock(
                mode: standard.mode, until: caller.now + standard.period, isHeld: attributes.lock.isHeld)
        }
        let isSaid = attributes.fields.fields.contains { $0.name == ObjectAttributes.encryptionField }
        if !isSaid { terms.encryption = rules.encryption }
        return terms
    }

    private func checkLock(
        _ lock: ObjectLock, _ address: ObjectAddress, _ bucket: BucketRecord, _ caller: Caller
    ) throws(ServiceError) {
        guard lock != ObjectLock() else { return }
        guard bucket.allowsLocks else {
            throw .invalidRequest("Bucket is missing Object Lock Configuration")
        }
        if lock.mode != nil || lock.until != nil {
            try authorize(bucket, .putObjectRetention, key: address.key, caller)
            try ObjectLock.checkRetention(lock.mode, lock.until, at: caller.now)
        }
        if lock.isHeld != nil { try authorize(bucket, .putObjectLegalHold, key: address.key, caller) }
    }
}

extension ObjectLock {
    /// Mode and date go together, and the date lies ahead.
    static func checkRetention(_ mode: String?, _ until: Instant?, at now: Instant) throws(ServiceError) {
        guard mode != nil, let until else {
            throw .invalidArgument(
                mode == nil ? "x-amz-object-lock-mode" : "x-amz-object-lock-retain-until-date", "",
                "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied")
        }
        guard until > now else {
            throw .invalidArgument(
                "x-amz-object-lock-retain-until-date", until.iso8601Milliseconds,
                "The retain until date must be in the future!")
        }
    }
}
