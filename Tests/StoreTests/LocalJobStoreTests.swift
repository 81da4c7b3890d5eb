import Kernel
import SQLite
import Store
import TestSupport
import Testing

/// The local stores of jobs and of control, against what every implementation must do.
@Suite struct LocalJobStoreTests {
    private func open(_ folder: TemporaryFolder, hook: FailureHook? = nil) throws -> LocalStore {
        var settings = LocalStore.Settings()
        settings.failureHook = hook
        settings.migrations = [LocalJobStore.migrations, LocalControlStore.migrations]
        return try LocalStore(DataDirectory(.path(folder.file("data")), port: 1), settings)
    }

    @Test func sqliteIsAJobStore() async throws {
        let folder = try TemporaryFolder(), store = try open(folder)
        defer { store.close() }
        try await JobStoreConformance(LocalJobStore(writer: store.writer, readers: store.readers, events: store.events))
            .check()
    }

    @Test func sqliteIsAControlStore() async throws {
        let folder = try TemporaryFolder(), store = try open(folder)
        defer { store.close() }
        try await ControlStoreConformance(LocalControlStore(writer: store.writer, readers: store.readers)).check()
    }

    /// What was not committed is gone, what was is there, whether or not anybody was told.
    @Test(arguments: [FailurePoint.commit, .committed])
    func aCrashKeepsWhatWasCommitted(point: FailurePoint) async throws {
        let folder = try TemporaryFolder(), armed = Monitor(false)
        let first = try open(folder) { reached in
            if reached == point, armed.withLock({ $0 }) { throw SimulatedCrash() }
        }
        let jobs = LocalJobStore(writer: first.writer, readers: first.readers, events: first.events)
        let name = JobName(account: .standard, region: .standard, name: "Job")
        let new = NewJob(
            name: name, created: .epoch, status: "Initializing", specification: [], state: [1], due: .epoch)
        let id = try #require(try await jobs.create(new, archivesTerminal: false))
        armed.withLock { $0 = true }
        await #expect(throws: (any Error).self) {
            try await jobs.change(id, .engine) { change in
                try change.save(state: [2], status: "InProgress", isTerminal: false, modified: .epoch, due: .epoch)
                try change.append([[7]])
            }
        }
        first.close()
        let second = try open(folder)
        defer { second.close() }
        let after = LocalJobStore(writer: second.writer, readers: second.readers, events: second.events)
        let isKept = point == .committed
        #expect(try await after.job(id)?.state == (isKept ? [2] : [1]))
        #expect(try await after.nextEffect(of: id)?.effect == (isKept ? [7] : nil))
    }
}
