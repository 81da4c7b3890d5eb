// Where handlers that need to wait run their work: as children of one task group, only so many at a time, the rest in a
// line with an end. The event loops stay free, and nothing outlives the service.

internal import ServiceLifecycle
internal import Synchronization

/// Runs the asynchronous part of requests.
package final class AsyncRequests: Service {
    /// Runs to its end; answers its own request, errors included.
    package typealias Work = @Sendable () async -> Void

    private struct State {
        var running = 0
        var line: [Work] = []
        var isOpen = true
    }

    private let state = Mutex(State())
    private let concurrency: Int
    private let lineLength: Int
    private let (stream, continuation) = AsyncStream.makeStream(of: Work.self)

    /// - Parameters:
    ///   - concurrency: how many run at a time.
    ///   - lineLength: how many may wait; further ones are refused.
    package init(concurrency: Int, lineLength: Int = 4096) {
        self.concurrency = concurrency
        self.lineLength = lineLength
    }

    /// Takes work on. False where too much waits already or the service has ended; the work is not run then.
    package func submit(_ work: @escaping Work) -> Bool {
        let (isTaken, isStarted) = state.withLock { state -> (Bool, Bool) in
            guard state.isOpen else { return (false, false) }
            if state.running < concurrency {
                state.running += 1
                return (true, true)
            }
            guard state.line.count < lineLength else { return (false, false) }
            state.line.append(work)
            return (true, false)
        }
        if isStarted { continuation.yield(work) }
        return isTaken
    }

    /// Runs until the group shuts down gracefully, and then until all work taken on is done. Cancelling abandons what
    /// waits.
    package func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await work in stream {
                    group.addTask {
                        await work()
                        self.workEnded()
                    }
                }
            }
        } onCancelOrGracefulShutdown: {
            self.close()
        }
    }

    private func workEnded() {
        let (next, isOver) = state.withLock { state -> (Work?, Bool) in
            if !state.line.isEmpty { return (state.line.removeFirst(), false) }
            state.running -= 1
            return (nil, !state.isOpen && state.running == 0)
        }
        if let next { continuation.yield(next) }
        if isOver { continuation.finish() }
    }

    private func close() {
        let isOver = state.withLock { state in
            state.isOpen = false
            return state.running == 0
        }
        if isOver { continuation.finish() }
    }
}
