import Kernel
import SQLite
import Store
import Synchronization
import TestSupport
import Testing

struct FailureInjectionTests {
    @Test func aFailureBeforeAChangeLeavesItUndoneAndOneAfterItDoesNot() async throws {
        let folder = try TemporaryFolder(), failing = Mutex<FailurePoint?>(nil)
        let store = try LocalStore(DataDirectory(.path(folder.file("data")), port: 1))
        let index = FailureInjectingIndex(store.index) { point in
            if failing.withLock({ $0 == point }) { throw SQLiteError.diskFull }
        }
        func create(_ name: String) async throws {
            try await index.apply(
                .createBucket(
                    BucketRecord(name: name, owner: .standard, region: .standard, created: .epoch), limit: 9))
        }
        failing.withLock { $0 = .indexApply }
        await #expect(throws: SQLiteError.diskFull) { try await create("before") }
        failing.withLock { $0 = .indexApplied }
        await #expect(throws: SQLiteError.diskFull) { try await create("after") }
        failing.withLock { $0 = .indexRead }
        await #expect(throws: SQLiteError.diskFull) { _ = try await index.read { try $0.bucket("after") } }
        #expect(throws: SQLiteError.diskFull) { try index.makeReader() }
        failing.withLock { $0 = nil }
        #expect(try await index.read { try $0.bucket("before") } == nil)
        #expect(try await index.read { try $0.bucket("after") } != nil)
        store.close()
    }

    @Test func aFullDiskInsideAUnitFailsThatUnitAlone() async throws {
        let folder = try TemporaryFolder(), isArmed = Atomic(false)
        var settings = LocalStore.Settings()
        settings.failureHook = { point in
            if point == .unit, isArmed.load(ordering: .relaxed) { throw SQLiteError.diskFull }
        }
        let store = try LocalStore(DataDirectory(.path(folder.file("data")), port: 1), settings)
        let bucket = BucketRecord(name: "bkt", owner: .standard, region: .standard, created: .epoch)
        isArmed.store(true, ordering: .relaxed)
        await #expect(throws: SQLiteError.diskFull) { try await store.index.apply(.createBucket(bucket, limit: 1)) }
        isArmed.store(false, ordering: .relaxed)
        try await store.index.apply(.createBucket(bucket, limit: 1))
        store.close()
        await #expect(throws: StoreBusy.closing) { try await store.index.apply(.deleteBucket(bucket.reference)) }
        await #expect(throws: StoreBusy.closing) { _ = try await store.index.read { try $0.bucket("bkt") } }
    }
}
