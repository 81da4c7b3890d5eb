// The object index in SQLite: readers on their own connections, changes as units of the one writer.

internal import Kernel
internal import SQLite

/// Rows about buckets, objects and uploads, in a SQLite file.
final class SQLiteObjectIndex: ObjectIndex {
    private let path: String
    private let settings: Connection.Settings
    private let writer: Writer
    private let readers: ReaderPool
    private let entropy: any Entropy
    private let events: EventTable

    /// - Parameters:
    ///   - settings: of the connections of readers outside the pool.
    ///   - entropy: for the ids of versions.
    ///   - events: for the events of changes.
    init(
        path: String, settings: Connection.Settings, writer: Writer, readers: ReaderPool, entropy: any Entropy,
        events: EventTable
    ) {
        self.path = path
        self.settings = settings
        self.writer = writer
        self.readers = readers
        self.entropy = entropy
        self.events = events
    }

    func makeReader() throws -> any ObjectReader {
        SQLiteObjectReader(try .readOnly(path: path, settings: settings))
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any ObjectReader) throws -> Value
    ) async throws -> Value {
        do {
            return try await readers.read { try body(SQLiteObjectReader($0)) }
        } catch is ReaderPool.Closed { throw StoreBusy.closing }
    }

    func apply(
        _ change: ObjectChange, priority: WritePriority,
        completion: @escaping @Sendable (Result<ChangeOutcome, any Error>) -> Void
    ) {
        writer.submit(
            priority == .engine ? .engine : .interactive,
            { [entropy, events] connection in
                var tables = ObjectTables(connection, entropy, events)
                try tables.apply(change)
                return tables.outcome
            },
            completion: { result in
                completion(
                    result.mapError { error in
                        switch error as? Writer.Refusal {
                        case .overloaded: StoreBusy.overloaded
                        case .closed: StoreBusy.closing
                        case nil: error
                        }
                    })
            })
    }
}
