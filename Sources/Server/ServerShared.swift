// What all connections of a server, and all connections of one event loop, have in common.

internal import Kernel
internal import NIOCore
internal import Synchronization

/// Common to all connections.
final class ServerShared: Sendable {
    let configuration: HTTPServer.Configuration
    let handler: any RequestHandler
    let accessLog: (any AccessLog)?
    let requestIDs: RequestIDs
    let connections: Connections

    init(
        _ configuration: HTTPServer.Configuration, handler: any RequestHandler, accessLog: (any AccessLog)?,
        entropy: any Entropy
    ) {
        self.configuration = configuration
        self.handler = handler
        self.accessLog = accessLog
        requestIDs = RequestIDs(start: entropy.next())
        connections = Connections(limit: configuration.limits.connections)
    }
}

/// Common to the connections of one event loop, and used there only.
final class LoopShared {
    let index: Int
    let heads: ResponseHeads

    init(index: Int, clock: any Clock) {
        self.index = index
        heads = ResponseHeads(clock: clock)
    }
}

/// Makes request ids: a random start, then counted and mixed, because system randomness costs a system call each.
final class RequestIDs: Sendable {
    private let start: UInt64
    private let count = Atomic<UInt64>(0)

    init(start: UInt64) { self.start = start }

    func next() -> RequestID {
        RequestID(bits: mixed(start &+ count.add(1, ordering: .relaxed).newValue &* 0x9E37_79B9_7F4A_7C15))
    }
}

/// The open connections: there are only so many, and at the end they are told to finish, then closed.
final class Connections: Sendable {
    private struct State {
        var open: [ObjectIdentifier: any Channel] = [:]
        var isQuiescing = false
        var whenEmpty: EventLoopPromise<Void>?
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { state.withLock { $0.open.count } }

    /// False where the connection must not be served.
    func add(_ channel: any Channel) -> Bool {
        state.withLock { state in
            guard state.open.count < limit, !state.isQuiescing else { return false }
            state.open[ObjectIdentifier(channel)] = channel
            return true
        }
    }

    func remove(_ channel: any Channel) {
        let promise = state.withLock { state -> EventLoopPromise<Void>? in
            state.open[ObjectIdentifier(channel)] = nil
            guard state.open.isEmpty else { return nil }
            defer { state.whenEmpty = nil }
            return state.whenEmpty
        }
        promise?.succeed()
    }

    /// Lets every connection finish what it is doing; the promise is kept when the last one is gone.
    func quiesce(_ whenEmpty: EventLoopPromise<Void>) {
        let channels = state.withLock { state in
            state.isQuiescing = true
            if !state.open.isEmpty { state.whenEmpty = whenEmpty }
            return Array(state.open.values)
        }
        if channels.isEmpty { whenEmpty.succeed() }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(QuiesceEvent()) }
    }

    func closeAll() {
        for channel in state.withLock({ Array($0.open.values) }) { channel.close(promise: nil) }
    }
}

/// Tells a connection to close after its current answer.
struct QuiesceEvent: Sendable {}
