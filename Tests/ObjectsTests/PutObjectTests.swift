import Digests
import Glibc
import Kernel
import Objects
import SQLite
import Store
import Synchronization
import TestSupport
import Testing

struct PutObjectTests {
    @Test func attributesAreKept() async throws {
        let storage = try await TestStorage()
        let attributes = ObjectAttributes(
            fields: FieldList([.init("content-type", "text/plain"), .init("x-amz-meta-a", "ü")]),
            tags: FieldList([.init("t", "1")]), storageClass: "GLACIER_IR")
        try await storage.put("k", [1], attributes: attributes)
        let object = try await storage.get("k").object
        #expect(object.fields == attributes.fields)
        #expect(object.tags == attributes.tags)
        #expect(object.storageClass == "GLACIER_IR")
        #expect(object.modified == storage.owner.now)
    }

    @Test(arguments: [5, 300_000]) func aBodyMustBeWhatWasDeclared(_ size: Int) async throws {
        let storage = try await TestStorage(), body = pattern(size)
        func put(_ expectations: BodyExpectations) async throws {
            try await storage.put("k", body, expectations: expectations)
        }
        try await put(
            BodyExpectations(
                length: Int64(size), md5: MD5Digest.of(body), sha256: SHA256Digest.of(body),
                checksum: .value(Checksum(.sha256, bytes: SHA256Digest.of(body)))))
        await expectError("IncompleteBody", 400) { try await put(BodyExpectations(length: Int64(size) - 1)) }
        await expectError("IncompleteBody", 400) { try await put(BodyExpectations(length: Int64(size) + 1)) }
        await expectError("BadDigest", 400) { try await put(BodyExpectations(md5: MD5Digest.of([1]))) }
        await expectError("XAmzContentSHA256Mismatch", 400) {
            try await put(BodyExpectations(sha256: SHA256Digest.of([1])))
        }
        await expectError("BadDigest", 400) {
            try await put(BodyExpectations(checksum: .value(Checksum(.crc32, bytes: [0, 0, 0, 0]))))
        }
        #expect(try await storage.bytes("k") == body)
        try await storage.objects.deleteObject(storage.address("k"), storage.owner)
        // The refused bodies have left nothing behind, once what was queued is done.
        storage.store.close()
        #expect(try filesBelow(storage.folder.file("data/blobs")).isEmpty)
    }

    @Test func aBodyThatFailsIsThrownAway() async throws {
        let storage = try await TestStorage()
        let failure = ServiceError("RequestTimeout", status: 400, "idle")
        await expectError("RequestTimeout", 400) {
            try await storage.objects.putObject(
                PutObjectRequest(storage.address("k"), storage.owner),
                body: ChunkedSource(pattern(300_000), failingWith: failure))
        }
        await expectError("NoSuchKey", 404) { try await storage.get("k") }
    }

    @Test func whatCanBeRefusedWithoutTheBodyIsRefusedBeforeItIsPulled() async throws {
        let storage = try await TestStorage()
        try await storage.put("there", [1])
        func refused(
            _ code: String, _ status: Int, _ key: String, _ change: (inout PutObjectRequest) -> Void
        ) async {
            var request = PutObjectRequest(storage.address(key), storage.owner)
            change(&request)
            let body = ChunkedSource([1, 2, 3])
            await expectError(code, status) { try await storage.objects.putObject(request, body: body) }
            #expect(body.taken == 0, "\(code)")
            #expect(body.isCancelled, "\(code)")
        }
        await refused("PreconditionFailed", 412, "there") { $0.conditions.ifNoneMatch = "*" }
        await refused("PreconditionFailed", 412, "there") { $0.conditions.ifMatch = "\"x\"" }
        await refused("NoSuchKey", 404, "none") { $0.conditions.ifMatch = "\"x\"" }
        await refused("NotImplemented", 501, "there") { $0.conditions.ifNoneMatch = "\"x\"" }
        await refused("NoSuchBucket", 404, "k") { $0.address.bucket = "nobody" }
        await refused("KeyTooLongError", 400, String(repeating: "é", count: 513)) { _ in }
        await refused("EntityTooLarge", 400, "k") { $0.expectations.length = 5 << 30 + 1 }
        await refused("MetadataTooLarge", 400, "k") {
            $0.attributes.fields = FieldList([.init("x-amz-meta-a", String(repeating: "x", count: 2048))])
        }
        await refused("AccessDenied", 403, "k") { $0.caller.expectedBucketOwner = "111122223333" }
        await refused("AccessDenied", 403, "k") { $0.caller.principal.isAnonymous = true }
    }

    @Test func aSmallBodyIsDecidedByTheWriterWithTheSameAnswers() async throws {
        let storage = try await TestStorage(), reader = try storage.objects.makeReader()
        func put(_ change: (inout PutObjectRequest) -> Void) async throws {
            var request = PutObjectRequest(
                storage.address("k"), storage.owner, expectations: BodyExpectations(length: 3))
            change(&request)
            let asked = request
            let result = await withCheckedContinuation { continuation in
                storage.objects.putObject(asked, body: BytesBodySource([1, 2, 3]), reader: reader) {
                    continuation.resume(returning: $0)
                }
            }
            _ = try result.get()
        }
        try await put { _ in }
        #expect(try await storage.bytes("k") == [1, 2, 3])
        let missing = await expectError("NoSuchBucket", 404) { try await put { $0.address.bucket = "nobody" } }
        #expect(missing?.fields == [.init("BucketName", "nobody")])
        let account = try #require(AccountID("111122223333"))
        await expectError("AccessDenied", 403) { try await put { $0.caller.principal.account = account } }
        await expectError("AccessDenied", 403) { try await put { $0.caller.principal.isAnonymous = true } }
        await expectError("AccessDenied", 403) { try await put { $0.caller.expectedBucketOwner = "111122223333" } }
        await expectError("PreconditionFailed", 412) { try await put { $0.conditions.ifNoneMatch = "*" } }
        await expectError("KeyTooLongError", 400) {
            try await put { $0.address.key = String(repeating: "k", count: 1025) }
        }
        await expectError("IncompleteBody", 400) { try await put { $0.expectations.length = 4 } }
    }

