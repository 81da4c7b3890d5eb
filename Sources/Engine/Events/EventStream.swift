// One client's stream of events. What is handed over is taken as sent: the stream goes on behind it.

package import Kernel
package import Store
internal import Synchronization

/// Events as the body of an answer. It ends only with the feed it belongs to.
package final class EventStream: BodySource {
    /// Writes an event.
    package typealias Form = @Sendable (KeptEvent) -> [UInt8]

    private struct State {
        var position: Int64
        var hasEnded = false
        var receiver: (@Sendable (Result<BodyEvent, ServiceError>) -> Void)?
    }

    /// A line that says nothing (HTML standard, 9.2.6: comments against connections that are taken for dead).
    private static let comment = Array(": nothing new\n\n".utf8)

    let account: AccountID?
    private let shown: Form
    private let whenWaiting: @Sendable () -> Void
    private let whenCancelled: @Sendable () -> Void
    private let state: Mutex<State>

    init(
        of account: AccountID?, after ordinal: Int64, _ shown: @escaping Form,
        whenWaiting: @escaping @Sendable () -> Void, whenCancelled: @escaping @Sendable () -> Void
    ) {
        self.account = account
        self.shown = shown
        self.whenWaiting = whenWaiting
        self.whenCancelled = whenCancelled
        state = Mutex(State(position: ordinal))
    }

    /// Never known.
    package var length: Int64? { nil }

    package func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
        let hasEnded = state.withLock { state in
            if !state.hasEnded { state.receiver = receive }
            return state.hasEnded
        }
        if hasEnded { receive(.success(.end(trailers: []))) } else { whenWaiting() }
    }

    package func cancel() {
        state.withLock { state in
            state.hasEnded = true
            state.receiver = nil
        }
        whenCancelled()
    }

    /// The ordinal behind which the stream goes on.
    var position: Int64 { state.withLock { $0.position } }

    /// Whether the client would take more.
    var isWaiting: Bool { state.withLock { $0.receiver != nil } }

    /// Hands events over. Where the client has stopped waiting meanwhile, they are read again for it.
    func take(_ events: [KeptEvent], upTo ordinal: Int64) {
        let receiver = state.withLock { state in
            guard let receiver = state.receiver else {
                return nil as (@Sendable (Result<BodyEvent, ServiceError>) -> Void)?
            }
            state.position = ordinal
            if !events.isEmpty { state.receiver = nil }
            return events.isEmpty ? nil : receiver
        }
        receiver?(.success(.chunks(events.map(shown))))
    }

    /// Shows the client that the stream is still there.
    func beat() { release()?(.success(.chunks([Self.comment]))) }

    /// The last thing that happens to a stream.
    func end() {
        let receiver = state.withLock { state in
            state.hasEnded = true
            defer { state.receiver = nil }
            return state.receiver
        }
        receiver?(.success(.end(trailers: [])))
    }

    private func release() -> (@Sendable (Result<BodyEvent, ServiceError>) -> Void)? {
        state.withLock { state in
            defer { state.receiver = nil }
            return state.receiver
        }
    }
}
