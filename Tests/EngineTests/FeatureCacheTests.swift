import Digests
import Engine
import Glibc
import Kernel
import Synchronization
import TestSupport
import Testing

/// The cache of features on disk. A key stands for a content, and features are a function of it, so that every test can
/// say what the right features of a key are.
@Suite struct FeatureCacheTests {
    private static let size = 600
    private let folder: TemporaryFolder
    private var path: String { folder.file("features") }

    init() throws { folder = try TemporaryFolder() }

    private func key(_ content: Int) -> FeatureKey { FeatureKey(eTag: "etag-\(content)", size: Int64(content)) }

    private func features(_ content: Int, size: Int = size) -> [UInt8] {
        var state = UInt64(content) &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<size).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 32)
        }
    }

    private func cache(objects: Int = 1000, bytes: Int = 1 << 30, reserve: Int = 0) -> FeatureCache {
        var limits = Limits()
        limits.featureCacheObjects = objects
        limits.featureCacheBytes = bytes
        limits.featureReserveBytes = reserve
        return FeatureCache(folder: path, limits: limits)
    }

    private func view(_ cache: FeatureCache, _ extractor: String = "method-1") -> JobFeatures {
        cache.features(of: extractor, bytesPerObject: Self.size)
    }

    private func read(_ view: JobFeatures, _ index: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try view.withFeatures(at: index) { bytes = Array($0) }
        return bytes
    }

    /// Keeps a content's features under its own number, in a view of its own.
    private func keep(_ contents: some Sequence<Int>, in cache: FeatureCache, _ extractor: String = "method-1") throws {
        let view = view(cache, extractor)
        for content in contents { try view.keep(features(content), of: content, key(content)) }
    }

    private func kept(_ contents: some Sequence<Int>, in cache: FeatureCache, _ extractor: String = "method-1") -> [Int]
    {
        let view = view(cache, extractor)
        return contents.filter { view.adopt($0, key($0)) == .usable }
    }

    // MARK: One job and the next

    @Test func whatIsKeptIsReadBack() throws {
        let view = view(cache())
        #expect(view.slot(of: 7) == .missing && view.adopt(7, key(1)) == .missing)
        try view.keep(features(1), of: 7, key(1))
        try view.keep(nil, of: 8, key(2))
        #expect(view.slot(of: 7) == .usable && view.slot(of: 8) == .unusable)
        #expect(try read(view, 7) == features(1))
        #expect(throws: (any Error).self) { try read(view, 8) }
        #expect(throws: (any Error).self) { try read(view, 9) }
    }

    @Test func laterJobsFindItByContentWhereverItLies() throws {
        let cache = cache()
        try keep([1], in: cache)
        let later = view(cache)
        #expect(later.adopt(100, key(1)) == .usable && later.adopt(101, key(1)) == .usable)
        #expect(try read(later, 100) == features(1) && read(later, 101) == features(1))
        #expect(later.adopt(102, FeatureKey(eTag: "etag-1", size: 2)) == .missing, "the size is part of the key")
        #expect(cache.size.objects == 1)
    }

    @Test func aRestartFindsItToo() throws {
        try keep(0..<20, in: cache())
        let view = view(cache())
        try view.keep(nil, of: 20, key(20))
        #expect(kept(0..<30, in: cache()) == Array(0..<20))
        #expect(self.view(cache()).adopt(0, key(20)) == .unusable)
    }

    @Test func extractorsAndSizesAreApart() throws {
        let cache = cache()
        try keep([1], in: cache, "method-1")
        #expect(kept([1], in: cache, "method-2").isEmpty)
        #expect(cache.features(of: "method-1", bytesPerObject: 8).adopt(0, key(1)) == .missing)
    }

    @Test func whatAViewHoldsOfAnObjectStays() throws {
        let view = view(cache())
        try view.keep(features(1), of: 0, key(1))
        try view.keep(features(2), of: 0, key(2))
        #expect(view.adopt(0, key(3)) == .usable)
        #expect(try read(view, 0) == features(1))
    }

    // MARK: Bounds

    @Test func whatWasNotUsedForLongestGoesFirst() throws {
        let cache = cache(objects: 4)
        try keep(0..<4, in: cache)
        #expect(kept([0, 2], in: cache) == [0, 2])
        try keep([4, 5], in: cache)
        #expect(kept(0..<6, in: cache) == [0, 2, 4, 5])
        #expect(cache.size.objects == 4)
    }

    @Test func theOrderOfUseOutlivesARestart() throws {
        try keep(0..<4, in: cache())
        #expect(kept([0, 2], in: cache()) == [0, 2])
        #expect(kept(0..<4, in: cache(objects: 2)) == [0, 2])
    }

    @Test func theBoundIsSharedByAllExtractors() throws {
        let cache = cache(bytes: 4 * (Self.size + 40))
        try keep(0..<4, in: cache, "method-1")
        try keep(0..<3, in: cache, "method-2")
        #expect(kept(0..<4, in: cache, "method-1") == [3] && kept(0..<4, in: cache, "method-2") == [0, 1, 2])
        #expect(cache.size.bytes <= 4 * (Self.size + 40))
    }

    @Test func marksTakeAlmostNoRoom() throws {
        let cache = cache(bytes: 4 * (Self.size + 40))
        let view = view(cache)
        for content in 0..<30 { try view.keep(nil, of: content, key(content)) }
        #expect(cache.size.objects == 30)
    }

    @Test func pinnedFeaturesNeverGo() throws {
        let cache = cache(objects: 3), view = view(cache)
        for content in 0..<10 { try view.keep(features(content), of: content, key(content)) }
        #expect(try (0..<10).allSatisfy { try read(view, $0) == features($0) }, "beyond the bound, but in use")
        view.release(0..<4)
        #expect((0..<10).map { view.slot(of: $0) == .missing } == (0..<10).map { $0 < 4 })
        #expect(try (4..<10).allSatisfy { try read(view, $0) == features($0) })
        view.release()
        #expect(cache.size.objects == 3)
    }

    @Test func aSlotThatIsFreeAgainTakesNoRoomOnDisk() throws {
        func blocks() throws -> Int {
            var total = 0
            for name in try files() where name.hasSuffix(".slots") {
                var status = stat()
                try #require(stat("\(path)/\(name)", &status) == 0)
                total += Int(status.st_blocks) * 512
            }
            return total
        }
        let size = 64 << 10, view = cache(bytes: 1 << 30).features(of: "large", bytesPerObject: size)
        for content in 0..<32 { try view.keep(features(content, size: size), of: content, key(content)) }
        let before = try blocks()
        try #require(before >= 32 * size)
        _ = cache(bytes: 4 * (size + 40))
        #expect(try blocks() <= before / 4)
    }

    // MARK: Disks that fail

    @Test func withoutADiskFeaturesStayInMemoryWithinABound() throws {
        try #require(symlink("/dev/null", path) == 0)
        let cache = cache(reserve: 3 * Self.size), view = view(cache)
        for content in 0..<3 { try view.keep(features(content), of: content, key(content)) }
        try view.keep(nil, of: 3, key(3))
        #expect(view.slot(of: 3) == .unusable)
        #expect(try (0..<3).allSatisfy { try read(view, $0) == features($0) })
        #expect(throws: (any Error).self) { try view.keep(features(4), of: 4, key(4)) }
        view.release([0])
        try view.keep(features(4), of: 4, key(4))
        #expect(cache.trouble?.contains("Not a directory") == true)
    }

    @Test func aFullDiskIsUsedAsFarAsItGoes() throws {
        try keep([0], in: cache())
        let name = try #require(try files().first { $0.hasSuffix(".slots") })
        unlink("\(path)/\(name)")
        try #require(symlink("/dev/full", "\(path)/\(name)") == 0)
        let cache = cache(reserve: Self.size), view = view(cache)
        #expect(view.adopt(0, key(0)) == .missing)
        try view.keep(features(1), of: 1, key(1))
        #expect(try read(view, 1) == features(1), "in memory")
        #expect(throws: (any Error).self) { try view.keep(features(2), of: 2, key(2)) }
        #expect(cache.trouble?.contains("No space left") == true)
    }

    @Test func featuresThatAreDamagedWhileInUseAreMissing() throws {
        let cache = cache(), view = view(cache), other = self.view(cache)
        try view.keep(features(1), of: 1, key(1))
        #expect(other.adopt(5, key(1)) == .usable)
        try change { name, bytes in if name.hasSuffix(".slots") { bytes[17] ^= 1 } }
        #expect(throws: (any Error).self) { try read(view, 1) }
        #expect(view.slot(of: 1) == .missing && view.adopt(1, key(1)) == .missing)
        try view.keep(features(1), of: 1, key(1))
        #expect(try read(view, 1) == features(1))
        #expect(throws: (any Error).self) { try read(other, 5) }
        #expect(other.adopt(5, key(1)) == .usable)
        #expect(try read(other, 5) == features(1))
    }

    // MARK: Crashes

    /// Whatever a crash leaves of the files, what is found afterwards is right, and the cache works.
    @Test func aCrashLosesFeaturesAndNeverChangesThem() throws {
        for seed in 0..<(getenv("GROUNDWORK_LONG") == nil ? 150 : 5000) {
            let draws = SeededDraws(seed: UInt64(seed)).scoped("crash")
            let before = draws.below(12, 0)
            do {
                let cache = cache(objects: 8), view = view(cache)
                for content in 0..<before {
                    let isUsable = content % 5 != 3
                    try view.keep(isUsable ? features(content) : nil, of: content, key(content))
                    if draws.below(3, 1, content) == 0 { view.release() }
                }
            }
            var turn = 0
            try change { _, bytes in
                turn += 1
                switch draws.below(4, 2, turn) {
                case 0: bytes.removeLast(draws.below(bytes.count + 1, 3, turn))
                case 1:
                    for change in 0...draws.below(6, 4, turn) where !bytes.isEmpty {
                        bytes[draws.below(bytes.count, 5, turn, change)] = UInt8(draws.below(256, 6, turn, change))
                    }
                case 2:
                    // A block that was never written.
                    let start = draws.below(bytes.count + 1, 7, turn)
                    let end = min(bytes.count, start + draws.below(900, 8, turn))
                    for place in start..<end { bytes[place] = 0 }
                default: break
                }
            }
            let cache = cache(objects: 8), view = view(cache)
            for content in 0..<12 {
                switch view.adopt(content, key(content)) {
                case .usable:
                    #expect(content % 5 != 3 && content < before, "seed \(seed)")
                    #expect(try read(view, content) == features(content), "seed \(seed)")
                case .unusable: #expect(content % 5 == 3 && content < before, "seed \(seed)")
                case .missing:
                    try view.keep(features(content), of: content, key(content))
                    #expect(try read(view, content) == features(content), "seed \(seed)")
                }
            }
            view.release()
            #expect(cache.size.objects <= 8, "seed \(seed)")
            for name in try files() { unlink("\(path)/\(name)") }
        }
    }

    @Test func filesThatAreNobodysAreRemoved() throws {
        try keep([1], in: cache())
        try change { name, bytes in if name.hasSuffix(".index") { bytes = Array("nothing".utf8) } }
        _ = cache()
        #expect(try files().isEmpty)
    }

    // MARK: At once

    @Test func jobsAtOnceSeeOnlyRightFeatures() async throws {
        let cache = cache(objects: 10)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for job in 0..<6 {
                group.addTask {
                    let draws = SeededDraws(seed: UInt64(job))
                    for round in 0..<40 {
                        let view = self.view(cache)
                        for step in 0..<8 {
                            let content = draws.below(16, round, step)
                            if view.adopt(content, self.key(content)) == .missing {
                                try view.keep(self.features(content), of: content, self.key(content))
                            }
                        }
                        for content in 0..<16 where view.slot(of: content) == .usable {
                            #expect(try self.read(view, content) == self.features(content))
                        }
                        if round % 2 == 0 { view.release() }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(cache.size.objects <= 10)
        let found = kept(0..<16, in: self.cache(objects: 10))
        #expect(found.count == cache.size.objects, "what is on disk is what was in memory")
    }

    // MARK: Files

    private func files() throws -> [String] {
        let folder = try #require(opendir(path))
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// Changes the files in place.
    private func change(_ body: (String, inout [UInt8]) -> Void) throws {
        for name in try files() {
            let file = try #require(fopen("\(path)/\(name)", "r+"))
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
            body(name, &bytes)
            rewind(file)
            fwrite(bytes, 1, bytes.count, file)
            ftruncate(fileno(file), bytes.count)
        }
    }
}
