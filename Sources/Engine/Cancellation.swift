// A flag that compute looks at several times a second, so that a stopped job or a closing program does not wait for it.

internal import Synchronization

/// Whether the work on a job is still wanted.
final class Cancellation: Sendable {
    private let flag = Atomic(false)

    var isCancelled: Bool { flag.load(ordering: .relaxed) }

    func cancel() { flag.store(true, ordering: .relaxed) }

    func reset() { flag.store(false, ordering: .relaxed) }
}
