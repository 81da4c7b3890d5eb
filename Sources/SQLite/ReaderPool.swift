// Reads by everybody but the event loops: a few threads, each with a read-only connection.

internal import Kernel

/// A bounded number of readers. A read sees one unchanging view of the database and must not outlive its closure.
package final class ReaderPool: Sendable {
    /// The pool is closed.
    package struct Closed: Error {}

    private let threads: WorkerThreads<Connection>

    /// Opens `count` connections, each with a thread of its own.
    package init(path: String, count: Int, settings: Connection.Settings = .init()) throws {
        threads = try WorkerThreads(count: count) {
            try Connection.readOnly(path: path, settings: settings)
        }
    }

    /// Runs `body` on a reader; waits for one to be free.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = threads.submit { connection in
                continuation.resume(with: Result { try connection.snapshot(body) })
            }
            if !isTaken { continuation.resume(throwing: Closed()) }
        }
    }

    /// Finishes the reads that wait and closes the connections.
    package func close() { threads.close() }
}
