import Kernel
import Shapes
import Wire

/// Answers about versions, access, locks and the configurations of a bucket.
extension ResponseSample {
    private static let owner = S3.Owner(displayName: "me", id: "canonical")

    static let access: [ResponseSample] = [
        .init(
            S3.GetBucketAcl.self,
            .init(
                owner: owner,
                grants: [
                    .init(grantee: .init(id: "canonical", type: .canonicalUser), permission: .fullControl),
                    .init(grantee: .init(type: .group, uri: "http://group"), permission: .readAcp),
                ])),
        .init(
            S3.GetObjectAcl.self,
            .init(
                owner: owner, grants: [.init(grantee: .init(id: "a&b", type: .canonicalUser), permission: .read)])),
        .init(S3.GetBucketPolicy.self, .init(policy: "{\"Statement\": [\"<&>\"]}")),
        .init(S3.GetBucketPolicyStatus.self, .init(policyStatus: .init(isPublic: true))),
        .init(
            S3.GetPublicAccessBlock.self,
            .init(
                publicAccessBlockConfiguration: .init(
                    blockPublicAcls: true, ignorePublicAcls: false, blockPublicPolicy: true,
                    restrictPublicBuckets: false))),
        .init(
            S3.GetBucketOwnershipControls.self,
            .init(ownershipControls: .init(rules: [.init(objectOwnership: .bucketOwnerPreferred)]))),
        .init(
            S3.GetObjectLockConfiguration.self,
            .init(
                objectLockConfiguration: .init(
                    objectLockEnabled: .enabled,
                    rule: .init(defaultRetention: .init(mode: .governance, days: 3))))),
        .init(S3.GetObjectRetention.self, .init(retention: .init(mode: .compliance, retainUntilDate: time))),
        .init(S3.GetObjectLegalHold.self, .init(legalHold: .init(status: .on))),
        .init(S3.PutObjectRetention.self, .init()),
        .init(S3.PutBucketAcl.self, EmptyShape()),
    ]

    static let settings: [ResponseSample] = [
        .init(S3.GetBucketVersioning.self, .init(status: .suspended), as: "GetBucketVersioning of a suspended bucket"),
        .init(
            S3.ListObjectVersions.self,
            .init(
                isTruncated: true, keyMarker: "", versionIdMarker: "", nextKeyMarker: "k", nextVersionIdMarker: "null",
                versions: [
                    .init(
                        eTag: "\"x\"", size: 3, storageClass: .standard, key: "k", versionId: "null", isLatest: false,
                        lastModified: time, owner: owner)
                ],
                deleteMarkers: [
                    .init(owner: owner, key: "k", versionId: "v2", isLatest: true, lastModified: time)
                ],
                name: "bucket", prefix: "", maxKeys: 2, commonPrefixes: [.init(prefix: "p/")])),
        .init(
            S3.GetObjectAttributes.self,
            .init(
                lastModified: time, versionId: "v1", eTag: "abc-2",
                checksum: .init(checksumCRC32: "AAAAAA==", checksumType: .composite),
                objectParts: .init(
                    totalPartsCount: 2, partNumberMarker: 0, nextPartNumberMarker: 1, maxParts: 1, isTruncated: true,
                    parts: [.init(partNumber: 1, size: 5, checksumCRC32: "AAAAAA==")]),
                storageClass: .standard, objectSize: 7)),
        .init(
            S3.GetBucketLifecycleConfiguration.self,
            .init(
                rules: [
                    .init(
                        expiration: .init(days: 3), id: "one",
                        filter: .init(and: .init(prefix: "a/", tags: [.init(key: "k", value: "v")])), status: .enabled,
                        abortIncompleteMultipartUpload: .init(daysAfterInitiation: 7))
                ], transitionDefaultMinimumObjectSize: .allStorageClasses128k)),
        .init(
            S3.GetBucketEncryption.self,
            .init(
                serverSideEncryptionConfiguration: .init(rules: [
                    .init(
                        applyServerSideEncryptionByDefault: .init(sseAlgorithm: .aes256), bucketKeyEnabled: false)
                ]))),
        .init(
            S3.GetBucketNotificationConfiguration.self,
            .init(
                queueConfigurations: [.init(id: "q", queueArn: "arn", events: [.s3ObjectCreated])],
                eventBridgeConfiguration: .init())),
        .init(
            S3.GetBucketWebsite.self,
            .init(indexDocument: .init(suffix: "index.html"), errorDocument: .init(key: "e.html"))),
        .init(S3.GetBucketLogging.self, .init()),
        .init(S3.GetBucketAccelerateConfiguration.self, .init(status: .enabled)),
        .init(S3.GetBucketRequestPayment.self, .init(payer: .bucketOwner)),
        .init(
            S3.GetBucketReplication.self,
            .init(
                replicationConfiguration: .init(
                    role: "arn",
                    rules: [
                        .init(
                            id: "r", priority: 1, filter: .init(prefix: ""), status: .enabled,
                            destination: .init(bucket: "arn:aws:s3:::other"))
                    ]))),
        .init(S3.DeleteBucketPolicy.self, EmptyShape()),
    ]
}
