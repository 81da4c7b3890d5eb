import JSON
import Kernel
import Store
import Testing

@testable import Objects

/// Lifecycle rules as the user guide describes them ("Lifecycle configuration elements").
@Suite struct LifecycleTests {
    private static let day: Int64 = 86_400
    /// 2014-01-15T10:30:00Z, the day of the user guide's example.
    private static let creation = Instant(seconds: 1_389_781_800)

    private func caller(_ instant: Instant) -> Caller { Caller(Principal(account: .standard), now: instant) }

    private func storage(_ rules: String, versioned: Bool = false) async throws -> TestStorage {
        let storage = try await TestStorage()
        if versioned { try await storage.objects.putVersioning(isEnabled: true, of: "bkt", storage.owner) }
        try await storage.objects.putDocument(
            .lifecycle, Array("{\"Rules\":[\(rules)]}".utf8), of: "bkt", storage.owner)
        return storage
    }

    private func keys(_ storage: TestStorage) async throws -> [String] {
        try await storage.objects.listObjects(ListObjectsRequest("bkt", storage.owner)).objects.map(\.key)
    }

    private func versions(_ storage: TestStorage) async throws -> [String] {
        try await storage.objects.listVersions(ListVersionsRequest("bkt", storage.owner)).versions.map {
            $0.key + ($0.isDeleteMarker ? " marker" : "")
        }
    }

