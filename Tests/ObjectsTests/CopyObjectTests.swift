import Digests
import Kernel
import Objects
import Store
import TestSupport
import Testing

struct CopyObjectTests {
    private let storage: TestStorage

    init() async throws { storage = try await TestStorage() }

    private func copy(
        _ source: String, _ target: String, at second: Int64 = 10,
        _ change: (inout CopyObjectRequest) -> Void = { _ in }
    ) async throws(ServiceError) -> PutObjectAnswer {
        var request = CopyObjectRequest(
            from: storage.address(source), to: storage.address(target), storage.at(second))
        change(&request)
        return try await storage.objects.copyObject(request).object
    }

    private static let attributes = ObjectAttributes(
        fields: FieldList([.init("content-type", "a/b"), .init("x-amz-website-redirect-location", "/x")]),
        tags: FieldList([.init("t", "1")]), storageClass: "GLACIER_IR")

    @Test(arguments: [100, 100_000]) func bytesAreSharedAndTheCopyOutlivesItsSource(_ size: Int) async throws {
        let original = try await storage.put("s", pattern(size), attributes: Self.attributes)
        let answer = try await copy("s", "c")
        #expect(answer.etag == original.etag)
        #expect(answer.modified == storage.at(10).now)
        #expect(answer.checksum == original.checksum)
        try await storage.objects.deleteObject(storage.address("s"), storage.owner)
        let copied = try await storage.get("c")
        #expect(try readAll(copied.body) == pattern(size))
        // Fields and tags come along, but not the storage class nor the redirect.
        #expect(copied.object.fields == FieldList([.init("content-type", "a/b")]))
        #expect(copied.object.tags == Self.attributes.tags)
        #expect(copied.object.storageClass == nil)
        storage.store.close()
        #expect(try filesBelow(storage.folder.file("data/blobs")).count == (size > 16_384 ? 1 : 0))
    }

    @Test func fieldsAndTagsAreReplacedOnRequest() async throws {
        try await storage.put("s", [1], attributes: Self.attributes)
        _ = try await copy("s", "c") {
            $0.metadata = .replace
            $0.tagging = .replace
            $0.attributes = ObjectAttributes(fields: FieldList([.init("x-amz-meta-n", "1")]))
        }
        let copied = try await storage.get("c").object
        #expect(copied.fields == FieldList([.init("x-amz-meta-n", "1")]))
        #expect(copied.tags.isEmpty)
    }

    @Test(arguments: [10, 50_000]) func ontoItselfSomethingMustChange(_ size: Int) async throws {
        try await storage.put("s", pattern(size))
        await expectError("InvalidRequest", 400) { try await copy("s", "s") }
        _ = try await copy("s", "s") {
            $0.metadata = .replace
            $0.attributes.fields = FieldList([.init("content-type", "x/y")])
        }
        let replaced = try await storage.get("s")
        #expect(replaced.object.fields["content-type"] == "x/y")
        #expect(try readAll(replaced.body) == pattern(size))
        _ = try await copy("s", "s", at: 11) { $0.attributes.storageClass = "GLACIER" }
        #expect(try await storage.get("s").object.storageClass == "GLACIER")
        #expect(try await storage.bytes("s") == pattern(size))
    }

    @Test func conditionsOnTheSourceFailWith412() async throws {
        let etag = try await storage.put("s", [1]).etag
        let before = storage.at(-1).now, after = storage.at(1).now
        for conditions in [
            ReadConditions(ifMatch: "\"x\""), ReadConditions(ifNoneMatch: etag),
            ReadConditions(ifModifiedSince: after), ReadConditions(ifUnmodifiedSince: before),
            ReadConditions(ifNoneMatch: etag, ifModifiedSince: before),
        ] {
            await expectError("PreconditionFailed", 412) {
                try await copy("s", "c") { $0.sourceConditions = conditions }
            }
        }
        _ = try await copy("s", "c") {
            $0.sourceConditions = ReadConditions(ifMatch: "\"\(etag)\"", ifUnmodifiedSince: before)
        }
    }

    @Test func conditionsOnTheDestinationHold() async throws {
        try await storage.put("s", [1])
        try await storage.put("c", [2])
        await expectError("PreconditionFailed", 412) { try await copy("s", "c") { $0.conditions.ifNoneMatch = "*" } }
        await expectError("PreconditionFailed", 412) { try await copy("s", "c") { $0.conditions.ifMatch = "\"x\"" } }
        #expect(try await storage.bytes("c") == [2])
    }

    @Test func aCopyOfAMultipartObjectHasTheTagOfASingleUpload() async throws {
        let address = storage.address("m")
        let upload = try await storage.objects.createUpload(
            CreateUploadRequest(address, storage.owner, checksumAlgorithm: .crc32))
        let part = try await storage.objects.uploadPart(
            PartAddress(address, upload: upload.id, number: 1), body: ChunkedSource(pattern(70_000)),
            BodyExpectations(checksum: .value(checksum(.crc32, pattern(70_000)))), storage.owner
        ).part
        let whole = try await storage.objects.completeUpload(
            CompleteUploadRequest(
                upload.id, address, storage.owner,
                parts: [.init(number: 1, etag: part.etag, checksum: part.checksum)]))
        #expect(whole.etag.hasSuffix("-1"))
        let answer = try await copy("m", "c")
        #expect(answer.etag == Hex.text(MD5Digest.of(pattern(70_000))))
        var digest = CyclicDigest(.crc32)
        digest.update(pattern(70_000))
        #expect(answer.checksum == StoredChecksum(Checksum(.crc32, bytes: digest.finalize())))
        #expect(try await storage.get("c").object.parts.isEmpty)
    }

    @Test(arguments: [10, 70_000]) func anotherChecksumIsComputedOnRequest(_ size: Int) async throws {
        try await storage.put("s", pattern(size))
        let answer = try await copy("s", "c") { $0.checksumAlgorithm = .sha256 }
        #expect(answer.checksum == StoredChecksum(Checksum(.sha256, bytes: SHA256Digest.of(pattern(size)))))
    }

    @Test func aMissingSourceIsNamed() async throws {
        let error = await expectError("NoSuchKey", 404) { try await copy("none", "c") }
        #expect(error?.fields == [.init("Key", "none")])
        await expectError("NoSuchBucket", 404) { try await copy("s", "c") { $0.source.bucket = "nobody" } }
    }

    @Test func copiesAgainstWritersOfTheSourceAreAlwaysWhole() async throws {
        try await storage.put("s", pattern(40_000, seed: 0))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for seed in 1...30 { _ = try? await storage.put("s", pattern(40_000, seed: seed)) }
            }
            for copier in 0..<3 {
                group.addTask {
                    for _ in 0..<15 {
                        guard let answer = try? await copy("s", "c\(copier)"),
                            let bytes = try? await storage.bytes("c\(copier)")
                        else { continue }
                        #expect(Hex.text(MD5Digest.of(bytes)) == answer.etag)
                    }
                }
            }
        }
    }
}
