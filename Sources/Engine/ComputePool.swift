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

    /// Does something with every element, for as many at a time as the threads can work on and one more that waits:
    /// memory holds no more of them. Begins nothing new once it is cut off.
    func forEach<Element: Sendable>(
        _ elements: some Sequence<Element>, until cancellation: Cancellation,
        _ body: @escaping @Sendable (Element) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (place, element) in elements.enumerated() {
                if place > threadCount { try await group.next() }
                if cancellation.isCancelled { break }
                group.addTask { try await body(element) }
            }
            try await group.waitForAll()
        }
    }

    /// Lets the work at hand end and refuses more; blocks until the threads have ended.
    package func close() { threads.close() }
}
