// Tells whoever follows events that some have come. It is told inside the transaction and passes it on after the
// commit: before, nobody could read them.

internal import Synchronization

/// A call for every commit that has brought events.
package final class EventArrivals: Sendable {
    private let hasAppended = Atomic(false)
    private let listener = Mutex<(@Sendable () -> Void)?>(nil)

    /// Sets who is called, on the writer's thread: it must not wait.
    package func whenCommitted(_ listener: @escaping @Sendable () -> Void) {
        self.listener.withLock { $0 = listener }
    }

    func noteAppended() { hasAppended.store(true, ordering: .relaxed) }

    /// A group that was rolled back leaves its mark to the next one, which is then announced for nothing.
    func noteCommitted() {
        if hasAppended.exchange(false, ordering: .relaxed) { listener.withLock { $0 }?() }
    }
}
