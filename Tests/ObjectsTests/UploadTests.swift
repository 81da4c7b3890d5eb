import Digests
import Kernel
import Objects
import SQLite
import Store
import TestSupport
import Testing

struct UploadTests {
    private let storage: TestStorage

    init() async throws {
        var limits = Limits()
        // Small parts, so that the rules are seen with little data.
        limits.minimumPartBytes = 20_000
        storage = try await TestStorage(limits: limits)
    }

    private var address: ObjectAddress { storage.address("up") }

    private func start(
        _ algorithm: ChecksumAlgorithm? = nil, _ type: String? = nil,
        attributes: ObjectAttributes = ObjectAttributes()
    ) async throws(ServiceError) -> String {
        try await storage.objects.createUpload(
            CreateUploadRequest(
                address, storage.owner, attributes: attributes, checksumAlgorithm: algorithm, checksumType: type)
        ).id
    }

    @discardableResult
    private func part(
        _ number: Int, _ bytes: [UInt8], of upload: String, _ expectations: BodyExpectations = BodyExpectations()
    ) async throws(ServiceError) -> PartRecord {
        try await storage.objects.uploadPart(
            PartAddress(address, upload: upload, number: number), body: ChunkedSource(bytes), expectations,
            storage.owner
        ).part
    }

    /// A part that brings its checksum along.
    private func part(
        _ number: Int, _ bytes: [UInt8], of upload: String, with algorithm: ChecksumAlgorithm
    ) async throws(ServiceError) -> PartRecord {
        try await part(number, bytes, of: upload, BodyExpectations(checksum: .value(checksum(algorithm, bytes))))
    }

    private func complete(
        _ upload: String, _ parts: [CompleteUploadRequest.Part],
        _ change: (inout CompleteUploadRequest) -> Void = { _ in }
    ) async throws(ServiceError) -> PutObjectAnswer {
        var request = CompleteUploadRequest(upload, address, storage.owner, parts: parts)
        change(&request)
        return try await storage.objects.completeUpload(request)
    }

    private func listed(_ records: [PartRecord]) -> [CompleteUploadRequest.Part] {
        records.map { .init(number: $0.number, etag: "\"\($0.etag)\"") }
    }

    @Test func partsInAnyOrderBecomeOneObjectWithTheKnownTag() async throws {
        let attributes = ObjectAttributes(
            fields: FieldList([.init("content-type", "a/b")]), tags: FieldList([.init("t", "v")]), storageClass: "X")
        let upload = try await start(attributes: attributes)
        let bodies = [pattern(30_000, seed: 1), pattern(25_000, seed: 2), pattern(10, seed: 3)]
        let third = try await part(9, bodies[2], of: upload)
        let first = try await part(2, bodies[0], of: upload)
        try await part(5, pattern(9), of: upload)
        let second = try await part(5, bodies[1], of: upload)
        let answer = try await complete(upload, listed([first, second, third]))
        // The rule, spelled out: MD5 over the parts' MD5s, a hyphen, their number.
        let joined = bodies.flatMap { MD5Digest.of($0) }
        #expect(answer.etag == Hex.text(MD5Digest.of(joined)) + "-3")
        let object = try await storage.get("up")
        #expect(try readAll(object.body) == bodies.flatMap { $0 })
        #expect(object.object.fields == attributes.fields)
        #expect(object.object.tags == attributes.tags)
        #expect(object.object.storageClass == "X")
        // Without a declared algorithm the whole has a checksum of its bytes.
        var whole = CyclicDigest(.crc64NVME)
        for body in bodies { whole.update(body) }
        #expect(answer.checksum == StoredChecksum(Checksum(.crc64NVME, bytes: whole.finalize())))
        await expectError("NoSuchUpload", 404) { try await complete(upload, listed([first])) }
        storage.store.close()
        #expect(try filesBelow(storage.folder.file("data/blobs")).count == 1)
    }

