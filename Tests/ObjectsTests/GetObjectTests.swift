import Digests
import Glibc
import Kernel
import Objects
import Store
import Synchronization
import TestSupport
import Testing

struct GetObjectTests {
    /// Range, size, expected first and past-the-last byte; nil is the whole object as 200, "416" stands as -1.
    static let ranges: [(String, Int64, Range<Int64>?, Bool)] = [
        ("bytes=0-0", 10, 0..<1, false), ("bytes=2-5", 10, 2..<6, false), ("bytes=0-", 10, 0..<10, false),
        ("bytes=9-", 10, 9..<10, false), ("bytes=-3", 10, 7..<10, false), ("bytes=-131072", 10, 0..<10, false),
        ("bytes=0-52428799", 10, 0..<10, false), ("bytes=5-99999999999999999999999", 10, 5..<10, false),
        ("bytes=10-", 10, nil, true), ("bytes=10-20", 10, nil, true), ("bytes=-0", 10, nil, true),
        ("bytes=0-", 0, nil, true), ("bytes=-5", 0, nil, true), ("bytes=5-2", 10, nil, false),
        ("bytes=0-1,3-4", 10, nil, false), ("bytes=a-b", 10, nil, false), ("items=0-1", 10, nil, false),
        ("bytes=-", 10, nil, false), ("bytes=", 10, nil, false), ("bytes=+1-2", 10, nil, false),
    ]

    @Test(arguments: [10, 100_000] as [Int64]) func rangesAreClampedOrRefusedOrIgnored(_ scale: Int64) async throws {
        let storage = try await TestStorage()
        let large = scale > 10 ? pattern(Int(scale)) : nil
        for (range, size, expected, isRefused) in Self.ranges {
            let body = large ?? pattern(Int(size))
            guard large == nil || size == 10 && !isRefused && expected?.upperBound != 10 else { continue }
            try await storage.put("k", body)
            if isRefused {
                let error = await expectError("InvalidRange", 416) { try await storage.get("k", range: range) }
                #expect(error?.headers == [.init("Content-Range", "bytes */\(size)")])
                #expect(error?.fields.contains(.init("ActualObjectSize", String(size))) == true)
                continue
            }
            let answer = try await storage.get("k", range: range)
            #expect(answer.isPartial == (expected != nil), "\(range)")
            let wanted = expected ?? 0..<Int64(body.count)
            #expect(answer.range == wanted, "\(range)")
            #expect(
                try readAll(answer.body) == Array(body[Int(wanted.lowerBound)..<Int(wanted.upperBound)]), "\(range)")
            #expect(answer.checksum == nil || !answer.isPartial)
        }
    }

    @Test func theContentRangeNamesTheSize() async throws {
        let storage = try await TestStorage()
        try await storage.put("k", pattern(10))
        #expect(try await storage.get("k", range: "bytes=2-5").contentRange == "bytes 2-5/10")
        #expect(try await storage.get("k").contentRange == nil)
    }

    @Test(arguments: [0, 1, 16_384, 16_385, 65_536, 65_537, 600_000])
    func bodiesComeBackWhereverTheyAreKept(_ size: Int) async throws {
        let storage = try await TestStorage(), body = pattern(size, seed: size)
        let answer = try await storage.put("k", body)
        #expect(answer.etag == Hex.text(MD5Digest.of(body)))
        #expect(try await storage.bytes("k") == body)
        #expect(try await storage.get("k").checksum == answer.checksum)
        #expect(answer.checksum?.checksum.algorithm == .crc64NVME)
        let head = try await storage.objects.headObject(GetObjectRequest(storage.address("k"), storage.owner))
        #expect(head.body.count == 0)
        #expect(head.length == Int64(size))
    }

    @Test func theFastPathAnswersOnTheCallersThreadWithItsReader() async throws {
        let storage = try await TestStorage()
        try await storage.put("k", pattern(100))
        let reader = try storage.objects.makeReader()
        let seen = Mutex<[UInt8]?>(nil)
        storage.objects.getObject(GetObjectRequest(storage.address("k"), storage.owner), reader: reader) { result in
            let bytes = try? readAll(result.get().body)
            seen.withLock { $0 = bytes }
        }
        #expect(seen.withLock { $0 } == pattern(100))
        // What was answered before is seen by the next read of the same reader.
        try await storage.put("k", pattern(7))
        storage.objects.headObject(GetObjectRequest(storage.address("k"), storage.owner), reader: reader) { result in
            #expect((try? result.get().length) == 7)
        }
    }

    @Test func ifRangeDecidesWhetherTheRangeCounts() async throws {
        let storage = try await TestStorage()
        let etag = try await storage.put("k", pattern(10)).etag
        func isPartial(_ ifRange: String) async throws -> Bool {
            var request = GetObjectRequest(storage.address("k"), storage.owner)
            request.range = "bytes=0-1"
            request.ifRange = ifRange
            return try await storage.objects.getObject(request).isPartial
        }
        #expect(try await isPartial("\"\(etag)\""))
        #expect(try await !isPartial("W/\"\(etag)\""))
        #expect(try await !isPartial("\"other\""))
        #expect(try await isPartial(storage.owner.now.httpDate))
        #expect(try await !isPartial((storage.owner.now - .seconds(1)).httpDate))
    }

    @Test func conditionsAnswerNotModifiedOrFailed() async throws {
        let storage = try await TestStorage()
        let etag = try await storage.put("k", pattern(10)).etag
        let error = await expectError("NotModified", 304) {
            try await storage.get("k", conditions: ReadConditions(ifNoneMatch: etag))
        }
        #expect(error?.headers.contains(.init("ETag", "\"\(etag)\"")) == true)
        let failed = await expectError("PreconditionFailed", 412) {
            try await storage.get("k", conditions: ReadConditions(ifMatch: "\"x\""))
        }
        #expect(failed?.fields == [.init("Condition", "If-Match")])
    }

    @Test func whatIsMissingSaysWhat() async throws {
        let storage = try await TestStorage()
        let key = await expectError("NoSuchKey", 404) { try await storage.get("none") }
        #expect(key?.fields == [.init("Key", "none")])
        let bucket = await expectError("NoSuchBucket", 404) {
            try await storage.objects.getObject(GetObjectRequest(ObjectAddress("nobody", "k"), storage.owner))
        }
        #expect(bucket?.fields == [.init("BucketName", "nobody")])
    }

    @Test func aFileShorterThanItsRowIsAnErrorAndNeverAShortBody() async throws {
        let storage = try await TestStorage()
        try await storage.put("k", pattern(100_000))
        let blobs = try filesBelow(storage.folder.file("data/blobs"))
        let path = try #require(blobs.first)
        #expect(truncate(path, 99_999) == 0)
        await expectError("InternalError", 500) { try await storage.get("k", range: "bytes=0-1") }
        #expect(storage.reports.all.count == 1)
        #expect(storage.reports.all[0].contains("99999 bytes where its row says 100000"))
        unlink(path)
        await expectError("InternalError", 500) { try await storage.get("k") }
        #expect(storage.reports.all[1].contains("missing"))
    }
}

/// All files below a folder.
func filesBelow(_ path: String) throws -> [String] {
    struct Failure: Error {}
    guard let folder = opendir(path) else { throw Failure() }
    defer { closedir(folder) }
    var found: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name == "." || name == ".." { continue }
        if entry.pointee.d_type == UInt8(DT_DIR) {
            found += try filesBelow(path + "/" + name)
        } else {
            found.append(path + "/" + name)
        }
    }
    return found
}
