// A flag that compute looks at several times a second, so that a stopped job or a closing program does not wait for it.

internal import Synchronization

/// Whether the work at hand is still wanted.
final class Cancellation: Sendable {
    private let isStopped = Atomic(false)
    private let closing = Atomic(false)

    var isCancelled: Bool { isStopped.load(ordering: .relaxed) || isClosing }
    /// The program is ending: what is cut off now is done again after the next start.
    var isClosing: Bool { closing.load(ordering: .relaxed) }

    /// Cuts off the effect that is being performed.
    func cancel() { isStopped.store(true, ordering: .relaxed) }

    func close() { closing.store(true, ordering: .relaxed) }

    /// The next effect begins.
    func reset() { isStopped.store(false, ordering: .relaxed) }
}
