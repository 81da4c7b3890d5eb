// What is configured for a bucket, read: the documents are JSON with the member names of the service's model.

internal import JSON
internal import Kernel
internal import Store
internal import Synchronization

/// The rules of one bucket that requests are held to.
final class BucketRules: Sendable {
    let policy: BucketPolicy?
    let ownership: ObjectOwnership
    let publicAccess: PublicAccessBlock
    /// Nil where only the owner is on the list.
    let grants: AccessControlList?
    /// Header fields that a new object gets unless its request says otherwise.
    let encryption: [ServiceError.Field]
    let defaultRetention: DefaultRetention?
    let lifecycle: [LifecycleRule]
    let notifications: NotificationConfiguration

    init(_ bucket: BucketRecord) {
        let documents = bucket.documents
        func json(_ kind: BucketDocument) -> JSONValue? { documents[kind].flatMap { try? JSONValue(parsing: $0) } }
        // One that cannot be read any more denies all: its denials must not get lost.
        policy = documents[.policy].map { text in
            (try? BucketPolicy(parsing: text, bucket: bucket.name)) ?? .denyingAll
        }
        ownership = ObjectOwnership(json(.ownershipControls))
        publicAccess = PublicAccessBlock(json(.publicAccessBlock))
        grants = documents[.acl].map { bytes in
            AccessControlList(bytes.withUnsafeBytes { FieldList(text: $0) })
        }
        encryption = Self.encryption(json(.encryption))
        defaultRetention = DefaultRetention(json(.objectLock))
        lifecycle = json(.lifecycle).flatMap { try? LifecycleRule.rules($0) } ?? []
        notifications =
            json(.notification).flatMap { try? NotificationConfiguration($0) } ?? NotificationConfiguration()
    }

    private static func encryption(_ document: JSONValue?) -> [ServiceError.Field] {
        guard let rule = document?["Rules"]?.array?.first,
            let standard = rule["ApplyServerSideEncryptionByDefault"],
            let algorithm = standard["SSEAlgorithm"]?.string
        else { return [] }
        var fields = [ServiceError.Field(ObjectAttributes.encryptionField, algorithm)]
        if let key = standard["KMSMasterKeyID"]?.string {
            fields.append(.init(ObjectAttributes.encryptionField + "-aws-kms-key-id", key))
        }
        if rule["BucketKeyEnabled"]?.bool == true {
            fields.append(.init(ObjectAttributes.encryptionField + "-bucket-key-enabled", "true"))
        }
        return fields
    }
}

/// Who owns what others write into a bucket (user guide: controlling ownership of objects).
package enum ObjectOwnership: String, Sendable, CaseIterable {
    /// The bucket's owner; access control lists have no effect.
    case bucketOwnerEnforced = "BucketOwnerEnforced"
    /// The bucket's owner, where the writer grants full control.
    case bucketOwnerPreferred = "BucketOwnerPreferred"
    case objectWriter = "ObjectWriter"

    /// A bucket without the setting is one from before there was any.
    init(_ document: JSONValue?) {
        let text = document?["Rules"]?.array?.first?["ObjectOwnership"]?.string
        self = text.flatMap(ObjectOwnership.init(rawValue:)) ?? .objectWriter
    }

    /// As a document.
    var document: [UInt8] { Array("{\"Rules\":[{\"ObjectOwnership\":\"\(rawValue)\"}]}".utf8) }
}

/// What a bucket refuses or overlooks for being public (user guide: blocking public access).
struct PublicAccessBlock: Hashable, Sendable {
    var blocksACLs: Bool, ignoresACLs: Bool, blocksPolicies: Bool, restrictsBuckets: Bool

    init(_ document: JSONValue?) {
        func isOn(_ name: String) -> Bool { document?[name]?.bool ?? false }
        blocksACLs = isOn("BlockPublicAcls")
        ignoresACLs = isOn("IgnorePublicAcls")
        blocksPolicies = isOn("BlockPublicPolicy")
        restrictsBuckets = isOn("RestrictPublicBuckets")
    }

    /// What every new bucket gets since April 2023.
    static let everything = Array(
        """
        {"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":true,"RestrictPublicBuckets":true}
        """.utf8)
}

/// How long new versions are retained.
struct DefaultRetention: Hashable, Sendable {
    var mode: String, period: Duration

    init?(_ document: JSONValue?) {
        guard let rule = document?["Rule"]?["DefaultRetention"], let mode = rule["Mode"]?.string else { return nil }
        let days = rule["Days"]?.integer ?? rule["Years"]?.integer.map { $0 * 365 }
        guard let days else { return nil }
        self.mode = mode
        period = .seconds(days * 86_400)
    }
}

/// Rules of buckets by id, read once per revision.
final class BucketRulesCache: Sendable {
    private let known = Mutex<[Int64: (revision: Int64, rules: BucketRules)]>([:])
    /// Most buckets that are remembered.
    private static let most = 1000

    func rules(of bucket: BucketRecord) -> BucketRules {
        let found = known.withLock { known in
            known[bucket.id].flatMap { $0.revision == bucket.revision ? $0.rules : nil }
        }
        if let found { return found }
        let rules = BucketRules(bucket)
        known.withLock { known in
            if known.count >= Self.most { known = [:] }
            known[bucket.id] = (bucket.revision, rules)
        }
        return rules
    }
}