    /// Known answers from outside: what hashlib and base64 of Python give for the same bytes.
    @Test func theTagAgreesWithAnIndependentComputation() async throws {
        let upload = try await start(.sha256)
        let bodies = [[UInt8](repeating: 0x61, count: 20_000), [UInt8](repeating: 0x62, count: 3)]
        let records = [
            try await part(1, bodies[0], of: upload, with: .sha256),
            try await part(2, bodies[1], of: upload, with: .sha256),
        ]
        let answer = try await complete(
            upload, records.map { .init(number: $0.number, etag: $0.etag, checksum: $0.checksum) })
        #expect(answer.etag == "1332f84fa43eb26fab4874d7e67d80c9-2")
        #expect(answer.checksum?.text == "nj7pO13HtVhZcHNJ2Q6AUc8qKTDdfdvyZx02nirmVAY=-2")
        #expect(answer.checksum?.typeName == "COMPOSITE")
    }

    @Test func byPartNumberAPartIsRead() async throws {
        let upload = try await start()
        let bodies = [pattern(30_000, seed: 1), pattern(500, seed: 2)]
        let records = [try await part(1, bodies[0], of: upload), try await part(4, bodies[1], of: upload)]
        _ = try await complete(upload, listed(records))
        var request = GetObjectRequest(address, storage.owner)
        request.partNumber = 2
        let answer = try await storage.objects.getObject(request)
        #expect(try readAll(answer.body) == bodies[1])
        #expect(answer.contentRange == "bytes 30000-30499/30500")
        #expect(answer.partsCount == 2)
        request.partNumber = 3
        await expectError("InvalidPartNumber", 416) { try await storage.objects.getObject(request) }
        request.partNumber = 1
        request.range = "bytes=0-1"
        await expectError("InvalidRequest", 400) { try await storage.objects.getObject(request) }
    }

    @Test(arguments: [100, 50_000]) func oneSmallOrLargePartIsTakenAsItIs(_ size: Int) async throws {
        let upload = try await start()
        let record = try await part(1, pattern(size), of: upload)
        let answer = try await complete(upload, listed([record]))
        #expect(answer.etag == Hex.text(MD5Digest.of(MD5Digest.of(pattern(size)))) + "-1")
        #expect(try await storage.bytes("up") == pattern(size))
        storage.store.close()
        #expect(try filesBelow(storage.folder.file("data/blobs")).count == (size > 16_384 ? 1 : 0))
    }

    @Test func checksumsOfPartsCombineByType() async throws {
        for (algorithm, type) in [(ChecksumAlgorithm.crc32, "FULL_OBJECT"), (.crc32C, "COMPOSITE"), (.sha1, nil)] {
            let upload = try await start(algorithm, type)
            let bodies = [pattern(30_000), pattern(7, seed: 4)]
            let records = [
                try await part(1, bodies[0], of: upload, with: algorithm),
                try await part(2, bodies[1], of: upload, with: algorithm),
            ]
            let answer = try await complete(
                upload, records.map { .init(number: $0.number, etag: $0.etag, checksum: $0.checksum) })
            var digest = algorithm.makeDigest()
            if type == "FULL_OBJECT" {
                for body in bodies { digest.update(body) }
                #expect(answer.checksum?.text == Base64.text(digest.finalize()))
            } else {
                for body in bodies {
                    var inner = algorithm.makeDigest()
                    inner.update(body)
                    digest.update(inner.finalize())
                }
                #expect(answer.checksum?.text == Base64.text(digest.finalize()) + "-2")
            }
        }
        await expectError("InvalidRequest", 400) { try await start(.sha256, "FULL_OBJECT") }
        await expectError("InvalidRequest", 400) { try await start(.crc64NVME, "COMPOSITE") }
        await expectError("InvalidRequest", 400) { try await start(nil, "COMPOSITE") }
    }

