// Retention and legal holds of versions (user guide: how Object Lock works).

package import Kernel
package import Store

extension ObjectStorage {
    /// How long a version is retained; nil mode and date where it is not.
    package func retention(
        of address: ObjectAddress, version: String?, _ caller: Caller
    ) async throws(ServiceError) -> ObjectLock {
        let (bucket, object) = try await present(address, .getObjectRetention, version: version, caller)
        try requireLocks(bucket)
        guard object.lock.mode != nil else { throw .noLock() }
        return object.lock
    }

    /// Retains a version, for longer than it was, or for less where governance mode allows it and may be bypassed. Both
    /// nil takes the retention off.
    package func putRetention(
        _ mode: String?, until: Instant?, of address: ObjectAddress, version: String?, bypassingGovernance: Bool,
        _ caller: Caller
    ) async throws(ServiceError) {
        try await changeLock(of: address, .putObjectRetention, version: version, caller) {
            (lock, bucket) throws(ServiceError) in
            if mode != nil || until != nil { try ObjectLock.checkRetention(mode, until, at: caller.now) }
            let isInForce = lock.until.map { $0 > caller.now } ?? false
            let isWeaker =
                until == nil || until.map { new in lock.until.map { new < $0 } ?? false } ?? true
                || (lock.mode == "COMPLIANCE" && mode != "COMPLIANCE")
            if isInForce, isWeaker || mode != lock.mode {
                let mayBypass = bypassingGovernance && lock.mode == "GOVERNANCE"
                guard mayBypass else {
                    throw ServiceError(
                        "AccessDenied", status: 403, "Access Denied because object protected by object lock.")
                }
                try authorize(bucket, .bypassGovernanceRetention, key: address.key, caller)
            }
            return ObjectLock(mode: mode, until: until, isHeld: lock.isHeld)
        }
    }

    /// Whether a version is held.
    package func legalHold(
        of address: ObjectAddress, version: String?, _ caller: Caller
    ) async throws(ServiceError) -> Bool {
        let (bucket, object) = try await present(address, .getObjectLegalHold, version: version, caller)
        try requireLocks(bucket)
        guard let isHeld = object.lock.isHeld else { throw .noLock() }
        return isHeld
    }

    /// Holds a version, or lets it go.
    package func putLegalHold(
        _ isHeld: Bool, of address: ObjectAddress, version: String?, _ caller: Caller
    ) async throws(ServiceError) {
        try await changeLock(of: address, .putObjectLegalHold, version: version, caller) { lock, _ in
            ObjectLock(mode: lock.mode, until: lock.until, isHeld: isHeld)
        }
    }

    /// Puts a lock that follows from the one that is there in its place.
    private func changeLock(
        of address: ObjectAddress, _ action: S3Action, version: String?, _ caller: Caller,
        _ next: (ObjectLock, BucketRecord) throws(ServiceError) -> ObjectLock
    ) async throws(ServiceError) {
        // Whoever changes the lock meanwhile makes this start over, a few times at most.
        for _ in 0..<5 {
            let (bucket, object) = try await present(address, action, version: version, caller)
            try requireLocks(bucket)
            let lock = try next(object.lock, bucket)
            let amendment = ObjectAmendment.lock(lock, expecting: object.lock)
            do {
                try await index.apply(
                    .amend(
                        action == .putObjectRetention
                            ? reference(bucket, .putRetention(lock), caller) : bucket.reference,
                        key: address.key, version: version ?? object.version ?? "null", amendment))
                return
            } catch IndexRefusal.otherObject { continue } catch { throw visible(error, address) }
        }
        throw .conflict()
    }

    private func requireLocks(_ bucket: BucketRecord) throws(ServiceError) {
        guard bucket.allowsLocks else { throw .invalidRequest("Bucket is missing Object Lock Configuration") }
    }
}

extension ServiceError {
    fileprivate static func noLock() -> ServiceError {
        ServiceError(
            "NoSuchObjectLockConfiguration", status: 404,
            "The specified object does not have a ObjectLock configuration")
    }
}
