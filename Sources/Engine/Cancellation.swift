// A flag that compute looks at several times a second, so that a stopped job or a closing program does not wait for it;
// what waits for others is woken.

internal import Synchronization

/// Whether the work at hand is still wanted.
final class Cancellation: Sendable {
    private struct Waiting {
        var latest = 0
        var tasks: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let isStopped = Atomic(false)
    private let closing = Atomic(false)
    private let waiting = Mutex(Waiting())

    var isCancelled: Bool { isStopped.load(ordering: .relaxed) || isClosing }
    /// The program is ending: what is cut off now is done again after the next start.
    var isClosing: Bool { closing.load(ordering: .relaxed) }

    /// Cuts off the effect that is being performed.
    func cancel() {
        isStopped.store(true, ordering: .relaxed)
        wakeAll()
    }

    func close() {
        closing.store(true, ordering: .relaxed)
        wakeAll()
    }

    /// The next effect begins.
    func reset() { isStopped.store(false, ordering: .relaxed) }

    /// Returns once the work is no longer wanted, or the task is cancelled.
    func wait() async {
        let number = waiting.withLock { waiting in
            waiting.latest += 1
            return waiting.latest
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = waiting.withLock { waiting in
                    // Under the lock: whoever ends the wait takes it after setting the flag.
                    if isCancelled || Task.isCancelled { return true }
                    waiting.tasks[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            waiting.withLock { $0.tasks.removeValue(forKey: number) }?.resume()
        }
    }

    private func wakeAll() {
        let tasks = waiting.withLock { waiting in
            defer { waiting.tasks = [:] }
            return waiting.tasks
        }
        for task in tasks.values { task.resume() }
    }
}
