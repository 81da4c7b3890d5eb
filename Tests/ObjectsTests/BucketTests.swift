import Kernel
import Objects
import Store
import TestSupport
import Testing

struct BucketTests {
    @Test(arguments: [
        ("abc", true), ("a-b.c1", true), (String(repeating: "a", count: 63), true), ("1.2.3", true),
        ("1.2.3.4.5", true),
        ("ab", false), (String(repeating: "a", count: 64), false), ("Abc", false), ("a_b", false), ("-ab", false),
        ("ab-", false), (".ab", false), ("ab.", false), ("a..b", false), ("192.168.5.4", false), ("xn--abc", false),
        ("sthree-abc", false), ("amzn-s3-demo-abc", false), ("abc-s3alias", false), ("abc--ols-s3", false),
        ("abc.mrap", false), ("abc--x-s3", false), ("abc--table-s3", false), ("äbc", false),
    ])
    func namesFollowTheRules(_ name: String, _ isValid: Bool) async throws {
        let storage = try await TestStorage()
        if isValid {
            _ = try await storage.objects.createBucket(CreateBucketRequest(name, region: .standard, storage.owner))
        } else {
            await expectError("InvalidBucketName", 400) {
                try await storage.objects.createBucket(CreateBucketRequest(name, region: .standard, storage.owner))
            }
        }
    }

    @Test func theRegionIsTheConstraintAndMustFitTheEndpoint() async throws {
        let storage = try await TestStorage(), west = try #require(Region("eu-west-1"))
        func create(_ name: String, _ constraint: String?, _ region: Region) async throws -> String {
            try await storage.objects.createBucket(
                CreateBucketRequest(name, constraint: constraint, region: region, storage.owner)
            )
            .region.description
        }
        #expect(try await create("one", nil, .standard) == "us-east-1")
        #expect(try await create("two", "eu-central-1", .standard) == "eu-central-1")
        #expect(try await create("three", "eu-west-1", west) == "eu-west-1")
        #expect(try await create("four", "EU", west) == "eu-west-1")
        await expectError("IllegalLocationConstraintException", 400) { try await create("five", nil, west) }
        await expectError("IllegalLocationConstraintException", 400) { try await create("five", "us-west-2", west) }
        await expectError("InvalidLocationConstraint", 400) { try await create("five", "us-east-1", .standard) }
        await expectError("InvalidLocationConstraint", 400) { try await create("five", "No Region", .standard) }
    }

    @Test func onesOwnBucketCanBeCreatedAgainInUSEastOneOnly() async throws {
        let storage = try await TestStorage(), west = try #require(Region("eu-west-1"))
        let again = try await storage.objects.createBucket(
            CreateBucketRequest("bkt", region: .standard, storage.at(50)))
        #expect(again.created == storage.owner.now)
        _ = try await storage.objects.createBucket(
            CreateBucketRequest("west", constraint: "eu-west-1", region: west, storage.owner))
        await expectError("BucketAlreadyOwnedByYou", 409) {
            try await storage.objects.createBucket(
                CreateBucketRequest("west", constraint: "eu-west-1", region: west, storage.owner))
        }
        await expectError("BucketAlreadyOwnedByYou", 409) {
            try await storage.objects.createBucket(CreateBucketRequest("west", region: .standard, storage.owner))
        }
    }

    @Test func anotherAccountSeesNothingOfABucketButItsName() async throws {
        let storage = try await TestStorage()
        try await storage.put("k", [1])
        let account = try #require(AccountID("111122223333"))
        let other = Caller(Principal(account: account), now: storage.owner.now)
        let objects = storage.objects, address = storage.address("k")
        await expectError("BucketAlreadyExists", 409) {
            try await objects.createBucket(CreateBucketRequest("bkt", region: .standard, other))
        }
        await expectError("AccessDenied", 403) { try await objects.headBucket("bkt", other) }
        await expectError("AccessDenied", 403) { try await objects.deleteBucket("bkt", other) }
        await expectError("AccessDenied", 403) { try await objects.listObjects(ListObjectsRequest("bkt", other)) }
        await expectError("AccessDenied", 403) { try await storage.get("k", other) }
        await expectError("AccessDenied", 403) { try await storage.get("none", other) }
        await expectError("AccessDenied", 403) { try await storage.put("k", [2], other) }
        await expectError("AccessDenied", 403) { try await objects.deleteObject(address, other) }
        await expectError("AccessDenied", 403) { try await objects.objectTags(of: address, other) }
        await expectError("AccessDenied", 403) { try await objects.putObjectTags(FieldList(), of: address, other) }
        await expectError("AccessDenied", 403) { try await objects.corsRules(of: "bkt", other) }
        await expectError("AccessDenied", 403) { try await objects.bytes(of: address, limit: 10, other) }
        await expectError("AccessDenied", 403) {
            try await objects.putMany([SmallObject("k", [], contentType: "a/b")], in: "bkt", other)
        }
        await expectError("AccessDenied", 403) {
            try await objects.createUpload(CreateUploadRequest(address, other))
        }
        _ = try await objects.createBucket(CreateBucketRequest("theirs", region: .standard, other))
        await expectError("AccessDenied", 403) {
            try await objects.copyObject(CopyObjectRequest(from: address, to: ObjectAddress("theirs", "k"), other))
        }
        #expect(try await objects.listBuckets(other).buckets.map(\.name) == ["theirs"])
        #expect(try await storage.bytes("k") == [1])
    }

