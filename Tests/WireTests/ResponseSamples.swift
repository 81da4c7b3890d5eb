// Answers whose bytes botocore has judged (Tests/Golden/judge-responses.py holds what it must find in them).

import Kernel
import Shapes
import Wire

/// A named answer.
struct ResponseSample: Sendable {
    let name: String
    let service: String
    let operation: String
    let response: WireResponse

    static let identity = RequestIdentity(requestID: "REQUEST1", hostID: "HOST1")
    static let time = Instant(microseconds: 1_709_209_815_250_000)

    init<Wanted: Operation>(_ operation: Wanted.Type, _ output: Wanted.Output, as name: String? = nil) {
        self.name = name ?? Wanted.schema.name
        service = Wanted.schema.service.service.rawValue
        self.operation = Wanted.schema.name
        response = ResponseEncoder.encode(operation, output, Self.identity)
    }

    init<Wanted: Operation>(_ operation: Wanted.Type, failing error: ServiceError, as name: String) {
        self.name = name
        service = Wanted.schema.service.service.rawValue
        self.operation = Wanted.schema.name
        response = ErrorEnvelope.encode(
            error, Wanted.schema.service.wireProtocol, Self.identity, resource: "/bucket/key",
            isHead: Wanted.schema.route.method == "HEAD")
    }

    static var all: [ResponseSample] {
        buckets + objects + listings + multipart + access + settings + sageMaker + people + training + errors
    }

    private static let owner = S3.Owner(displayName: "me", id: "canonical")

    private static let buckets: [ResponseSample] = [
        .init(
            S3.ListBuckets.self,
            .init(
                buckets: [.init(name: "one", creationDate: time), .init(name: "two", creationDate: time)], owner: owner)
        ),
        .init(S3.CreateBucket.self, .init(location: "/bucket")),
        .init(S3.HeadBucket.self, .init(bucketRegion: "eu-west-1")),
        .init(S3.DeleteBucket.self, .init()),
        .init(S3.GetBucketLocation.self, .init(locationConstraint: "eu-west-1")),
        .init(S3.GetBucketLocation.self, .init(), as: "GetBucketLocation of us-east-1"),
        .init(S3.GetBucketVersioning.self, .init()),
        .init(
            S3.GetBucketCors.self,
            .init(corsRules: [
                .init(
                    allowedHeaders: ["*"], allowedMethods: ["GET", "PUT"], allowedOrigins: ["http://a", "http://b"],
                    exposeHeaders: ["ETag"], maxAgeSeconds: 30)
            ])),
        .init(S3.GetObjectTagging.self, .init(tagSet: [.init(key: "a", value: "1 < 2"), .init(key: "b", value: "")])),
        .init(S3.GetBucketTagging.self, .init(tagSet: [])),
    ]

    private static let objects: [ResponseSample] = [
        .init(S3.PutObject.self, .init(eTag: "\"abc\"", checksumCRC32: "AAAAAA==", checksumType: .fullObject)),
        .init(
            S3.GetObject.self,
            .init(
                acceptRanges: "bytes", lastModified: time, contentLength: 5, eTag: "\"abc\"", contentType: "image/png",
                expires: "whenever", metadata: ["b-c": "two", "a": "one"])),
        .init(
            S3.HeadObject.self,
            .init(lastModified: time, contentLength: 5, eTag: "\"abc\"", storageClass: .standardIA, partsCount: 3)),
        .init(S3.DeleteObject.self, .init(deleteMarker: true, versionId: "v1")),
        .init(
            S3.DeleteObjects.self,
            .init(
                deleted: [.init(key: "a & b"), .init(key: "c", versionId: "v")],
                errors: [.init(key: "d", code: "AccessDenied", message: "Access Denied")])),
        .init(S3.CopyObject.self, .init(copyObjectResult: .init(eTag: "\"abc\"", lastModified: time), versionId: "v2")),
    ]

    private static let listings: [ResponseSample] = [
        .init(
            S3.ListObjects.self,
            .init(
                isTruncated: true, marker: "", nextMarker: "b",
                contents: [
                    .init(key: "a", lastModified: time, eTag: "\"x\"", size: 3, storageClass: .standard, owner: owner)
                ],
                name: "bucket", prefix: "", delimiter: "/", maxKeys: 1, commonPrefixes: [.init(prefix: "p/")])),
        .init(
            S3.ListObjectsV2.self,
            .init(
                isTruncated: false,
                contents: [
                    .init(key: " a\"<>&' ", lastModified: time, eTag: "\"x\"", checksumAlgorithm: [.crc32], size: 0),
                    .init(key: "ü", lastModified: time, eTag: "\"y-2\"", size: 1 << 40),
                ], name: "bucket", prefix: "", maxKeys: 1000, keyCount: 2)),
        .init(
            S3.ListObjectsV2.self, .init(isTruncated: false, name: "bucket", keyCount: 0),
            as: "ListObjectsV2 of nothing"),
    ]

