import Synchronization

/// A gate that opens for good when as many tasks have arrived at it as it waits for.
final class Gate: Sendable {
    private struct State {
        var missing: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(until arrivals: Int) { state = Mutex(State(missing: arrivals)) }

    /// Counts, and waits until the gate is open.
    func arrive() async { await wait(counting: 1) }

    /// Waits until the gate is open.
    func opened() async { await wait(counting: 0) }

    private func wait(counting count: Int) async {
        await withCheckedContinuation { continuation in
            let released = state.withLock { state in
                state.missing -= count
                state.waiting.append(continuation)
                guard state.missing <= 0 else { return [CheckedContinuation<Void, Never>]() }
                defer { state.waiting = [] }
                return state.waiting
            }
            for task in released { task.resume() }
        }
    }
}