    @Test func aKeyMayHave1024BytesAndMetadata2048() async throws {
        let storage = try await TestStorage()
        let key = String(repeating: "é", count: 512)
        let metadata = FieldList([.init("x-amz-meta-a", String(repeating: "x", count: 2047))])
        try await storage.put(key, [1], attributes: ObjectAttributes(fields: metadata))
        #expect(try await storage.bytes(key) == [1])
    }

    @Test func aBodyOfUnknownLengthStopsAtTheLimit() async throws {
        var limits = Limits()
        limits.putObjectBytes = 20_000
        let storage = try await TestStorage(limits: limits)
        let body = ChunkedSource(pattern(100_000))
        await expectError("EntityTooLarge", 400) {
            try await storage.objects.putObject(PutObjectRequest(storage.address("k"), storage.owner), body: body)
        }
        #expect(body.isCancelled)
        #expect(body.taken < 30_000)
    }

    @Test(arguments: [10, 100_000]) func nothingHoldsABodyThatWasTakenOrRefused(_ size: Int) async throws {
        let storage = try await TestStorage()
        var taken: ChunkedSource? = ChunkedSource(pattern(size)), refused: ChunkedSource? = ChunkedSource(pattern(size))
        weak let takenSource = taken, refusedSource = refused
        func put(_ source: ChunkedSource?, _ expectations: BodyExpectations) async throws {
            _ = try await storage.objects.putObject(
                PutObjectRequest(storage.address("k"), storage.owner, expectations: expectations),
                body: try #require(source))
        }
        try await put(taken, BodyExpectations())
        await expectError("BadDigest", 400) { try await put(refused, BodyExpectations(md5: MD5Digest.of([1]))) }
        taken = nil
        refused = nil
        // Ends the threads that may still be on their way out of the last step.
        storage.store.close()
        #expect(takenSource == nil)
        #expect(refusedSource == nil)
    }

    @Test(arguments: [10, 100_000]) func of64ConditionalCreatorsOneWins(_ size: Int) async throws {
        let storage = try await TestStorage()
        let winners = await withTaskGroup(of: Int?.self) { group in
            for number in 0..<64 {
                group.addTask {
                    let body = pattern(size, seed: number)
                    do throws(ServiceError) {
                        try await storage.put("lock", body, conditions: WriteConditions(ifNoneMatch: "*"))
                        return number
                    } catch {
                        #expect(error.code == "PreconditionFailed")
                        return nil
                    }
                }
            }
            return await group.reduce(into: [Int]()) { if let winner = $1 { $0.append(winner) } }
        }
        #expect(winners.count == 1)
        #expect(try await storage.bytes("lock") == pattern(size, seed: winners.first ?? -1))
        storage.store.close()
        #expect(try filesBelow(storage.folder.file("data/blobs")).count == (size > 16_384 ? 1 : 0))
    }

    @Test func ofManyCompareAndSwapEachSuccessSawThePredecessor() async throws {
        let storage = try await TestStorage()
        try await storage.put("counter", [0])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10 {
                        while true {
                            guard let seen = try? await storage.get("counter"), let value = try? readAll(seen.body)[0]
                            else { continue }
                            let next = try? await storage.put(
                                "counter", [value + 1],
                                conditions: WriteConditions(ifMatch: "\"\(seen.object.etag)\""))
                            if next != nil { break }
                        }
                    }
                }
            }
        }
        #expect(try await storage.bytes("counter") == [80])
    }

    @Test func replacingAndDeletingLetGoOfTheBlob() async throws {
        let storage = try await TestStorage()
        for seed in 0..<3 { try await storage.put("k", pattern(50_000, seed: seed)) }
        #expect(try await storage.bytes("k") == pattern(50_000, seed: 2))
        try await storage.objects.deleteObject(storage.address("k"), storage.owner)
        storage.store.close()
        #expect(try filesBelow(storage.folder.file("data/blobs")).isEmpty)
    }

    // MARK: Crashes

    static let crashPoints: [FailurePoint] = [
        .blobCreate, .blobWrite, .blobFinish, .blobFinished, .unit, .commit, .committed,
    ]

    @Test(arguments: crashPoints)
    func aCrashAnywhereLosesNothingAcknowledgedAndLeavesNothingBehind(_ point: FailurePoint) async throws {
        let folder = try TemporaryFolder(), isArmed = Atomic(false)
        let crashing = try await TestStorage(in: folder) { reached in
            if reached == point, isArmed.load(ordering: .relaxed) { throw SimulatedCrash() }
        }
        _ = try await crashing.objects.createBucket(
            CreateBucketRequest(TestStorage.bucket, region: .standard, crashing.owner))
        try await crashing.put("kept", pattern(40_000))
        isArmed.store(true, ordering: .relaxed)
        await expectError("InternalError", 500) { try await crashing.put("kept", pattern(50_000)) }
        crashing.store.close()

        let restarted = try await TestStorage(in: folder)
        try await restarted.store.sweepOrphans()
        // Only after the commit is the new one there; its writer was never told either way.
        let expected = pattern(point == .committed ? 50_000 : 40_000)
        #expect(try await restarted.bytes("kept") == expected)
        restarted.store.close()
        #expect(try filesBelow(folder.file("data/blobs")).count == 1)
    }
}