    @Test func anObjectGoesAtTheMidnightAfterItsDays() async throws {
        let storage = try await storage(
            #"{"ID":"r","Status":"Enabled","Filter":{"Prefix":"logs/"},"Expiration":{"Days":3}}"#)
        try await storage.put("logs/a", [1], caller(Self.creation))
        try await storage.put("kept", [1], caller(Self.creation))
        // The user guide: created on the 15th at 10:30 with three days, removed on the 19th at 0:00.
        let end = Instant(seconds: 1_390_089_600)
        let shown = try await storage.get("logs/a").expiration
        #expect(shown == "expiry-date=\"\(end.httpDate)\", rule-id=\"r\"")
        #expect(try await storage.get("kept").expiration == nil)
        #expect(try await storage.objects.expire(at: end - .microseconds(1)) == 0)
        #expect(try await storage.objects.expire(at: end) == 1)
        #expect(try await keys(storage) == ["kept"])
    }

    @Test(
        arguments: [
            (#""Filter":{"Prefix":"a"}"#, ["b"]), (#""Prefix":"a""#, ["b"]),
            (#""Filter":{"Tag":{"Key":"t","Value":"1"}}"#, ["a"]),
            (#""Filter":{"ObjectSizeGreaterThan":1}"#, ["a"]), (#""Filter":{"ObjectSizeLessThan":2}"#, ["b"]),
            (#""Filter":{"And":{"Prefix":"b","Tags":[{"Key":"t","Value":"1"}],"ObjectSizeGreaterThan":1}}"#, ["a"]),
            (#""Filter":{"And":{"Prefix":"a","Tags":[{"Key":"t","Value":"1"}]}}"#, ["a", "b"]),
            (#""Filter":{}"#, []),
        ])
    func theFilterChooses(_ filter: String, _ kept: [String]) async throws {
        let storage = try await storage(#"{"ID":"r","Status":"Enabled",\#(filter),"Expiration":{"Days":1}}"#)
        try await storage.put("a", [1], caller(Self.creation))
        try await storage.put(
            "b", [1, 2], attributes: ObjectAttributes(tags: FieldList([.init("t", "1")])), caller(Self.creation))
        _ = try await storage.objects.expire(at: Self.creation + .seconds(10 * Self.day))
        #expect(try await keys(storage) == kept)
    }

    @Test func aDisabledRuleDoesNothing() async throws {
        let storage = try await storage(
            #"{"ID":"r","Status":"Disabled","Filter":{"Prefix":""},"Expiration":{"Days":1}}"#)
        try await storage.put("a", [1], caller(Self.creation))
        #expect(try await storage.objects.expire(at: Self.creation + .seconds(99 * Self.day)) == 0)
    }

    @Test func versionsLeaveMarkersAndThenGo() async throws {
        let storage = try await storage(
            """
            {"ID":"r","Status":"Enabled","Filter":{"Prefix":""},"Expiration":{"Days":1},\
            "NoncurrentVersionExpiration":{"NoncurrentDays":2,"NewerNoncurrentVersions":1}}
            """, versioned: true)
        for second in 0..<3 { try await storage.put("a", [1], caller(Self.creation + .seconds(second))) }
        // The current version is hidden behind a marker; what it hides becomes noncurrent at that moment.
        let first = Self.creation + .seconds(2 * Self.day)
        #expect(try await storage.objects.expire(at: first) == 1)
        #expect(try await keys(storage) == [])
        #expect(try await versions(storage) == ["a marker", "a", "a", "a"])
        // Two days later all but the newest noncurrent version go.
        #expect(try await storage.objects.expire(at: first + .seconds(4 * Self.day)) == 2)
        #expect(try await versions(storage) == ["a marker", "a"])
    }

    @Test func aMarkerThatHidesNothingGoes() async throws {
        let storage = try await storage(
            """
            {"ID":"r","Status":"Enabled","Filter":{"Prefix":""},"Expiration":{"ExpiredObjectDeleteMarker":true}}
            """, versioned: true)
        try await storage.put("a", [1], caller(Self.creation))
        try await storage.objects.deleteObject(storage.address("a"), caller(Self.creation))
        try await storage.objects.deleteObject(storage.address("b"), caller(Self.creation))
        #expect(try await storage.objects.expire(at: Self.creation + .seconds(Self.day)) == 1)
        #expect(try await versions(storage) == ["a marker", "a"])
    }

    @Test func uploadsThatNobodyFinishesAreAborted() async throws {
        let storage = try await storage(
            """
            {"ID":"r","Status":"Enabled","Filter":{"Prefix":"in/"},\
            "AbortIncompleteMultipartUpload":{"DaysAfterInitiation":1}}
            """)
        for key in ["in/a", "in/b", "out"] {
            _ = try await storage.objects.createUpload(
                CreateUploadRequest(storage.address(key), caller(Self.creation)))
        }
        #expect(try await storage.objects.expire(at: Self.creation + .seconds(3 * Self.day)) == 2)
        let left = try await storage.objects.listUploads(ListUploadsRequest("bkt", storage.owner))
        #expect(left.uploads.map(\.key) == ["out"])
    }

    @Test func manyPagesAreWalked() async throws {
        var limits = Limits()
        limits.listKeys = 7
        let storage = try await TestStorage(limits: limits)
        try await storage.objects.putVersioning(isEnabled: true, of: "bkt", storage.owner)
        try await storage.objects.putDocument(
            .lifecycle,
            Array(
                """
                {"Rules":[{"ID":"r","Status":"Enabled","Filter":{"Prefix":""},\
                "NoncurrentVersionExpiration":{"NoncurrentDays":1}}]}
                """.utf8), of: "bkt", storage.owner)
        for key in 0..<10 {
            for second in 0..<5 { try await storage.put("k\(key)", [1], caller(Self.creation + .seconds(second))) }
        }
        #expect(try await storage.objects.expire(at: Self.creation + .seconds(3 * Self.day)) == 40)
        #expect(try await keys(storage).count == 7)
    }

    @Test func aLockedVersionStays() async throws {
        let storage = try await TestStorage()
        var request = CreateBucketRequest("locked", region: .standard, storage.owner)
        request.allowsLocks = true
        _ = try await storage.objects.createBucket(request)
        try await storage.objects.putDocument(
            .lifecycle,
            Array(
                """
                {"Rules":[{"ID":"r","Status":"Enabled","Filter":{"Prefix":""},\
                "NoncurrentVersionExpiration":{"NoncurrentDays":1}}]}
                """.utf8), of: "locked", storage.owner)
        for isHeld in [true, false] {
            var attributes = ObjectAttributes()
            attributes.lock.isHeld = isHeld
            _ = try await storage.objects.putObject(
                PutObjectRequest(ObjectAddress("locked", "k"), caller(Self.creation), attributes: attributes),
                body: BytesBodySource([1]))
        }
        #expect(try await storage.objects.expire(at: Self.creation + .seconds(9 * Self.day)) == 0)
    }
}
