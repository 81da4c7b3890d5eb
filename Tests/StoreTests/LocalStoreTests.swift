import Glibc
import Kernel
import SQLite
import Store
import TestSupport
import Testing

struct LocalStoreTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open(_ change: (inout LocalStore.Settings) -> Void = { _ in }) throws -> LocalStore {
        var settings = LocalStore.Settings()
        change(&settings)
        return try LocalStore(DataDirectory(.path(folder.file("data")), port: 4566), settings)
    }

    private func makeBlob(in store: LocalStore, _ bytes: [UInt8]) async throws -> BlobID {
        let writer = store.blobs.makeWriter(observer: nil)
        try await withCheckedThrowingContinuation { continuation in
            writer.append([bytes]) { continuation.resume(with: $0) }
        }
        return try await withCheckedThrowingContinuation { continuation in
            writer.finish { continuation.resume(with: $0) }
        }
    }

    @Test(arguments: Durability.allCases)
    func filesAreABlobStore(_ durability: Durability) async throws {
        let directory = try DataDirectory(.path(folder.file("data")), port: 1)
        var settings = LocalStore.Settings()
        settings.durability = durability
        let store = try LocalStore(directory, settings)
        try await checkBlobStoreConformance(store.blobs) { try LocalStore(directory).blobs }
    }

    @Test func sqliteIsAnObjectIndex() async throws {
        let store = try open()
        try await ObjectIndexConformance(store.index) { try await makeBlob(in: store, [1]) }.check()
        for seed in 1...3 {
            try await VersionConformance(store.index, seed: UInt64(seed)) { try await makeBlob(in: store, [1]) }
                .check(changes: 150)
        }
        store.close()
    }

    @Test func theWrappersThatInjectFailuresConformWhenTheyInjectNone() async throws {
        let store = try open()
        let index = FailureInjectingIndex(store.index) { _ in }
        try await ObjectIndexConformance(index) { try await makeBlob(in: store, [1]) }.check()
        let blobs = FailureInjectingBlobStore(store.blobs) { _ in }
        try await checkBlobStoreConformance(blobs, reopen: nil)
        store.close()
    }

    @Test func whatIsInSurvivesClosingAndOpening() async throws {
        let bucket = BucketRecord(name: "kept", owner: .standard, region: .standard, created: .epoch)
        let first = try open()
        try await first.index.apply(.createBucket(bucket, limit: 1))
        first.close()
        let second = try open()
        #expect(try await second.index.read { try $0.bucket("kept") }?.created == bucket.created)
        second.close()
    }

    @Test func orphansOfAnEarlierRunAreSweptAndReferencedBlobsAreNot() async throws {
        let first = try open()
        let bucket = BucketRecord(name: "bkt", owner: .standard, region: .standard, created: .epoch)
        try await first.index.apply(.createBucket(bucket, limit: 1))
        let kept = try await makeBlob(in: first, [1, 2]), orphan = try await makeBlob(in: first, [3])
        let record = ObjectRecord(etag: "e", size: 2, modified: .epoch, body: .blob(kept))
        try await first.index.apply(.put(bucket.reference, [ObjectWrite("k", record)]))
        #expect(try await first.sweepOrphans() == 0)
        first.close()

        let second = try open()
        #expect(try await second.sweepOrphans() == 1)
        #expect(try readAll(try second.blobs.body(of: kept, range: 0..<2, size: 2)) == [1, 2])
        second.close()
        let third = try open()
        #expect(throws: BlobFailure.missing(orphan)) { try third.blobs.body(of: orphan, range: 0..<1, size: 1) }
        third.close()
    }

    @Test func halfWrittenFilesAreGoneAfterAStart() async throws {
        let first = try open { settings in
            settings.failureHook = { if $0 == .blobFinish { throw SimulatedCrash() } }
        }
        await #expect(throws: SimulatedCrash.self) { try await makeBlob(in: first, [1, 2, 3]) }
        let incoming = folder.file("data/blobs/incoming")
        #expect(try entries(incoming) == 1)
        first.close()
        let second = try open()
        #expect(try entries(incoming) == 0)
        second.close()
    }

    @Test func tablesOfOtherPartsLiveInTheSameFile() async throws {
        let jobs = Migrations(part: "jobs", [Migration("jobs", sql: "CREATE TABLE jobs(name TEXT) STRICT")])
        let store = try open { $0.migrations = [jobs] }
        try await store.writer.write { try $0.execute("INSERT INTO jobs VALUES('a')") }
        #expect(try await store.readers.read { try $0.all("SELECT name FROM jobs") { $0.text(0) } } == ["a"])
        store.close()
        #expect(throws: Migrations.NewerSchema.self) { try open() }
    }

    private struct Skipped: Error {}

    private func entries(_ path: String) throws -> Int {
        guard let folder = opendir(path) else { throw Skipped() }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count - 2
    }
}

struct DataDirectoryTests {
    @Test func theStandardPlaceFollowsTheBaseDirectoryRules() {
        #expect(
            DataDirectory.Location.standard(port: 4566, environment: ["XDG_DATA_HOME": "/x", "HOME": "/h"])
                == .path("/x/groundwork/4566"))
        #expect(
            DataDirectory.Location.standard(port: 1, environment: ["XDG_DATA_HOME": "relative", "HOME": "/h"])
                == .path("/h/.local/share/groundwork/1"))
        #expect(DataDirectory.Location.standard(port: 1, environment: [:]) == nil)
    }

    @Test func theFolderIsPrivateAndItsHolderIsNamed() throws {
        let folder = try TemporaryFolder(), path = folder.file("a/b/data")
        let first = try DataDirectory(.path(path), port: 4567)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o700)
        let refusal = #expect(throws: DataDirectory.Refusal.self) { try DataDirectory(.path(path), port: 4568) }
        #expect(refusal?.description.contains("process \(getpid()) on port 4567") == true)
        #expect(refusal?.description.contains(path) == true)
        withExtendedLifetime(first) {}
    }

    @Test func theLockEndsWithItsOwner() throws {
        let folder = try TemporaryFolder(), path = folder.file("data")
        do { _ = try DataDirectory(.path(path), port: 1) }
        _ = try DataDirectory(.path(path), port: 2)
    }

    /// As a child holds it between its making and its own program.
    @Test func aCopyOfTheLocksDescriptorDoesNotHoldTheLock() throws {
        let folder = try TemporaryFolder(), path = folder.file("data")
        let first = try DataDirectory(.path(path), port: 1)
        let held = try #require(
            (3..<20_000).first { number in
                var target = [CChar](repeating: 0, count: 4096)
                readlink("/proc/self/fd/\(number)", &target, target.count - 1)
                return String(decoding: target.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                    == path + "/lock"
            })
        let copy = dup(Int32(held))
        defer { close(copy) }
        first.close()
        try DataDirectory(.path(path), port: 2).close()
    }

    @Test func anEphemeralDirectoryIsRemovedAtTheEnd() throws {
        let folder = try TemporaryFolder()
        let directory = try DataDirectory(.ephemeral(in: folder.path), port: 1)
        let store = try LocalStore(directory)
        #expect(access(directory.databasePath, F_OK) == 0)
        store.close()
        #expect(access(directory.path, F_OK) != 0)
    }

    @Test func aFolderThatCannotBeMadeIsRefusedWithItsName() throws {
        let refusal = #expect(throws: DataDirectory.Refusal.self) { try DataDirectory(.path("/proc/nope/x"), port: 1) }
        #expect(refusal?.description.contains("/proc/nope") == true)
        #expect(throws: DataDirectory.Refusal.self) { try DataDirectory(.path("relative"), port: 1) }
    }
}