    private static let multipart: [ResponseSample] = [
        .init(
            S3.CreateMultipartUpload.self, .init(bucket: "bucket", key: "k", uploadId: "u1", checksumAlgorithm: .crc32c)
        ),
        .init(S3.UploadPart.self, .init(eTag: "\"p\"")),
        .init(S3.UploadPartCopy.self, .init(copyPartResult: .init(eTag: "\"p\"", lastModified: time))),
        .init(
            S3.CompleteMultipartUpload.self,
            .init(
                location: "http://localhost/bucket/k", bucket: "bucket", key: "k", eTag: "\"e-2\"",
                checksumType: .composite)),
        .init(
            S3.ListParts.self,
            .init(
                bucket: "bucket", key: "k", uploadId: "u1", partNumberMarker: 0, nextPartNumberMarker: 2, maxParts: 2,
                isTruncated: true,
                parts: [
                    .init(partNumber: 1, lastModified: time, eTag: "\"p\"", size: 5), .init(partNumber: 2, size: 6),
                ],
                owner: owner, storageClass: .standard)),
        .init(
            S3.ListMultipartUploads.self,
            .init(
                bucket: "bucket", maxUploads: 10, isTruncated: false,
                uploads: [.init(uploadId: "u1", key: "k", initiated: time, storageClass: .standard)],
                commonPrefixes: [.init(prefix: "a/"), .init(prefix: "b/")])),
    ]

    private static let sageMaker: [ResponseSample] = [
        .init(
            SageMaker.DescribeLabelingJob.self,
            .init(
                labelingJobStatus: .inProgress,
                labelCounters: .init(totalLabeled: 2, humanLabeled: 1, machineLabeled: 1, unlabeled: 0),
                creationTime: time,
                lastModifiedTime: Instant(seconds: 1_709_209_816), jobReferenceCode: "ref",
                labelingJobName: "job", labelingJobArn: "arn:job",
                inputConfig: .init(dataSource: .init(s3DataSource: .init(manifestS3Uri: "s3://b/m"))),
                outputConfig: .init(s3OutputPath: "s3://b/o", kmsKeyId: "key"), roleArn: "arn:role",
                humanTaskConfig: .init(
                    workteamArn: "arn:team", uiConfig: .init(uiTemplateS3Uri: "s3://b/t"), taskKeywords: ["a", "b"],
                    taskTitle: "Ünï \"quoted\" \\ \u{1}", taskDescription: "d", numberOfHumanWorkersPerDataObject: 3,
                    taskTimeLimitInSeconds: 60,
                    publicWorkforceTaskPrice: .init(
                        amountInUsd: .init(dollars: 0, cents: 1, tenthFractionsOfACent: 2))),
                tags: [.init(key: "k", value: "v")])),
        .init(SageMaker.ListLabelingJobs.self, .init(labelingJobSummaryList: [], nextToken: "t")),
        .init(SageMaker.DeleteWorkteam.self, .init(success: true)),
        .init(SageMaker.StopLabelingJob.self, .init()),
        .init(SageMaker.DeleteTags.self, .init()),
        .init(
            STS.GetCallerIdentity.self,
            .init(userId: "me", account: "000000000000", arn: "arn:aws:iam::000000000000:root")),
    ]

    private static let errors: [ResponseSample] = [
        .init(S3.GetObject.self, failing: .noSuchKey(key: "a<b"), as: "error with field"),
        .init(S3.HeadObject.self, failing: .noSuchKey(), as: "error of HEAD"),
        .init(S3.GetObject.self, failing: .notModified(headers: [.init("ETag", "\"abc\"")]), as: "not modified"),
        .init(SageMaker.CreateLabelingJob.self, failing: .resourceInUse("Job 'x' exists"), as: "modelled error"),
        .init(
            SageMaker.CreateLabelingJob.self, failing: .validation("1 validation error detected: …"), as: "validation"),
        .init(STS.GetCallerIdentity.self, failing: .invalidClientTokenId(), as: "query error"),
    ]
}
