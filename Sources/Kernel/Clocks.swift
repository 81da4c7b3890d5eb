// The two clocks of the program. The server clock stamps what the APIs and S3 show and drives every labeling job; it is
// live, or manual (tests and `groundwork clock`). The wall clock serves only what must follow real time: the age of
// signatures, presigned addresses, temporary credentials, access logs. Both are made once, in the executable.

import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A source of the current time.
package protocol Clock: Sendable {
    /// The present instant.
    func now() -> Instant
}

/// The system's time of day. Only for what must follow real time.
package struct WallClock: Clock {
    package init() {}

    /// Reads CLOCK_REALTIME; may step when the system's time is set.
    package func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}

/// A clock that stands still until it is told otherwise; for tests.
package final class FixedClock: Clock {
    private let instant: Mutex<Instant>

    /// Stands at an instant.
    package init(_ instant: Instant) { self.instant = Mutex(instant) }

    package func now() -> Instant { instant.withLock { $0 } }
    /// Moves the clock, in either direction.
    package func set(_ value: Instant) { instant.withLock { $0 = value } }
}

/// The server clock: live, or frozen and moved by hand. It never runs backwards.
package final class ServerClock: Clock {
    /// Whether time runs by itself, or only when `freeze` and `move` say so.
    package enum Mode: Hashable, Sendable { case live, manual }

    private struct State {
        /// Set while the clock is manual.
        var frozen: Instant?
        /// What is added to the wall clock while live, after the clock was moved ahead by hand.
        var offset: Duration = .zero
        /// The latest answer, so that a stepping wall clock cannot take time back.
        var latest = Instant(microseconds: .min / 4)
    }

    private let wall: any Clock
    private let state: Mutex<State>

    /// Frozen at an instant (`--freeze-clock`, tests); nil lets it follow the wall clock.
    package init(wall: any Clock, frozenAt instant: Instant? = nil) {
        self.wall = wall
        state = Mutex(State(frozen: instant))
    }

    /// Server time; never earlier than an answer given before.
    package func now() -> Instant {
        state.withLock { state in
            let instant = state.frozen ?? wall.now() + state.offset
            state.latest = max(state.latest, instant)
            return state.latest
        }
    }

    /// For the control API, which refuses to advance a live clock.
    package var mode: Mode { state.withLock { $0.frozen == nil ? .live : .manual } }

    /// Stops the clock where it stands, or at a later instant. An earlier one is ignored.
    package func freeze(at instant: Instant? = nil) {
        let current = now()
        state.withLock { $0.frozen = max(instant ?? current, current) }
    }

    /// Moves a frozen clock ahead. An earlier instant is ignored; a live clock is left alone.
    package func move(to instant: Instant) {
        state.withLock { state in
            guard let frozen = state.frozen else { return }
            state.frozen = max(frozen, instant)
        }
    }

    /// Lets the clock run on from where it stands.
    package func resume() {
        state.withLock { state in
            guard let frozen = state.frozen else { return }
            state.offset = frozen - wall.now()
            state.frozen = nil
        }
    }
}

/// Waits for a time of real time, or until the task is cancelled. For loops that wake up by themselves; never in tests.
package func pause(_ duration: Duration) async {
    try? await Task.sleep(for: duration)
}
