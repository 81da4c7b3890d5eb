// The documents that configure a bucket, as JSON with the member names of the service's model: who may set and read
// them, what S3 refuses in them, and what it answers where there is none.

internal import JSON
package import Kernel
package import Store

extension ObjectStorage {
    /// Sets a document.
    package func putDocument(
        _ kind: BucketDocument, _ document: [UInt8], of name: String, _ caller: Caller
    ) async throws(ServiceError) {
        let bucket = try await bucket(name, kind.actions.put, caller)
        let value = try Self.parsed(document)
        try check(kind, value, bucket)
        if kind == .logging { try await checkLogging(value, bucket) }
        try await change(.configure(bucket.reference, kind, document), ObjectAddress(name, ""))
    }

    static func parsed(_ document: [UInt8]) throws(ServiceError) -> JSONValue {
        guard let value = try? JSONValue(parsing: document) else { throw .malformedXML() }
        return value
    }

    /// A document; what S3 answers to whoever asks for one that was never set is either a default or an error.
    package func document(
        _ kind: BucketDocument, of name: String, _ caller: Caller
    ) async throws(ServiceError) -> [UInt8] {
        let bucket = try await bucket(name, kind.actions.get, caller)
        guard let document = bucket.documents[kind] ?? kind.standard else { throw .notConfigured(kind, name) }
        return document
    }

    /// Removes a document.
    package func deleteDocument(
        _ kind: BucketDocument, of name: String, _ caller: Caller
    ) async throws(ServiceError) {
        let bucket = try await bucket(name, kind.actions.delete, caller)
        try await change(.configure(bucket.reference, kind, nil), ObjectAddress(name, ""))
    }

    /// A name for a lifecycle rule that was given none.
    package func makeRuleID() -> String { entropy.text(48, from: Alphabet.alphanumeric) }

    private func check(
        _ kind: BucketDocument, _ value: JSONValue, _ bucket: BucketRecord
    ) throws(ServiceError) {
        switch kind {
        case .lifecycle: _ = try LifecycleRule.rules(value)
        case .encryption: try Self.checkEncryption(value)
        case .ownershipControls: try checkOwnership(value, bucket)
        case .objectLock: try Self.checkObjectLock(value, bucket)
        case .website: try Self.checkWebsite(value)
        case .accelerate:
            guard !bucket.name.contains(".") else {
                throw .invalidRequest(
                    "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names")
            }
        case .replication:
            guard bucket.versioning == .enabled else {
                throw .invalidRequest("Versioning must be 'Enabled' on the bucket to apply a replication configuration")
            }
        case .acl, .cors, .logging, .notification, .policy, .publicAccessBlock, .requestPayment, .tagging: break
        }
    }

