// Heavy work (learning, decoding, consolidation) has threads of its own: never an event loop's, never the cooperative
// pool's. What is submitted beyond the number of threads waits in order.

internal import Kernel

/// A fixed number of threads for compute.
package final class ComputePool: Sendable {
    private let threads: WorkerThreads<Void>
    /// At least 1.
    package let threadCount: Int

    /// Starts the threads; fewer than one are taken for one.
    package init(threads count: Int) throws {
        threadCount = max(1, count)
        threads = try WorkerThreads(count: threadCount) {}
    }

    /// Runs a piece of work on one of the threads.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isAccepted = threads.submit { _ in continuation.resume(with: Result(catching: work)) }
            if !isAccepted { continuation.resume(throwing: CancellationError()) }
        }
    }

    /// Lets the work at hand end and refuses more; blocks until the threads have ended.
    package func close() { threads.close() }
}
