// The words that a policy may use (service authorization reference: actions and condition keys for Amazon S3, as of
// April 2026), checked when a policy is set. One that is kept already stays in force whatever words it uses.

internal import Kernel

extension BucketPolicy {
    /// Refuses actions and keys of S3 that there are none of, and two statements of one name.
    func checkVocabulary() throws(ServiceError) {
        var names: Set<String> = []
        for statement in statements {
            for action in statement.actions where !S3Action.isKnown(action) {
                throw .malformedPolicy("Policy has invalid action")
            }
            for condition in statement.conditions where !condition.isKeyKnown {
                throw .malformedPolicy("Policy has an invalid condition key", condition.key)
            }
            guard let name = statement.name else { continue }
            guard names.insert(name).inserted else {
                throw .malformedPolicy("Statement IDs (SID) in a single policy must be unique.")
            }
        }
    }
}

extension S3Action {
    /// Whether a pattern stands for an action that S3 has.
    fileprivate static func isKnown(_ pattern: String) -> Bool {
        (allCases.lazy.map(\.name) + unserved).contains {
            Wildcard.matches(pattern, "s3:" + $0, ignoringCase: true)
        }
    }

    /// Actions that no operation asks a policy about here.
    private static let unserved = [
        "AssociateAccessGrantsIdentityCenter", "CreateAccessGrant", "CreateAccessGrantsInstance",
        "CreateAccessGrantsLocation", "CreateAccessPoint", "CreateAccessPointForObjectLambda", "CreateBucket",
        "CreateBucketMetadataTableConfiguration", "CreateJob", "CreateMultiRegionAccessPoint", "CreateStorageLensGroup",
        "DeleteAccessGrant", "DeleteAccessGrantsInstance", "DeleteAccessGrantsInstanceResourcePolicy",
        "DeleteAccessGrantsLocation", "DeleteAccessPoint", "DeleteAccessPointForObjectLambda",
        "DeleteAccessPointPolicy", "DeleteAccessPointPolicyForObjectLambda", "DeleteBucketMetadataTableConfiguration",
        "DeleteJobTagging", "DeleteMultiRegionAccessPoint", "DeleteStorageLensConfiguration",
        "DeleteStorageLensConfigurationTagging", "DeleteStorageLensGroup", "DescribeJob",
        "DescribeMultiRegionAccessPointOperation", "DissociateAccessGrantsIdentityCenter", "GetAccessGrant",
        "GetAccessGrantsInstance", "GetAccessGrantsInstanceForPrefix", "GetAccessGrantsInstanceResourcePolicy",
        "GetAccessGrantsLocation", "GetAccessPoint", "GetAccessPointConfigurationForObjectLambda",
        "GetAccessPointForObjectLambda", "GetAccessPointPolicy", "GetAccessPointPolicyForObjectLambda",
        "GetAccessPointPolicyStatus", "GetAccessPointPolicyStatusForObjectLambda", "GetAccountPublicAccessBlock",
        "GetAnalyticsConfiguration", "GetBucketAbac", "GetBucketMetadataTableConfiguration", "GetDataAccess",
        "GetIntelligentTieringConfiguration", "GetInventoryConfiguration", "GetJobTagging", "GetMetricsConfiguration",
        "GetMultiRegionAccessPoint", "GetMultiRegionAccessPointPolicy", "GetMultiRegionAccessPointPolicyStatus",
        "GetMultiRegionAccessPointRoutes", "GetObjectTorrent", "GetObjectVersionForReplication",
        "GetObjectVersionTorrent", "GetStorageLensConfiguration", "GetStorageLensConfigurationTagging",
        "GetStorageLensDashboard", "GetStorageLensGroup", "InitiateReplication", "ListAccessGrants",
        "ListAccessGrantsInstances", "ListAccessGrantsLocations", "ListAccessPoints", "ListAccessPointsForObjectLambda",
        "ListAllMyBuckets", "ListCallerAccessGrants", "ListJobs", "ListMultiRegionAccessPoints",
        "ListStorageLensConfigurations", "ListStorageLensGroups", "ListTagsForResource",
        "ObjectOwnerOverrideToBucketOwner", "PauseReplication", "PutAccessGrantsInstanceResourcePolicy",
        "PutAccessPointConfigurationForObjectLambda", "PutAccessPointPolicy", "PutAccessPointPolicyForObjectLambda",
        "PutAccessPointPublicAccessBlock", "PutAccountPublicAccessBlock", "PutAnalyticsConfiguration", "PutBucketAbac",
        "PutIntelligentTieringConfiguration", "PutInventoryConfiguration", "PutJobTagging", "PutMetricsConfiguration",
        "PutMultiRegionAccessPointPolicy", "PutStorageLensConfiguration", "PutStorageLensConfigurationTagging",
        "ReplicateDelete", "ReplicateObject", "ReplicateTags", "SubmitMultiRegionAccessPointRoutes", "TagResource",
        "UntagResource", "UpdateAccessGrantsLocation", "UpdateBucketMetadataInventoryTableConfiguration",
        "UpdateBucketMetadataJournalTableConfiguration", "UpdateJobPriority", "UpdateJobStatus",
        "UpdateObjectEncryption", "UpdateStorageLensGroup",
    ]
}

extension PolicyCondition {
    /// Whether the key is one of S3's, or none of its business.
    fileprivate var isKeyKnown: Bool {
        let key = key.lowercased()
        guard key.hasPrefix("s3:") else { return true }
        let name = String(key.dropFirst("s3:".count))
        return Self.keys.contains(name) || Self.tagKeys.contains { name.hasPrefix($0) && name.count > $0.count }
    }

    private static let tagKeys = ["accesspointtag/", "buckettag/", "existingobjecttag/", "requestobjecttag/"]
    private static let keys: Set<String> = [
        "accessgrantscope", "accessgrantsinstancearn", "accessgrantslocationscope", "accesspointnetworkorigin",
        "authtype", "dataaccesspointaccount", "dataaccesspointarn", "delimiter", "destinationregion",
        "existingjoboperation", "existingjobpriority", "if-match", "if-none-match", "inventoryaccessibleoptionalfields",
        "isreplicationpauserequest", "jobsuspendedcause", "locationconstraint", "max-keys", "object-lock-legal-hold",
        "object-lock-mode", "object-lock-remaining-retention-days", "object-lock-retain-until-date",
        "objectcreationoperation", "prefix", "requestjoboperation", "requestjobpriority", "requestobjecttagkeys",
        "resourceaccount", "signatureage", "signatureversion", "tlsversion", "versionid", "x-amz-acl",
        "x-amz-bucket-namespace", "x-amz-content-sha256", "x-amz-copy-source", "x-amz-grant-full-control",
        "x-amz-grant-read", "x-amz-grant-read-acp", "x-amz-grant-write", "x-amz-grant-write-acp",
        "x-amz-metadata-directive", "x-amz-object-ownership", "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-customer-algorithm",
        "x-amz-storage-class", "x-amz-website-redirect-location",
    ]
}