    private static func checkEncryption(_ value: JSONValue) throws(ServiceError) {
        guard let rules = value["Rules"]?.array, rules.count == 1 else { throw .malformedXML() }
        let standard = rules[0]["ApplyServerSideEncryptionByDefault"]
        guard let algorithm = standard?["SSEAlgorithm"]?.string else { throw .malformedXML() }
        guard algorithm.hasPrefix("aws:kms") || standard?["KMSMasterKeyID"] == nil else {
            throw .invalidArgument(
                "ApplyServerSideEncryptionByDefault", algorithm,
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse")
        }
    }

    private func checkOwnership(_ value: JSONValue, _ bucket: BucketRecord) throws(ServiceError) {
        guard value["Rules"]?.array?.count == 1 else { throw .malformedXML() }
        guard ObjectOwnership(value) == .bucketOwnerEnforced, let list = rules(of: bucket).grants,
            list != .standard(owner: accounts[bucket.owner].canonicalID)
        else { return }
        throw ServiceError(
            "InvalidBucketAclWithObjectOwnership", status: 400,
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
    }

    private static func checkObjectLock(_ value: JSONValue, _ bucket: BucketRecord) throws(ServiceError) {
        guard bucket.versioning == .enabled else {
            throw ServiceError(
                "InvalidBucketState", status: 409,
                "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
        }
        guard value["ObjectLockEnabled"]?.string == "Enabled" else { throw .malformedXML() }
        guard let rule = value["Rule"] else { return }
        let retention = rule["DefaultRetention"], days = retention?["Days"]?.integer
        let years = retention?["Years"]?.integer
        guard retention?["Mode"]?.string != nil, (days == nil) != (years == nil) else { throw .malformedXML() }
        for (name, count, most) in [("Days", days, 36_500), ("Years", years, 100)] {
            guard let count else { continue }
            guard count > 0 else {
                throw .invalidArgument(
                    name, String(count), "Default retention period must be a positive integer value.")
            }
            guard count <= most else {
                throw .invalidArgument(
                    name, String(count), "Default retention period too large. Maximum value is 36500 days or 100 years."
                )
            }
        }
    }

    /// A log goes to a bucket of the same owner and region.
    private func checkLogging(_ value: JSONValue, _ bucket: BucketRecord) async throws(ServiceError) {
        guard let name = value["LoggingEnabled"]?["TargetBucket"]?.string else { return }
        func refuse(_ message: String) -> ServiceError {
            ServiceError(
                "InvalidTargetBucketForLogging", status: 400, message, fields: [.init("TargetBucket", name)])
        }
        let found = try await kept(ObjectAddress(name, "")) { [index] in try await index.read { try $0.bucket(name) } }
        guard let target = found else { throw refuse("The target bucket for logging does not exist") }
        guard target.owner == bucket.owner else {
            throw refuse("The owner for the bucket to be logged and the target bucket must be the same.")
        }
        guard target.region == bucket.region else {
            throw ServiceError(
                "CrossLocationLoggingProhibitted", status: 403, "Cross S3 location logging not allowed.",
                fields: [
                    .init("SourceBucketLocation", bucket.region.description),
                    .init("TargetBucketLocation", target.region.description),
                ])
        }
    }

    private static func checkWebsite(_ value: JSONValue) throws(ServiceError) {
        if value["RedirectAllRequestsTo"] != nil {
            guard value["IndexDocument"] == nil, value["ErrorDocument"] == nil, value["RoutingRules"] == nil else {
                throw .malformedXML()
            }
            return
        }
        guard let suffix = value["IndexDocument"]?["Suffix"]?.string else {
            throw .invalidArgument(
                "IndexDocument", "null",
                "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty")
        }
        guard !suffix.isEmpty, !suffix.contains("/") else {
            throw .invalidArgument("IndexDocument", suffix, "The IndexDocument Suffix is not well formed")
        }
    }

    /// Begins or stops to keep versions.
    package func putVersioning(
        isEnabled: Bool, of name: String, _ caller: Caller
    ) async throws(ServiceError) {
        let bucket = try await bucket(name, .putBucketVersioning, caller)
        guard isEnabled || !bucket.allowsLocks else {
            throw ServiceError(
                "InvalidBucketState", status: 409,
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.")
        }
        try await change(
            .setVersioning(bucket.reference, isEnabled ? .enabled : .suspended, allowsLocks: false),
            ObjectAddress(name, ""))
    }

    /// Whether the bucket keeps versions.
    package func versioning(of name: String, _ caller: Caller) async throws(ServiceError) -> BucketRecord.Versioning {
        try await bucket(name, .getBucketVersioning, caller).versioning
    }

    /// Sets what new versions are locked with; a bucket that keeps versions becomes one that allows locks.
    package func putObjectLockDocument(
        _ document: [UInt8], of name: String, _ caller: Caller
    ) async throws(ServiceError) {
        try await putDocument(.objectLock, document, of: name, caller)
        let bucket = try await bucket(named: name)
        if !bucket.allowsLocks {
            try await change(
                .setVersioning(bucket.reference, .enabled, allowsLocks: true), ObjectAddress(name, ""))
        }
    }
}

extension BucketDocument {
    /// The actions that setting, reading and removing it need.
    var actions: (put: S3Action, get: S3Action, delete: S3Action) {
        switch self {
        case .accelerate: (.putAccelerateConfiguration, .getAccelerateConfiguration, .putAccelerateConfiguration)
        case .acl: (.putBucketACL, .getBucketACL, .putBucketACL)
        case .cors: (.putBucketCORS, .getBucketCORS, .putBucketCORS)
        case .encryption: (.putEncryptionConfiguration, .getEncryptionConfiguration, .putEncryptionConfiguration)
        case .lifecycle: (.putLifecycleConfiguration, .getLifecycleConfiguration, .putLifecycleConfiguration)
        case .logging: (.putBucketLogging, .getBucketLogging, .putBucketLogging)
        case .notification: (.putBucketNotification, .getBucketNotification, .putBucketNotification)
        case .objectLock:
            (.putBucketObjectLockConfiguration, .getBucketObjectLockConfiguration, .putBucketObjectLockConfiguration)
        case .ownershipControls:
            (.putBucketOwnershipControls, .getBucketOwnershipControls, .putBucketOwnershipControls)
        case .policy: (.putBucketPolicy, .getBucketPolicy, .deleteBucketPolicy)
        case .publicAccessBlock:
            (.putBucketPublicAccessBlock, .getBucketPublicAccessBlock, .putBucketPublicAccessBlock)
        case .replication: (.putReplicationConfiguration, .getReplicationConfiguration, .putReplicationConfiguration)
        case .requestPayment: (.putBucketRequestPayment, .getBucketRequestPayment, .putBucketRequestPayment)
        case .tagging: (.putBucketTagging, .getBucketTagging, .putBucketTagging)
        case .website: (.putBucketWebsite, .getBucketWebsite, .deleteBucketWebsite)
        }
    }

    /// What a bucket has of which nothing was said.
    fileprivate var standard: [UInt8]? {
        switch self {
        case .accelerate, .logging, .notification: Array("{}".utf8)
        case .requestPayment: Array("{\"Payer\":\"BucketOwner\"}".utf8)
        // Since January 2023 (user guide: default encryption).
        case .encryption:
            Array(
                """
                {"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"},"BucketKeyEnabled":false}]}
                """.utf8)
        default: nil
        }
    }
}

extension ServiceError {
    /// What is answered where a bucket has no such document (API reference, list of error codes).
    static func notConfigured(_ kind: BucketDocument, _ bucket: String) -> ServiceError {
        let (code, message): (String, String) =
            switch kind {
            case .cors: ("NoSuchCORSConfiguration", "The CORS configuration does not exist")
            case .lifecycle: ("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
            case .objectLock:
                ("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket")
            case .ownershipControls:
                ("OwnershipControlsNotFoundError", "The bucket ownership controls were not found")
            case .policy: ("NoSuchBucketPolicy", "The bucket policy does not exist")
            case .publicAccessBlock:
                ("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")
            case .replication:
                ("ReplicationConfigurationNotFoundError", "The replication configuration was not found")
            case .tagging: ("NoSuchTagSet", "The TagSet does not exist")
            case .website:
                ("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")
            case .encryption:
                (
                    "ServerSideEncryptionConfigurationNotFoundError",
                    "The server side encryption configuration was not found"
                )
            // These are never missing.
            case .accelerate, .acl, .logging, .notification, .requestPayment: ("NoSuchConfiguration", "")
            }
        return ServiceError(code, status: 404, message, fields: [Field("BucketName", bucket)])
    }
}
