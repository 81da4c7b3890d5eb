// The local implementation of all seams: one SQLite file for rows, a folder of files for bytes, one writer.

package import Kernel
package import SQLite

/// What an acknowledged write has survived.
package enum Durability: String, CaseIterable, Sendable {
    /// The end of the process.
    case relaxed
    /// A power loss.
    case full
}

/// Everything that is kept in a data directory, open.
package final class LocalStore: Sendable {
    /// How the store is opened.
    package struct Settings: Sendable {
        /// What an answered write must survive; an ephemeral directory is never synced, whatever this says.
        package var durability = Durability.relaxed
        /// How the database is opened; what its commits wait for follows from `durability`.
        package var database = Connection.Settings()
        /// Threads of the pool of readers; event loops have connections of their own.
        package var readers = 4
        /// Threads that hash and write blobs.
        package var fileThreads = 4
        /// For the ids of blobs and of versions.
        package var entropy: any Entropy = SystemEntropy()
        /// Where the events of changes go.
        package var events = EventTable(capacity: Limits().keptEvents)
        /// Tables of other parts that live in the same file.
        package var migrations: [Migrations] = []
        /// Asked at every step that can fail; for tests and simulations.
        package var failureHook: FailureHook?

        package init() {}
    }

    /// Where all of it lies; closed with the store.
    package let directory: DataDirectory
    /// Buckets, objects and uploads.
    package let index: any ObjectIndex
    /// Bodies too large for a row.
    package let blobs: any BlobStore
    /// The one writer; units of all parts meet here.
    package let writer: Writer
    /// For reads of every part; bounded.
    package let readers: ReaderPool
    /// Where changes of every part leave their events.
    package let events: EventTable
    private let files: FileBlobStore
    private let database: Connection.Settings

    /// Opens the store and brings its tables up to date. Refuses data of a newer program.
    package init(_ directory: DataDirectory, _ settings: Settings = Settings()) throws {
        let isSynced = settings.durability == .full && !directory.isEphemeral
        self.directory = directory
        events = settings.events
        database = settings.database
        var connection = settings.database
        connection.synchronization = directory.isEphemeral ? .off : isSynced ? .full : .relaxed
        let main = try Connection(path: directory.databasePath, access: .readWrite, settings: connection)
        try Migrations.apply([ObjectSchema.migrations, EventTable.migrations] + settings.migrations, to: main)
        if isSynced { try LocalStore.keepFound(main) }
        files = try FileBlobStore(
            FileBlobStore.Settings(
                folder: directory.blobsPath, isSynced: isSynced, threads: settings.fileThreads, files: directory.files,
                hook: settings.failureHook),
            entropy: settings.entropy)
        if isSynced { try directory.makePermanent() }
        var reading = settings.database
        // Every commit empties a reader's cache; a large one would only add to what a long job holds.
        reading.pageCacheBytes = 2 << 20
        readers = try ReaderPool(path: directory.databasePath, count: settings.readers, settings: reading)
        let arrivals = settings.events.arrivals
        writer = try Writer(main, failureHook: settings.failureHook) { arrivals.noteCommitted() }
        blobs = files
        index = SQLiteObjectIndex(
            path: directory.databasePath, settings: settings.database, writer: writer, readers: readers,
            entropy: settings.entropy, events: settings.events)
    }

    /// Makes permanent what is found. A killed process may have left commits in the log that it had not synced yet:
    /// they are seen from now on, so they must stay.
    private static func keepFound(_ connection: Connection) throws {
        do { try connection.checkpoint() } catch let error as SQLiteError where error.isDiskFull {
            // The log is synced before anything else; without room it remains as it is.
        }
    }

    /// A read-only connection for one thread.
    package func makeReadConnection() throws -> Connection {
        try .readOnly(path: directory.databasePath, settings: database)
    }

    /// Removes the blobs of an earlier run that never got their row, or lost it. To be called once after opening,
    /// beside normal work; says how many there were.
    @discardableResult
    package func sweepOrphans() async throws -> Int {
        let removed = Monitor(0)
        try await blobs.leftovers { [index, blobs] portion in
            let orphans = try await index.read { try $0.unreferenced(among: portion) }
            blobs.discard(orphans)
            removed.withLock { $0 += orphans.count }
        }
        return removed.withLock { $0 }
    }

    /// Finishes what is queued and closes everything. Blocks until that is done.
    package func close() {
        files.close()
        writer.close()
        readers.close()
        directory.close()
    }
}
