import Digests
import Kernel
import Objects
import Store
import Synchronization
import TestSupport
import Testing

struct EngineAccessTests {
    @Test(arguments: [0, 100, 300_000]) func wholeBytesHaveALimit(_ size: Int) async throws {
        let storage = try await TestStorage()
        try await storage.put("k", pattern(size))
        #expect(try await storage.objects.bytes(of: storage.address("k"), limit: size, storage.owner) == pattern(size))
        await expectError("EntityTooLarge", 400) {
            try await storage.objects.bytes(of: storage.address("k"), limit: size - 1, storage.owner)
        }
        await expectError("NoSuchKey", 404) {
            try await storage.objects.bytes(of: storage.address("none"), limit: 1, storage.owner)
        }
    }

    @Test(arguments: [100, 700_000]) func piecesComeInOrderAndCanBeStopped(_ size: Int) async throws {
        let storage = try await TestStorage()
        try await storage.put("k", pattern(size))
        let seen = Mutex<[UInt8]>([])
        let object = try await storage.objects.stream(storage.address("k"), storage.owner) { bytes in
            seen.withLock { $0.append(contentsOf: bytes) }
        }
        #expect(seen.withLock { $0 } == pattern(size))
        #expect(object.size == Int64(size))
        struct Enough: Error {}
        await #expect(throws: Enough.self) {
            try await storage.objects.stream(storage.address("k"), storage.owner) { _ in throw Enough() }
        }
        #expect(storage.reports.all.isEmpty)
    }

    @Test func manySmallObjectsAreWrittenTogetherAndAgainWithoutEffect() async throws {
        let storage = try await TestStorage()
        let objects = (0..<1000).map {
            SmallObject("out/\($0).json", pattern($0 * 20), contentType: "application/json")
        }
        for _ in 0..<2 { try await storage.objects.putMany(objects, in: "bkt", storage.owner) }
        for place in [0, 1, 500, 999] {
            #expect(try await storage.bytes("out/\(place).json") == pattern(place * 20))
        }
        #expect(try await storage.get("out/7.json").object.fields["content-type"] == "application/json")
        storage.store.close()
        // Those above the size of a row are files, and the second writing has let go of the first's.
        #expect(try filesBelow(storage.folder.file("data/blobs")).count == objects.count { $0.bytes.count > 16_384 })
    }

    @Test func anOutputAppearsWhenItIsFinished() async throws {
        let storage = try await TestStorage()
        try await storage.put("out", [1])
        let output = try await storage.objects.makeOutput(
            storage.address("out"), contentType: "application/x-ndjson", storage.owner)
        try await output.append(pattern(100_000))
        try await output.append([])
        try await output.append(pattern(5))
        #expect(try await storage.bytes("out") == [1])
        let answer = try await output.finish(at: storage.at(3).now)
        #expect(answer.etag == Hex.text(MD5Digest.of(pattern(100_000) + pattern(5))))
        #expect(try await storage.bytes("out") == pattern(100_000) + pattern(5))
        #expect(try await storage.get("out").object.modified == storage.at(3).now)

        let abandoned = try await storage.objects.makeOutput(
            storage.address("other"), contentType: "a/b", storage.owner)
        try await abandoned.append([1])
        abandoned.abandon()
        await expectError("NoSuchKey", 404) { try await storage.get("other") }
    }

    @Test func deletingManyReportsOnlyWhatWasRefused() async throws {
        let storage = try await TestStorage()
        let etag = try await storage.put("a", [1]).etag
        try await storage.put("b", [2])
        let results = try await storage.objects.deleteObjects(
            [DeletionEntry("a", ifMatch: "\"\(etag)\""), DeletionEntry("none"), DeletionEntry("b", ifMatch: "\"x\"")],
            in: "bkt", storage.owner)
        let codes = results.map { result -> String? in
            guard case .failure(let error) = result else { return nil }
            return error.code
        }
        #expect(codes == [nil, nil, "PreconditionFailed"])
        await expectError("NoSuchKey", 404) { try await storage.get("a") }
        #expect(try await storage.bytes("b") == [2])
        await expectError("MalformedXML", 400) {
            try await storage.objects.deleteObjects([], in: "bkt", storage.owner)
        }
        await expectError("MalformedXML", 400) {
            try await storage.objects.deleteObjects(
                (0...1000).map { DeletionEntry("k\($0)") }, in: "bkt", storage.owner)
        }
    }
}
