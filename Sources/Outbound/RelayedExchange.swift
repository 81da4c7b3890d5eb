// One request on its way to another server, and the answer on its way back. Nothing is read on either side before the
// other side has taken what was read last, so a slow one slows the other down.

internal import Kernel
internal import NIOCore
internal import NIOHTTP1

/// The last handler of the connection to the other server.
///
/// Unchecked, because its state is touched on the connection's event loop only; every call from elsewhere hops there.
final class RelayedExchange: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart
    typealias BodyReceiver = @Sendable (Result<BodyEvent, ServiceError>) -> Void

    let eventLoop: any EventLoop
    private let head: HTTPRequestHead
    private let body: any BodySource
    private let patience: TimeAmount
    /// Nil before the connection is there, and after it has gone.
    private var context: ChannelHandlerContext?

    // The request
    private var isSending = true
    /// Nil once there is an answer, or none to be had.
    private var receive: (@Sendable (Result<RelayedAnswer, RelayFailure>) -> Void)?
    private var deadline: Scheduled<Void>?

    // The answer's body
    private var waiting: [any ByteChunk] = []
    private var hasEnded = false
    private var failure: ServiceError?
    private var receiver: BodyReceiver?

    init(
        _ head: HTTPRequestHead, body: any BodySource, on eventLoop: any EventLoop, patience: TimeAmount,
        _ receive: @escaping @Sendable (Result<RelayedAnswer, RelayFailure>) -> Void
    ) {
        self.head = head
        self.body = body
        self.eventLoop = eventLoop
        self.patience = patience
        self.receive = receive
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: The request

    /// To be called on the event loop, once the connection is there.
    func begin() {
        guard let context else { return fail("the connection was closed at once") }
        // Cancelled while the connection was being opened.
        guard receive != nil else { return context.close(promise: nil) }
        deadline = eventLoop.assumeIsolated().scheduleTask(in: patience) {
            self.fail("there was no answer within \(self.patience.nanoseconds / 60_000_000_000) minutes")
        }
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        context.read()
        pullRequest()
    }

    /// The request could not even be begun, or its answer did not come.
    func fail(_ reason: String) {
        stopSending()
        finish(.failure(.unreachable(reason)))
        context?.close(promise: nil)
    }

    /// Nobody waits for the answer. Once it is there, its body says so.
    func cancel() {
        eventLoop.execute {
            if self.receive != nil { self.fail("the client left before there was an answer") }
        }
    }

    private func pullRequest() {
        body.next { result in
            self.eventLoop.execute { self.send(result) }
        }
    }

    private func send(_ result: Result<BodyEvent, ServiceError>) {
        guard isSending, let context else { return }
        switch result {
        case .success(.chunks(let chunks)):
            var buffer = context.channel.allocator.buffer(capacity: chunks.reduce(0) { $0 + $1.count })
            for chunk in chunks { chunk.withUnsafeBytes { _ = buffer.writeBytes($0) } }
            let written = eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolated().whenSuccess { if self.isSending { self.pullRequest() } }
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: written)
        case .success(.end):
            isSending = false
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        case .failure(let error):
            isSending = false
            finish(.failure(.request(error)))
            context.close(promise: nil)
        }
    }

    private func stopSending() {
        guard isSending else { return }
        isSending = false
        body.cancel()
    }

    private func finish(_ result: Result<RelayedAnswer, RelayFailure>) {
        deadline?.cancel()
        deadline = nil
        receive?(result)
        receive = nil
    }

    // MARK: The answer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): answer(head)
        case .body(let buffer): waiting.append(RelayedChunk(buffer: buffer))
        case .end: end()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        deliver()
        // What was read may have been no whole part of an answer.
        if !hasEnded, receive != nil || receiver != nil { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        lose(OutboundAddress.reason(error))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        lose("the connection was closed before the answer had come")
    }

    private func lose(_ reason: String) {
        stopSending()
        finish(.failure(.unreachable(reason)))
        guard !hasEnded else { return }
        failure = failure ?? ServiceError("BadGateway", status: 502, "The answer broke off: \(reason).")
        deliver()
    }

    private func answer(_ head: HTTPResponseHead) {
        let isBodiless = self.head.method == .HEAD || head.status.code == 204 || head.status.code == 304
        let length = head.headers.first(name: "content-length").flatMap { Int64($0) }
        let answer = RelayedAnswer(
            status: Int(head.status.code),
            headers: UpstreamRelay.received(head.headers, keepsLength: self.head.method == .HEAD),
            body: isBodiless ? .none : .stream(RelayedBody(self, length: length)))
        finish(.success(answer))
        if isBodiless { end() }
    }

    /// Whoever has answered before the request was complete does not want the rest of it.
    private func end() {
        hasEnded = true
        stopSending()
        // What is read last may never be told to be complete once the channel is closed.
        deliver()
        context?.close(promise: nil)
    }

    /// The answer's body is wanted.
    func pull(_ receiver: @escaping BodyReceiver) {
        self.receiver = receiver
        deliver()
        if self.receiver != nil { context?.read() }
    }

    private func deliver() {
        guard let receiver else { return }
        let event: Result<BodyEvent, ServiceError>
        if !waiting.isEmpty {
            event = .success(.chunks(waiting))
            waiting = []
        } else if hasEnded {
            event = .success(.end(trailers: []))
        } else if let failure {
            event = .failure(failure)
        } else {
            return
        }
        self.receiver = nil
        receiver(event)
    }

    /// Nobody wants the rest of the answer.
    func abandon() {
        receiver = nil
        context?.close(promise: nil)
    }
}

/// The body of an answer, for whoever passes it on.
private final class RelayedBody: BodySource {
    private let exchange: RelayedExchange
    let length: Int64?

    init(_ exchange: RelayedExchange, length: Int64?) {
        self.exchange = exchange
        self.length = length
    }

    func next(_ receive: @escaping RelayedExchange.BodyReceiver) {
        exchange.eventLoop.execute { self.exchange.pull(receive) }
    }

    func cancel() {
        exchange.eventLoop.execute { self.exchange.abandon() }
    }
}

/// Received bytes, as the layers below see them.
private struct RelayedChunk: ByteChunk {
    let buffer: ByteBuffer

    var count: Int { buffer.readableBytes }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try buffer.withUnsafeReadableBytes(body)
    }
}
