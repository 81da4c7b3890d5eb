import Kernel
import SQLite
import Store
import TestSupport
import Testing

/// The folder of a blob is named by the first digits of its id, and the name must be permanent before the blob is
/// answered, whoever made the folder.
struct BlobFolderTests {
    let folder: TemporaryFolder
    let recorder: DiskRecorder

    init() throws {
        folder = try TemporaryFolder()
        recorder = try DiskRecorder(root: folder.path)
    }

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
        return try LocalStore(DataDirectory(.path(folder.file("data")), port: 1, files: recorder), settings)
    }

    private func write(_ writer: any BlobWriter) async throws -> BlobID {
        try await writer.put([pattern(100)])
        return try await writer.done()
    }

    /// The blobs that a power loss leaves at worst.
    private func permanentBlobs() -> [String] {
        var disk = Disk()
        for step in recorder.steps { disk.perform(step) }
        return disk.permanent.files.map(\.path).filter { $0.hasPrefix("data/blobs/00/") }
    }

    @Test func aFolderThatAKilledProcessMadeIsSyncedByTheNext() async throws {
        let killed = try open(1)
        // Made, named, written and synced; then the folder is made and named, and the sync of its name is the last.
        recorder.end(afterSteps: 5, atSync: true)
        await #expect(throws: BlobFailure.self) { try await write(killed.blobs.makeWriter(observer: nil)) }
        killed.close()
        recorder.goOn()
        let next = try open(2), blob = try await write(next.blobs.makeWriter(observer: nil))
        #expect(permanentBlobs() == ["data/blobs/00/" + blob.text])
        next.close()
    }

    @Test func aFolderThatAnotherWriterHasJustMadeIsSyncedByBoth() async throws {
        let store = try open(1), second = Monitor<(result: Result<BlobID, any Error>, permanent: [String])?>(nil)
        // While the first is about to sync the name, the second writes a whole blob.
        recorder.atNextFolderSync { [self] _ in
            let writer = store.blobs.makeWriter(observer: nil)
            writer.append([pattern(100)]) { _ in
                writer.finish { result in second.update { $0 = (result, permanentBlobs()) } }
            }
            _ = second.wait { $0.map { _ in true } }
        }
        let first = try await write(store.blobs.makeWriter(observer: nil))
        let (result, permanent) = try #require(second.withLock { $0 })
        #expect(permanent == ["data/blobs/00/" + (try result.get().text)])
        #expect(permanentBlobs().contains("data/blobs/00/" + first.text))
        store.close()
    }
}
