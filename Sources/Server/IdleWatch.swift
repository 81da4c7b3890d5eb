// Notices connections on which nothing moves. Activity is only counted, so that no request reads a clock for it: a tick
// at each timeout asks whether the count has changed. A connection is idle after one to two timeouts.

internal import NIOCore

/// Watches one connection. Lives on its event loop.
struct IdleWatch {
    private var activity: UInt64 = 0
    private var seen: UInt64 = 0
    private var task: Scheduled<Void>?

    mutating func wait(_ timeout: TimeAmount, on eventLoop: any EventLoop, _ tick: @escaping () -> Void) {
        task = eventLoop.assumeIsolated().scheduleTask(in: timeout, tick)
    }

    mutating func noteActivity() { activity &+= 1 }

    /// Whether nothing happened since the last time this was asked.
    var isIdle: Bool {
        mutating get {
            defer { seen = activity }
            return seen == activity
        }
    }

    mutating func stop() {
        task?.cancel()
        task = nil
    }
}
