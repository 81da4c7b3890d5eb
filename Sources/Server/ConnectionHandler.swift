// One connection: takes decoded requests in, calls the handler, and writes the answers, one exchange after the other.
// Three things it decides: when to read (only while somebody wants what comes), when to flush (once for all answers of
// one read), and what to do with a body that nobody read (drain a small rest, else close).
//
// The handler sees a request as soon as its head is in. Requests that a client sends ahead (pipelining) wait undecoded
// in the socket, save those that came in the same read; these wait in `pending`.

internal import Kernel
internal import NIOCore
internal import NIOHTTP1
internal import NIOTLS

/// Serves one connection. Lives on the connection's event loop.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = IOData

    private static let gatheredAnswersBytes = 64 << 10

    let shared: ServerShared
    let loop: LoopShared
    private(set) var context: ChannelHandlerContext?
    private let remoteAddress: String

    var exchange: Exchange?
    /// Whether the current exchange has been answered to the last byte.
    var isAnswerComplete = false
    private var pending = CircularBuffer<HTTPServerRequestPart>()
    /// Answers not yet handed to the channel.
    var out: ByteBuffer
    private var isReading = false
    private var isAdvancing = false
    /// No further request is taken: the connection closes after the current answer.
    private(set) var isEnding = false
    var isClosing = false
    /// Whether TLS stands in front: files then pass through memory.
    private(set) var isSecure = false
    private(set) var isInputClosed = false
    private var idle = IdleWatch()

    init(shared: ServerShared, loop: LoopShared, remoteAddress: String) {
        self.shared = shared
        self.loop = loop
        self.remoteAddress = remoteAddress
        out = ByteBufferAllocator().buffer(capacity: 2048)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        idle.stop()
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        watchIdleness(context)
        readIfWanted()
    }

    // MARK: What comes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReading = true
        idle.noteActivity()
        let part = unwrapInboundIn(data)
        if isClosing { return }
        if pending.isEmpty, isNext(part) { take(part) } else { pending.append(part) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        flush()
        readIfWanted()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        idle.noteActivity()
        advance()
        readIfWanted()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is QuiesceEvent: quiesce()
        case TLSUserEvent.handshakeCompleted: isSecure = true
        case ChannelEvent.inputClosed: inputClosed()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosing = true
        exchange?.clientLeft()
        abandonStream()
        exchange?.connection = nil
        exchange = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            context.close(promise: nil)
            return
        }
        isEnding = true
        if let exchange {
            // The body is not what its framing says; the answer to its request closes the connection.
            exchange.fail(error == .invalidEOFState ? .clientLeft() : .malformedRequest("the body's framing is broken"))
            if isAnswerComplete { close() }
        } else if !isClosing {
            refuse(.malformed(error))
        }
    }

    private func inputClosed() {
        isInputClosed = true
        guard let exchange, !isClosing else {
            context?.close(promise: nil)
            return
        }
        isEnding = true
        exchange.clientLeft()
        if isAnswerComplete || exchange.stream?.endsWithInput == true { context?.close(promise: nil) }
    }

    private func quiesce() {
        isEnding = true
        if exchange == nil { close() }
    }

    private func watchIdleness(_ context: ChannelHandlerContext) {
        idle.wait(TimeAmount(shared.configuration.idleTime), on: context.eventLoop) { [weak self] in
            self?.closeIfIdle()
            self?.context.map { self?.watchIdleness($0) }
        }
    }

    private func closeIfIdle() {
        guard let context, idle.isIdle else { return }
        if let exchange {
            // Whoever answers, or reads the body, may take its time; a client that neither sends nor receives may not.
            let isClientAwaited = isAnswerComplete || exchange.isAnswered || exchange.receiver != nil
            guard isClientAwaited, exchange.stream?.isAwaited != true else { return }
        }
        context.close(promise: nil)
    }

    // MARK: From part to part

    /// Whether a part belongs to what is going on, and is not of a request further back.
    private func isNext(_ part: HTTPServerRequestPart) -> Bool {
        guard case .head = part else { return true }
        // Answers are gathered only so far; then the channel takes them, and says whether the client does too.
        if out.readableBytes > Self.gatheredAnswersBytes { flush() }
        return exchange == nil && (context?.channel.isWritable ?? false)
    }

    private func take(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head): begin(head)
        case .body(let buffer): exchange?.receive(buffer)
        case .end:
            guard let exchange else { return }
            exchange.end()
            if isAnswerComplete { finishExchange() }
        }
    }

    /// Takes on what was sent ahead, as far as it can be answered now.
    func advance() {
        if isAdvancing || isClosing { return }
        isAdvancing = true
        while let part = pending.first, isNext(part), !isClosing {
            pending.removeFirst()
            take(part)
        }
        isAdvancing = false
        if !isReading { flush() }
    }

    private func begin(_ head: HTTPRequestHead) {
        guard let context, !isEnding else { return }
        var framing = RequestFraming(version: head.version)
        var fields: [(name: String, value: String)] = []
        fields.reserveCapacity(head.headers.count)
        for field in head.headers {
            let value = field.value.withoutTrailingBlanks
            framing.take(field.name, value)
            fields.append((name: field.name, value: value))
        }
        let now = loop.heads.now()
        let exchange = Exchange(
            eventLoop: context.eventLoop, id: shared.requestIDs.next(), receivedAt: now, framing: framing,
            isHead: head.method == .HEAD, connection: self)
        self.exchange = exchange
        isAnswerComplete = false
        let responder = Responder(exchange: exchange)
        guard framing.isUnderstood, !framing.isHostMissing, let target = originForm(head.uri) else {
            isEnding = true
            let rule = "it needs one path, one Host header and, if any, one Transfer-Encoding, which is chunked"
            shared.handler.refuse(.malformedRequest(rule), responder)
            return
        }
        let request = ServerRequest(
            head: RequestHead(method: head.method.rawValue, target: target, headers: HeaderFields(fields)),
            body: exchange, id: exchange.id, loop: loop.index, remoteAddress: remoteAddress, isSecure: isSecure,
            receivedAt: now)
        shared.handler.handle(request, responder)
    }

    /// Path and query; proxies are sent the whole address (RFC 9112, 3.2.2).
    private func originForm(_ target: String) -> String? {
        if target.utf8.first == UInt8(ascii: "/") { return target }
        guard target.hasPrefix("http://") || target.hasPrefix("https://") else { return nil }
        let rest = target.drop { $0 != ":" }.dropFirst(3)
        guard let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) else { return "/" }
        return String(rest[slash...])
    }

    private func refuse(_ error: ServiceError) {
        guard let context else { return }
        let exchange = Exchange(
            eventLoop: context.eventLoop, id: shared.requestIDs.next(), receivedAt: loop.heads.now(),
            framing: RequestFraming(version: .http1_1), isHead: false, connection: self)
        self.exchange = exchange
        isAnswerComplete = false
        shared.handler.refuse(error, Responder(exchange: exchange))
    }

    /// The exchange is over: answered, and its request read to the end.
    func finishExchange() {
        exchange?.connection = nil
        exchange = nil
        if isEnding { close() } else { advance() }
    }

    // MARK: Reading

    func bodyWasPulled(_ exchange: Exchange) {
        guard exchange === self.exchange else { return }
        if exchange.expectsContinue {
            exchange.expectsContinue = false
            // Without a body, too. RFC 9110, 10.1.1, lets a server leave it out there, but botocore then takes the head
            // of its next answer on this connection for something else and waits for the end.
            if exchange.receivedBytes == 0 { out.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n") }
        }
        if !isReading { flush() }
        readIfWanted()
    }

    func readIfWanted() {
        guard let context, !isReading, !isInputClosed else { return }
        if isWanted(context) { context.read() }
    }

    /// Whether the next bytes of the connection have somewhere to go.
    private func isWanted(_ context: ChannelHandlerContext) -> Bool {
        if isClosing { return true }
        guard let exchange else { return pending.isEmpty && context.channel.isWritable }
        if exchange.hasEnded { return false }
        if isAnswerComplete { return true }
        return exchange.isPulled && exchange.waitingBytes < shared.configuration.limits.bodyWindowBytes
    }

    func flushSoon() {
        if !isReading, !isAdvancing { flush() }
    }

    func noteActivity() { idle.noteActivity() }
    func endAfterThis() { isEnding = true }
}

extension ServiceError {
    static func clientLeft() -> ServiceError {
        ServiceError("IncompleteBody", status: 400, "The connection was closed before the body was complete.")
    }

    /// What is no valid HTTP request.
    static func malformedRequest(_ reason: String) -> ServiceError {
        ServiceError("BadRequest", status: 400, "The request is malformed: \(reason).")
    }

    static func malformed(_ error: HTTPParserError) -> ServiceError {
        switch error {
        case .headerOverflow:
            ServiceError(
                "RequestHeaderSectionTooLarge", status: 400,
                "Your request header section exceeds the maximum allowed size.")
        default: malformedRequest("\(error)")
        }
    }
}

extension String {
    /// A field's value as it is meant (RFC 9112, 5.1); the parser has taken the blanks before it away.
    fileprivate var withoutTrailingBlanks: String {
        guard let last = utf8.last, last == 0x20 || last == 0x09 else { return self }
        return String(decoding: Array(utf8).reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed(), as: UTF8.self)
    }
}