    @Test func theExpectedOwnerIsHeldAgainstTheRealOne() async throws {
        let storage = try await TestStorage()
        var caller = storage.owner
        caller.expectedBucketOwner = "000000000000"
        _ = try await storage.objects.headBucket("bkt", caller)
        caller.expectedBucketOwner = "111122223333"
        await expectError("AccessDenied", 403) { try await storage.objects.headBucket("bkt", caller) }
    }

    @Test func onlyAnEmptyBucketCanBeDeleted() async throws {
        let storage = try await TestStorage()
        try await storage.put("k", [1])
        await expectError("BucketNotEmpty", 409) { try await storage.objects.deleteBucket("bkt", storage.owner) }
        try await storage.objects.deleteObject(storage.address("k"), storage.owner)
        try await storage.objects.deleteBucket("bkt", storage.owner)
        await expectError("NoSuchBucket", 404) { try await storage.objects.headBucket("bkt", storage.owner) }
    }

    @Test func bucketsAreListedInPagesByPrefixAndRegion() async throws {
        let storage = try await TestStorage()
        for name in ["pre-a", "pre-b", "pre-c"] {
            _ = try await storage.objects.createBucket(CreateBucketRequest(name, region: .standard, storage.owner))
        }
        _ = try await storage.objects.createBucket(
            CreateBucketRequest("pre-w", constraint: "us-west-2", region: .standard, storage.owner))
        let first = try await storage.objects.listBuckets(prefix: "pre-", maxBuckets: 2, storage.owner)
        #expect(first.buckets.map(\.name) == ["pre-a", "pre-b"])
        let second = try await storage.objects.listBuckets(
            prefix: "pre-", continuationToken: first.continuationToken, maxBuckets: 2, storage.owner)
        #expect(second.buckets.map(\.name) == ["pre-c", "pre-w"])
        #expect(second.continuationToken == nil)
        #expect(
            try await storage.objects.listBuckets(region: "us-west-2", storage.owner).buckets.map(\.name) == ["pre-w"])
        await expectError("InvalidArgument", 400) {
            try await storage.objects.listBuckets(maxBuckets: 0, storage.owner)
        }
    }

    @Test func tagsAreKeptAndHeldToTheRules() async throws {
        let storage = try await TestStorage(), objects = storage.objects, address = storage.address("k")
        try await storage.put("k", [1])
        let tags = FieldList([.init("a b", "1+2=3"), .init("Schlüssel", "")])
        try await objects.putObjectTags(tags, of: address, storage.owner)
        #expect(try await objects.objectTags(of: address, storage.owner).tags == tags)
        try await objects.deleteObjectTags(of: address, storage.owner)
        #expect(try await objects.objectTags(of: address, storage.owner).tags.isEmpty)
        await expectError("NoSuchKey", 404) {
            try await objects.putObjectTags(tags, of: storage.address("none"), storage.owner)
        }
        await expectError("NoSuchTagSet", 404) { try await objects.bucketTags(of: "bkt", storage.owner) }
        try await objects.putBucketTags(tags, of: "bkt", storage.owner)
        #expect(try await objects.bucketTags(of: "bkt", storage.owner) == tags)
        try await objects.deleteBucketTags(of: "bkt", storage.owner)
        await expectError("NoSuchTagSet", 404) { try await objects.bucketTags(of: "bkt", storage.owner) }

        func refuse(_ code: String, _ tags: [(String, String)]) async {
            await expectError(code, 400) {
                try await objects.putObjectTags(
                    FieldList(tags.map { .init($0.0, $0.1) }), of: address, storage.owner)
            }
        }
        await refuse("BadRequest", (0..<11).map { ("k\($0)", "") })
        await refuse("InvalidTag", [("a", "1"), ("a", "2")])
        await refuse("InvalidTag", [("", "1")])
        await refuse("InvalidTag", [(String(repeating: "k", count: 129), "1")])
        await refuse("InvalidTag", [("k", String(repeating: "v", count: 257))])
        await refuse("InvalidTag", [("aws:k", "1")])
        await refuse("InvalidTag", [("k", "a#b")])
    }

    @Test func theTaggingHeaderIsAQueryString() throws {
        #expect(
            try FieldList(taggingHeader: "a=1&b=two%20words&c=%2B+%C3%BC&d")
                == FieldList([.init("a", "1"), .init("b", "two words"), .init("c", "+ ü"), .init("d", "")]))
        #expect(try FieldList(taggingHeader: "").isEmpty)
        for bad in ["a=%", "a=%4", "a=%ZZ", "a=%FF", "a=1&a=2"] {
            #expect(throws: ServiceError.self) { try FieldList(taggingHeader: bad) }
        }
    }
}
