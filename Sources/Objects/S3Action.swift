// The actions of bucket policies, one per kind of access (service authorization reference: Amazon S3), and the
// permission of an access control list that grants the same (user guide: access control list overview).

/// What a request wants to do.
package enum S3Action: String, Sendable, CaseIterable {
    // On objects.
    case getObject = "GetObject"
    case getObjectVersion = "GetObjectVersion"
    case getObjectAttributes = "GetObjectAttributes"
    case getObjectVersionAttributes = "GetObjectVersionAttributes"
    case putObject = "PutObject"
    case deleteObject = "DeleteObject"
    case deleteObjectVersion = "DeleteObjectVersion"
    case getObjectTagging = "GetObjectTagging"
    case getObjectVersionTagging = "GetObjectVersionTagging"
    case putObjectTagging = "PutObjectTagging"
    case putObjectVersionTagging = "PutObjectVersionTagging"
    case deleteObjectTagging = "DeleteObjectTagging"
    case deleteObjectVersionTagging = "DeleteObjectVersionTagging"
    case getObjectACL = "GetObjectAcl"
    case getObjectVersionACL = "GetObjectVersionAcl"
    case putObjectACL = "PutObjectAcl"
    case putObjectVersionACL = "PutObjectVersionAcl"
    case getObjectRetention = "GetObjectRetention"
    case putObjectRetention = "PutObjectRetention"
    case getObjectLegalHold = "GetObjectLegalHold"
    case putObjectLegalHold = "PutObjectLegalHold"
    case bypassGovernanceRetention = "BypassGovernanceRetention"
    case listMultipartUploadParts = "ListMultipartUploadParts"
    case abortMultipartUpload = "AbortMultipartUpload"
    case restoreObject = "RestoreObject"

    // On buckets.
    case listBucket = "ListBucket"
    case listBucketVersions = "ListBucketVersions"
    case listBucketMultipartUploads = "ListBucketMultipartUploads"
    case deleteBucket = "DeleteBucket"
    case getBucketLocation = "GetBucketLocation"
    case getBucketVersioning = "GetBucketVersioning"
    case putBucketVersioning = "PutBucketVersioning"
    case getBucketTagging = "GetBucketTagging"
    case putBucketTagging = "PutBucketTagging"
    case getBucketCORS = "GetBucketCORS"
    case putBucketCORS = "PutBucketCORS"
    case getBucketPolicy = "GetBucketPolicy"
    case putBucketPolicy = "PutBucketPolicy"
    case deleteBucketPolicy = "DeleteBucketPolicy"
    case getBucketPolicyStatus = "GetBucketPolicyStatus"
    case getBucketACL = "GetBucketAcl"
    case putBucketACL = "PutBucketAcl"
    case getBucketPublicAccessBlock = "GetBucketPublicAccessBlock"
    case putBucketPublicAccessBlock = "PutBucketPublicAccessBlock"
    case getBucketOwnershipControls = "GetBucketOwnershipControls"
    case putBucketOwnershipControls = "PutBucketOwnershipControls"
    case getLifecycleConfiguration = "GetLifecycleConfiguration"
    case putLifecycleConfiguration = "PutLifecycleConfiguration"
    case getEncryptionConfiguration = "GetEncryptionConfiguration"
    case putEncryptionConfiguration = "PutEncryptionConfiguration"
    case getBucketNotification = "GetBucketNotification"
    case putBucketNotification = "PutBucketNotification"
    case getBucketWebsite = "GetBucketWebsite"
    case putBucketWebsite = "PutBucketWebsite"
    case deleteBucketWebsite = "DeleteBucketWebsite"
    case getBucketLogging = "GetBucketLogging"
    case putBucketLogging = "PutBucketLogging"
    case getAccelerateConfiguration = "GetAccelerateConfiguration"
    case putAccelerateConfiguration = "PutAccelerateConfiguration"
    case getBucketRequestPayment = "GetBucketRequestPayment"
    case putBucketRequestPayment = "PutBucketRequestPayment"
    case getReplicationConfiguration = "GetReplicationConfiguration"
    case putReplicationConfiguration = "PutReplicationConfiguration"
    case getBucketObjectLockConfiguration = "GetBucketObjectLockConfiguration"
    case putBucketObjectLockConfiguration = "PutBucketObjectLockConfiguration"

    /// As policies name it, without `s3:`.
    var name: String { rawValue }

    /// Whether the action's resource is an object and not the bucket.
    var isOnObject: Bool {
        switch self {
        case .getObject, .getObjectVersion, .getObjectAttributes, .getObjectVersionAttributes, .putObject,
            .deleteObject, .deleteObjectVersion, .getObjectTagging, .getObjectVersionTagging, .putObjectTagging,
            .putObjectVersionTagging, .deleteObjectTagging, .deleteObjectVersionTagging, .getObjectACL,
            .getObjectVersionACL, .putObjectACL, .putObjectVersionACL, .getObjectRetention, .putObjectRetention,
            .getObjectLegalHold, .putObjectLegalHold, .bypassGovernanceRetention, .listMultipartUploadParts,
            .abortMultipartUpload, .restoreObject:
            true
        default: false
        }
    }

    /// The permission that grants the action, and on whose list it stands; nil where no list can grant it.
    var permission: (list: GrantingList, needs: AccessControlList.Permission)? {
        switch self {
        case .listBucket, .listBucketVersions, .listBucketMultipartUploads: (.bucket, .read)
        case .putObject, .deleteObject: (.bucket, .write)
        case .getBucketACL: (.bucket, .readACP)
        case .putBucketACL: (.bucket, .writeACP)
        case .getObject, .getObjectVersion, .getObjectAttributes, .getObjectVersionAttributes: (.object, .read)
        case .getObjectACL, .getObjectVersionACL: (.object, .readACP)
        case .putObjectACL, .putObjectVersionACL: (.object, .writeACP)
        default: nil
        }
    }

    /// Whose access control list is asked.
    enum GrantingList { case bucket, object }

    /// The same action on a version that the request names.
    func onVersion(_ version: String?) -> S3Action {
        guard version != nil else { return self }
        return switch self {
        case .getObject: .getObjectVersion
        case .getObjectAttributes: .getObjectVersionAttributes
        case .deleteObject: .deleteObjectVersion
        case .getObjectTagging: .getObjectVersionTagging
        case .putObjectTagging: .putObjectVersionTagging
        case .deleteObjectTagging: .deleteObjectVersionTagging
        case .getObjectACL: .getObjectVersionACL
        case .putObjectACL: .putObjectVersionACL
        default: self
        }
    }
}
