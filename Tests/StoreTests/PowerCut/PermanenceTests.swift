import Kernel
import SQLite
import Store
import Testing

/// What a store has answered is permanent, and what it shows after a start, whoever was killed before or works beside.
struct PermanenceTests {
    let recorder: DiskRecorder

    init() throws { recorder = try DiskRecorder() }

    /// All ids of a store begin alike.
    private struct OneFolder: Entropy {
        let base: CountingEntropy
        func next() -> UInt64 { base.next() & 0x00FF_FFFF_FFFF_FFFF }
    }

    private func open(_ run: UInt64) throws -> LocalStore {
        var settings = LocalStore.Settings()
        settings.durability = .full
        settings.database.vfs = recorder.vfs
        settings.entropy = OneFolder(base: CountingEntropy(seed: run))
        let path = recorder.root + "/" + PowerCutSimulation.data
        return try LocalStore(DataDirectory(.path(path), port: 1, files: recorder), settings)
    }

    private func write(_ writer: any BlobWriter) async throws -> BlobID {
        try await writer.put([pattern(100)])
        return try await writer.done()
    }

    /// What a power loss leaves at worst.
    private var permanent: DiskImage {
        var disk = Disk()
        for step in recorder.steps { disk.perform(step) }
        return disk.permanent
    }

    private var permanentBlobs: [String] {
        permanent.files.compactMap { $0.path.contains("/blobs/00/") ? $0.path.split(separator: "/").last : nil }
            .map(String.init)
    }

    @Test func whatAKilledProcessHadNotSyncedIsPermanentOnceItIsShown() async throws {
        let killed = try open(1)
        func make(_ name: String) async throws {
            let bucket = BucketRecord(name: name, owner: .standard, region: .standard, created: .epoch)
            try await killed.index.apply(.createBucket(bucket, limit: 2))
        }
        try await make("answered")
        // The commit goes into the log, whose sync is the last.
        recorder.end(afterSteps: 0, atSync: true)
        await #expect(throws: SQLiteError.self) { try await make("not-answered") }
        killed.close()
        recorder.goOn()
        let next = try open(2), shown = try await StoreState.of(next)
        #expect(shown.lines.count == 2)
        #expect(try await PowerCutSimulation.recover(permanent) == shown)
        next.close()
    }

    // The folder of a blob is named by the first digits of its id.

    @Test func aFolderThatAKilledProcessMadeIsSyncedByTheNext() async throws {
        let killed = try open(1)
        // Made, named, written and synced; then the folder is made and named, and the sync of its name is the last.
        recorder.end(afterSteps: 5, atSync: true)
        await #expect(throws: BlobFailure.self) { try await write(killed.blobs.makeWriter(observer: nil)) }
        killed.close()
        recorder.goOn()
        let next = try open(2), blob = try await write(next.blobs.makeWriter(observer: nil))
        #expect(permanentBlobs == [blob.text])
        next.close()
    }

    @Test func aFolderThatAnotherWriterHasJustMadeIsSyncedByBoth() async throws {
        let store = try open(1), second = Monitor<(result: Result<BlobID, any Error>, permanent: [String])?>(nil)
        // While the first is about to sync the name, the second writes a whole blob.
        recorder.atNextFolderSync { [self] _ in
            let writer = store.blobs.makeWriter(observer: nil)
            writer.append([pattern(100)]) { _ in
                writer.finish { result in second.update { $0 = (result, permanentBlobs) } }
            }
            _ = second.wait { $0.map { _ in true } }
        }
        let first = try await write(store.blobs.makeWriter(observer: nil))
        let (result, permanent) = try #require(second.withLock { $0 })
        #expect(permanent == [try result.get().text])
        #expect(permanentBlobs.contains(first.text))
        store.close()
    }
}
