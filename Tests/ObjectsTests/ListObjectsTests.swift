import Kernel
import Objects
import Store
import TestSupport
import Testing

struct ListObjectsTests {
    /// What a listing is, said without any cleverness: all keys, sorted by bytes, filtered, rolled up, cut.
    struct Model {
        let keys: [String]

        init(keys: some Sequence<String>) {
            self.keys = keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        }

        struct Page: Equatable {
            var keys: [String] = [], prefixes: [String] = []
            var isTruncated = false
        }

        func page(prefix: String, delimiter: String, marker: String, limit: Int) -> Page {
            var entries: [(text: String, isPrefix: Bool)] = []
            for key in keys {
                guard key.utf8.starts(with: prefix.utf8) else { continue }
                guard Array(marker.utf8).lexicographicallyPrecedes(Array(key.utf8)) else { continue }
                guard let rolled = rolled(key, prefix, delimiter) else {
                    entries.append((key, false))
                    continue
                }
                // A marker that is itself a common prefix leaves out all below it.
                if marker.utf8.elementsEqual(rolled.utf8) { continue }
                if entries.last?.text != rolled { entries.append((rolled, true)) }
            }
            let chosen = entries.prefix(limit)
            return Page(
                keys: chosen.filter { !$0.isPrefix }.map(\.text), prefixes: chosen.filter(\.isPrefix).map(\.text),
                isTruncated: limit > 0 && entries.count > limit)
        }

        private func rolled(_ key: String, _ prefix: String, _ delimiter: String) -> String? {
            guard !delimiter.isEmpty else { return nil }
            let bytes = Array(key.utf8), delimiter = Array(delimiter.utf8)
            var place = prefix.utf8.count
            while place + delimiter.count <= bytes.count {
                let end = place + delimiter.count
                if Array(bytes[place..<end]) == delimiter { return String(decoding: bytes[..<end], as: UTF8.self) }
                place += 1
            }
            return nil
        }
    }

    @Test func everyPageIsWhatTheModelSays() async throws {
        let storage = try await TestStorage(), draws = SeededDraws(seed: 7)
        let pieces = ["a", "b", "/", "//", "é", "-", "\u{10FFFF}", "\u{FFFD}", "ab/"]
        let keys = Set(
            (0..<150).map { index in
                (0...draws.below(5, index, 0)).map { pieces[draws.below(pieces.count, index, 1, $0)] }.joined()
            })
        let model = Model(keys: keys)
        try await storage.objects.putMany(
            model.keys.map { SmallObject($0, [1], contentType: "a/b") }, in: TestStorage.bucket, storage.owner)
        var checked = 0
        for round in 0..<400 {
            let draw = draws.scoped("query").scoped(round)
            let prefix = ["", "a", "a/", "é", "b/", "\u{10FFFF}", "none", "ab"][draw.below(8, 0)]
            let delimiter = ["", "/", "//", "a", "b/"][draw.below(5, 1)]
            let marker = draw.below(2, 2) == 0 ? "" : model.keys[draw.below(keys.count, 3)]
            let limit = [0, 1, 2, 7, 1000, 5000][draw.below(6, 4)]
            var request = ListObjectsRequest(TestStorage.bucket, storage.owner)
            (request.prefix, request.delimiter, request.marker, request.maxKeys) = (prefix, delimiter, marker, limit)
            let answer = try await storage.objects.listObjects(request)
            let found = Model.Page(
                keys: answer.objects.map(\.key), prefixes: answer.prefixes, isTruncated: answer.isTruncated)
            let expected = model.page(prefix: prefix, delimiter: delimiter, marker: marker, limit: limit)
            #expect(found == expected, "prefix \(prefix) delimiter \(delimiter) marker \(marker) limit \(limit)")
            checked += found.keys.count
        }
        #expect(checked > 1000)
    }

    @Test(arguments: ["", "/"], [true, false])
    func pagesJoinToTheWholeListing(_ delimiter: String, _ isVersion2: Bool) async throws {
        let storage = try await TestStorage()
        let keys = (0..<40).map { "dir\($0 / 7)/key\($0)" } + (0..<10).map { "top\($0)" }
        for key in keys { try await storage.put(key, []) }
        var request = ListObjectsRequest(TestStorage.bucket, storage.owner)
        request.delimiter = delimiter
        let whole = try await storage.objects.listObjects(request)
        request.maxKeys = 3
        var found: [String] = [], prefixes: [String] = [], pages = 0
        while true {
            let page = try await storage.objects.listObjects(request)
            #expect(page.keyCount <= 3)
            found += page.objects.map(\.key)
            prefixes += page.prefixes
            pages += 1
            guard page.isTruncated else {
                #expect(page.nextToken == nil)
                break
            }
            if isVersion2 {
                request.continuationToken = page.nextToken
            } else {
                // Version 1 names the marker only beside a delimiter; else it is the last key.
                #expect((page.nextMarker == nil) == delimiter.isEmpty)
                request.marker = try #require(page.nextMarker ?? page.objects.last?.key)
            }
        }
        #expect(found == whole.objects.map(\.key))
        #expect(prefixes == whole.prefixes)
        #expect(pages == (whole.keyCount + 2) / 3)
    }

    @Test func aPageHasAtMostAThousandEntries() async throws {
        let storage = try await TestStorage()
        let many = (0..<1005).map { SmallObject("k\($0)", [1], contentType: "a/b") }
        try await storage.objects.putMany(Array(many[..<1000]), in: TestStorage.bucket, storage.owner)
        try await storage.objects.putMany(Array(many[1000...]), in: TestStorage.bucket, storage.owner)
        var request = ListObjectsRequest(TestStorage.bucket, storage.owner)
        request.maxKeys = 5000
        let page = try await storage.objects.listObjects(request)
        #expect(page.objects.count == 1000)
        #expect(page.maxKeys == 1000)
        #expect(page.isTruncated)
        request.maxKeys = 0
        let none = try await storage.objects.listObjects(request)
        #expect(none.keyCount == 0)
        #expect(!none.isTruncated)
        request.maxKeys = -1
        await expectError("InvalidArgument", 400) { try await storage.objects.listObjects(request) }
        request.maxKeys = nil
        request.continuationToken = "%%%"
        await expectError("InvalidArgument", 400) { try await storage.objects.listObjects(request) }
    }
}
