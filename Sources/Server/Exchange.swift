// One request and its answer. It is the request's body source and the target of its responder, and hands both on to the
// connection, on whose event loop all of its state lives.

internal import Kernel
internal import NIOCore

/// A request in flight.
///
/// Unchecked, because its state is touched on `eventLoop` only; every call from elsewhere hops there first.
final class Exchange: BodySource, @unchecked Sendable {
    let eventLoop: any EventLoop
    let id: RequestID
    let receivedAt: Instant
    let length: Int64?
    let isHead: Bool
    let keepsAlive: Bool
    let isHTTP10: Bool
    /// Whether the client asked for `100 Continue`, until it has been sent.
    var expectsContinue: Bool

    /// Nil once the exchange is over or the connection closed.
    var connection: ConnectionHandler?

    // The body
    var chunks: [any ByteChunk] = []
    var waitingBytes = 0
    var receivedBytes: Int64 = 0
    var hasEnded: Bool
    var failure: ServiceError?
    var receiver: (@Sendable (Result<BodyEvent, ServiceError>) -> Void)?
    var isPulled = false

    // The answer
    var addedHeaders = HeaderFields()
    var isAnswered = false
    /// What is left of an answer that is made while it is sent.
    var stream: AnswerStream?
    var log: AccessLogEntry?
    /// What is to be done if the client leaves before the answer.
    private var leaving: (@Sendable () -> Void)?

    init(
        eventLoop: any EventLoop, id: RequestID, receivedAt: Instant, framing: RequestFraming, isHead: Bool,
        connection: ConnectionHandler
    ) {
        self.eventLoop = eventLoop
        self.id = id
        self.receivedAt = receivedAt
        self.isHead = isHead
        self.connection = connection
        length = framing.isChunked ? nil : framing.length ?? 0
        hasEnded = !framing.hasBody
        keepsAlive = framing.keepsAlive
        isHTTP10 = framing.isHTTP10
        expectsContinue = framing.expectsContinue
    }

    /// What is still to come of the body, where that is known.
    var remaining: Int64? { length.map { $0 - receivedBytes } }

    func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
        if eventLoop.inEventLoop { pull(receive) } else { eventLoop.execute { self.pull(receive) } }
    }

    func cancel() {
        if eventLoop.inEventLoop { giveUp() } else { eventLoop.execute { self.giveUp() } }
    }

    private func pull(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
        precondition(receiver == nil, "A body is pulled one event at a time")
        isPulled = true
        if let failure {
            receive(.failure(failure))
        } else if !chunks.isEmpty {
            let waiting = chunks
            chunks.removeAll()
            waitingBytes = 0
            connection?.bodyWasPulled(self)
            receive(.success(.chunks(waiting)))
        } else if hasEnded {
            connection?.bodyWasPulled(self)
            receive(.success(.end(trailers: [])))
        } else {
            receiver = receive
            connection?.bodyWasPulled(self)
        }
    }

    private func giveUp() {
        receiver = nil
        chunks.removeAll()
        waitingBytes = 0
    }

    func receive(_ buffer: ByteBuffer) {
        receivedBytes += Int64(buffer.readableBytes)
        // What comes after the answer is read only to reach the next request, unless the answer is still in the making.
        if isAnswered, stream == nil { return }
        let chunk = ReceivedChunk(buffer: buffer)
        if let receiver {
            self.receiver = nil
            receiver(.success(.chunks([chunk])))
        } else {
            chunks.append(chunk)
            waitingBytes += chunk.count
        }
    }

    func end() {
        hasEnded = true
        guard let receiver else { return }
        self.receiver = nil
        receiver(.success(.end(trailers: [])))
    }

    func fail(_ error: ServiceError) {
        if hasEnded { return }
        failure = error
        guard let receiver else { return }
        self.receiver = nil
        receiver(.failure(error))
    }

    func whenClientLeaves(_ action: @escaping @Sendable () -> Void) {
        guard eventLoop.inEventLoop else { return eventLoop.execute { self.whenClientLeaves(action) } }
        if isAnswered { return }
        if let connection, !connection.isInputClosed { leaving = action } else { action() }
    }

    func clientLeft() {
        fail(.clientLeft())
        leaving?()
        leaving = nil
    }

    func respond(status: Int, headers: HeaderFields, body: BodyResult) {
        guard eventLoop.inEventLoop else {
            return eventLoop.execute { self.respond(status: status, headers: headers, body: body) }
        }
        leaving = nil
        guard let connection else { return body.abandon() }
        connection.respond(to: self, status: status, headers: headers, body: body)
    }

    /// Fills in what the access log says of the answer.
    func closeLog(status: Int, sent: Int64, at now: () -> Instant) {
        if log != nil { log?.end(status: status, sent: sent, at: now(), received: receivedBytes) }
    }

    func note(account: AccountID?, operation: String?, relayedTo: String?) {
        if eventLoop.inEventLoop {
            log?.note(account: account, operation: operation, relayedTo: relayedTo)
        } else {
            eventLoop.execute { self.log?.note(account: account, operation: operation, relayedTo: relayedTo) }
        }
    }
}

/// Received bytes, as the layers below see them.
struct ReceivedChunk: ByteChunk {
    let buffer: ByteBuffer

    var count: Int { buffer.readableBytes }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try buffer.withUnsafeReadableBytes(body)
    }
}