    @Test func partChecksumsMayComeForAnUploadThatDeclaredNone() async throws {
        let upload = try await start()
        let declared = checksum(.crc32, pattern(30))
        let record = try await part(1, pattern(30), of: upload, BodyExpectations(checksum: .value(declared)))
        let answer = try await complete(upload, [.init(number: 1, etag: record.etag, checksum: declared)])
        #expect(answer.checksum == StoredChecksum(declared))
        let strict = try await start(.sha1)
        await expectError("InvalidRequest", 400) {
            try await part(1, pattern(30), of: strict, BodyExpectations(checksum: .value(declared)))
        }
    }

    /// A composite checksum is made of what the client says of each part; for the whole the service can compute it.
    @Test func aCompositeUploadWantsTheChecksumOfEveryPart() async throws {
        let composite = try await start(.crc32)
        let refused = await expectError("InvalidRequest", 400) { try await part(1, pattern(30), of: composite) }
        #expect(
            refused?.message
                == "Checksum Type mismatch occurred, expected checksum Type: crc32, actual checksum Type: null")
        await expectError("InvalidRequest", 400) {
            try await part(1, pattern(30), of: composite, with: .crc64NVME)
        }
        let whole = try await start(.crc32, "FULL_OBJECT")
        let record = try await part(1, pattern(30), of: whole)
        #expect(record.checksum == checksum(.crc32, pattern(30)))
        await expectError("InvalidRequest", 400) {
            try await complete(whole, listed([record])) { $0.checksumType = "COMPOSITE" }
        }
        await expectError("InvalidRequest", 400) {
            try await complete(whole, listed([record])) { $0.checksum = (.sha1, "AAAA") }
        }
        let answer = try await complete(whole, listed([record])) { $0.checksumType = "FULL_OBJECT" }
        #expect(answer.checksum == StoredChecksum(checksum(.crc32, pattern(30))))
    }

    @Test func theListOfPartsIsHeldToTheRules() async throws {
        let upload = try await start(.crc32C)
        let one = try await part(1, pattern(20_000), of: upload, with: .crc32C)
        let two = try await part(2, pattern(5), of: upload, with: .crc32C)
        let three = try await part(3, pattern(5), of: upload, with: .crc32C)
        func entry(_ record: PartRecord) -> CompleteUploadRequest.Part {
            .init(number: record.number, etag: record.etag, checksum: record.checksum)
        }
        await expectError("MalformedXML", 400) { try await complete(upload, []) }
        await expectError("InvalidPartOrder", 400) { try await complete(upload, [entry(two), entry(one)]) }
        await expectError("InvalidPartOrder", 400) { try await complete(upload, [entry(one), entry(one)]) }
        await expectError("InvalidPart", 400) {
            try await complete(upload, [entry(one), .init(number: 9, etag: "x")])
        }
        let wrong = await expectError("InvalidPart", 400) {
            try await complete(upload, [.init(number: 1, etag: two.etag, checksum: one.checksum)])
        }
        #expect(wrong?.fields.contains(.init("PartNumber", "1")) == true)
        await expectError("InvalidPart", 400) {
            try await complete(upload, [.init(number: 1, etag: one.etag, checksum: two.checksum)])
        }
        await expectError("InvalidRequest", 400) { try await complete(upload, listed([one])) }
        let small = await expectError("EntityTooSmall", 400) {
            try await complete(upload, [entry(one), entry(two), entry(three)])
        }
        #expect(small?.fields.contains(.init("PartNumber", "2")) == true)
        await expectError("InvalidRequest", 400) { try await complete(upload, [entry(one)]) { $0.size = 1 } }
        await expectError("BadDigest", 400) {
            try await complete(upload, [entry(one)]) { $0.checksum = (.crc32C, "AAAAAA==-1") }
        }
        #expect(try await complete(upload, [entry(one), entry(two)]).size == 20_005)
    }

    @Test func conditionsHoldWhenTheObjectAppears() async throws {
        try await storage.put("up", [1])
        let upload = try await start()
        let record = try await part(1, [2], of: upload)
        await expectError("PreconditionFailed", 412) {
            try await complete(upload, listed([record])) { $0.conditions.ifNoneMatch = "*" }
        }
        try await storage.objects.deleteObject(address, storage.owner)
        _ = try await complete(upload, listed([record])) { $0.conditions.ifNoneMatch = "*" }
        #expect(try await storage.bytes("up") == [2])
    }

    @Test func partsAreListedInPages() async throws {
        let upload = try await start()
        for number in [3, 1, 2] { try await part(number, [UInt8(number)], of: upload) }
        let first = try await storage.objects.listParts(of: upload, address, maxParts: 2, storage.owner)
        #expect(first.parts.map(\.number) == [1, 2])
        #expect(first.isTruncated)
        #expect(first.nextPartNumberMarker == 2)
        let rest = try await storage.objects.listParts(of: upload, address, after: 2, storage.owner)
        #expect(rest.parts.map(\.number) == [3])
        #expect(!rest.isTruncated)
    }

    @Test func uploadsAreListedByKeyAndTimeInPages() async throws {
        var expected: [String] = []
        for (key, second) in [("a", 1), ("a", 2), ("b/x", 3), ("b/y", 4), ("c", 5)] as [(String, Int64)] {
            let upload = try await storage.objects.createUpload(
                CreateUploadRequest(storage.address(key), storage.at(second)))
            expected.append(upload.id)
        }
        var request = ListUploadsRequest(TestStorage.bucket, storage.owner)
        #expect(try await storage.objects.listUploads(request).uploads.map(\.id) == expected)
        request.maxUploads = 1
        var found: [String] = []
        while true {
            let page = try await storage.objects.listUploads(request)
            found += page.uploads.map(\.id)
            guard page.isTruncated else { break }
            request.keyMarker = try #require(page.nextKeyMarker)
            request.uploadIDMarker = page.nextUploadIDMarker ?? ""
        }
        #expect(found == expected)
        request = ListUploadsRequest(TestStorage.bucket, storage.owner)
        request.delimiter = "/"
        let rolled = try await storage.objects.listUploads(request)
        #expect(rolled.prefixes == ["b/"])
        #expect(rolled.uploads.map(\.key) == ["a", "a", "c"])
    }

    @Test func anAbortedUploadLeavesNothing() async throws {
        let upload = try await start()
        try await part(1, pattern(50_000), of: upload)
        try await storage.objects.abortUpload(upload, address, storage.owner)
        await expectError("NoSuchUpload", 404) {
            try await storage.objects.abortUpload(upload, address, storage.owner)
        }
        await expectError("NoSuchUpload", 404) { try await part(1, [1], of: upload) }
        await expectError("InvalidArgument", 400) { try await part(10_001, [1], of: upload) }
        await expectError("InvalidArgument", 400) { try await part(0, [1], of: upload) }
        storage.store.close()
        #expect(try filesBelow(storage.folder.file("data/blobs")).isEmpty)
    }

    @Test(arguments: [1000, 90_000]) func aPartCanBeARangeOfAnObject(_ size: Int) async throws {
        let source = pattern(size)
        try await storage.put("source", source)
        let upload = try await start()
        func copy(_ number: Int, _ range: String?) async throws(ServiceError) -> PartRecord {
            try await storage.objects.uploadPartCopy(
                PartAddress(address, upload: upload, number: number), from: storage.address("source"), version: nil,
                range: range,
                conditions: ReadConditions(), expectedSourceOwner: nil, storage.owner
            ).part
        }
        let whole = try await copy(1, nil), some = try await copy(2, "bytes=10-99")
        #expect(whole.etag == Hex.text(MD5Digest.of(source)))
        #expect(some.etag == Hex.text(MD5Digest.of(Array(source[10..<100]))))
        await expectError("InvalidArgument", 400) { try await copy(3, "bytes=10-\(size)") }
        await expectError("InvalidArgument", 400) { try await copy(3, "bytes=10-") }
        if size > 20_000 {
            _ = try await complete(upload, listed([whole, some]))
            #expect(try await storage.bytes("up") == source + source[10..<100])
        }
    }
}
