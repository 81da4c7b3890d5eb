import Kernel
import Objects
import Services
import Shapes
import TestSupport
import Testing

struct BucketOperationsTests {
    private let fixture: S3ServiceFixture
    private var service: S3Service { fixture.service }
    private var context: RequestContext { fixture.context() }

    init() async throws { fixture = try await S3ServiceFixture() }

    @Test func aBucketTellsItsRegion() async throws {
        let created = try await service.createBucket(
            S3.CreateBucketRequest(
                bucket: "west",
                createBucketConfiguration: S3.CreateBucketConfiguration(locationConstraint: "us-west-2")), context)
        #expect(created.location == "/west")
        #expect(
            try await service.headBucket(S3.HeadBucketRequest(bucket: "west"), context).bucketRegion == "us-west-2")
        #expect(
            try await service.getBucketLocation(S3.GetBucketLocationRequest(bucket: "west"), context)
                .locationConstraint == "us-west-2")
        #expect(
            try await service.getBucketLocation(S3.GetBucketLocationRequest(bucket: "bkt"), context)
                .locationConstraint == nil)
        #expect(
            try await service.getBucketVersioning(S3.GetBucketVersioningRequest(bucket: "bkt"), context).status == nil)
        _ = try await service.deleteBucket(S3.DeleteBucketRequest(bucket: "west"), context)
        await expectCode("NoSuchBucket") {
            try await service.getBucketVersioning(S3.GetBucketVersioningRequest(bucket: "west"), context)
        }
    }

    @Test func bucketsAreListedWithRegionsOnlyWhenAskedForMore() async throws {
        let plain = try await service.listBuckets(S3.ListBucketsRequest(), context)
        #expect(plain.buckets?.map(\.name) == ["bkt"])
        #expect(plain.buckets?.first?.bucketRegion == nil)
        #expect(plain.buckets?.first?.creationDate == fixture.now.wholeSecond)
        #expect(plain.owner == S3.Owner(id: service.objects.accounts[.standard].canonicalID))
        let paged = try await service.listBuckets(S3.ListBucketsRequest(maxBuckets: 10), context)
        #expect(paged.buckets?.first?.bucketRegion == "us-east-1")
    }

    @Test func listingsEncodeNamesOnRequest() async throws {
        for key in ["a b+c/ü&.txt", "plain"] { try await fixture.put(key, [1]) }
        let raw = try await service.listObjectsV2(S3.ListObjectsV2Request(bucket: "bkt"), context)
        #expect(raw.contents?.map(\.key) == ["a b+c/ü&.txt", "plain"])
        #expect(raw.contents?.first?.owner == nil)
        #expect(raw.contents?.first?.checksumAlgorithm == [.crc64nvme])
        #expect(raw.keyCount == 2)
        #expect(raw.prefix == "")
        #expect(raw.delimiter == nil)
        let encoded = try await service.listObjectsV2(
            S3.ListObjectsV2Request(
                bucket: "bkt", delimiter: "/", encodingType: .url, fetchOwner: true, startAfter: "A B"), context)
        #expect(encoded.commonPrefixes?.map(\.prefix) == ["a%20b%2Bc/"])
        #expect(encoded.contents?.map(\.key) == ["plain"])
        #expect(encoded.contents?.first?.owner == S3.Owner(id: service.objects.accounts[.standard].canonicalID))
        #expect(encoded.startAfter == "A%20B")
        #expect(encoded.encodingType == .url)
        let first = try await service.listObjects(
            S3.ListObjectsRequest(bucket: "bkt", delimiter: "/", encodingType: .url, maxKeys: 1), context)
        #expect(first.nextMarker == "a%20b%2Bc/")
        #expect(first.marker == "")
        #expect(first.isTruncated == true)
        let second = try await service.listObjects(
            S3.ListObjectsRequest(bucket: "bkt", delimiter: "/", marker: "a b+c/"), context)
        #expect(second.contents?.map(\.key) == ["plain"])
        #expect(second.contents?.first?.owner != nil)
        #expect(second.contents?.first?.storageClass == .standard)
    }

    @Test func corsRulesGoThroughTheirOperations() async throws {
        let rule = S3.CORSRule(
            id: "one", allowedHeaders: ["*"], allowedMethods: ["GET"], allowedOrigins: ["http://x"],
            exposeHeaders: ["ETag"], maxAgeSeconds: 5)
        _ = try await service.putBucketCors(
            S3.PutBucketCorsRequest(bucket: "bkt", corsConfiguration: S3.CORSConfiguration(corsRules: [rule])), context)
        let shown = try await service.getBucketCors(S3.GetBucketCorsRequest(bucket: "bkt"), context)
        #expect(shown.corsRules == [rule])
        _ = try await service.deleteBucketCors(S3.DeleteBucketCorsRequest(bucket: "bkt"), context)
        await expectCode("NoSuchCORSConfiguration") {
            try await service.getBucketCors(S3.GetBucketCorsRequest(bucket: "bkt"), context)
        }
    }

    @Test func tagsGoThroughTheirOperations() async throws {
        try await fixture.put("k", [1])
        let tagging = S3.Tagging(tagSet: [S3.Tag(key: "a", value: "1")])
        _ = try await service.putObjectTagging(
            S3.PutObjectTaggingRequest(bucket: "bkt", key: "k", tagging: tagging), context)
        let tags = try await service.getObjectTagging(S3.GetObjectTaggingRequest(bucket: "bkt", key: "k"), context)
        #expect(tags.tagSet == tagging.tagSet)
        _ = try await service.deleteObjectTagging(
            S3.DeleteObjectTaggingRequest(bucket: "bkt", key: "k"), context)
        #expect(
            try await service.getObjectTagging(S3.GetObjectTaggingRequest(bucket: "bkt", key: "k"), context)
                .tagSet == [])
        _ = try await service.putBucketTagging(
            S3.PutBucketTaggingRequest(bucket: "bkt", tagging: tagging), context)
        #expect(
            try await service.getBucketTagging(S3.GetBucketTaggingRequest(bucket: "bkt"), context).tagSet
                == tagging.tagSet)
        _ = try await service.deleteBucketTagging(S3.DeleteBucketTaggingRequest(bucket: "bkt"), context)
        await expectCode("NoSuchTagSet") {
            try await service.getBucketTagging(S3.GetBucketTaggingRequest(bucket: "bkt"), context)
        }
    }

    @Test func anotherAccountIsDenied() async throws {
        try await fixture.put("k", [1])
        let other = fixture.context(account: try #require(AccountID("111122223333")))
        await expectCode("AccessDenied") {
            try await service.listObjectsV2(S3.ListObjectsV2Request(bucket: "bkt"), other)
        }
        await expectCode("AccessDenied") {
            try await service.copyObject(
                S3.CopyObjectRequest(bucket: "bkt", copySource: "bkt/k", key: "c"), other)
        }
    }
}
