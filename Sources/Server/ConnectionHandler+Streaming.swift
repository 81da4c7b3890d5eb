// Answers that are made while they are sent. One pull is sent before the next is asked for, so a slow client slows its
// source down. An answer that breaks off closes the connection: its missing end is what tells the client.

internal import Kernel
internal import NIOCore

/// What is left of such an answer.
struct AnswerStream {
    /// How the client knows where the body ends.
    enum Framing { case length(Int64), chunks, connection }

    let source: any BodySource
    let framing: Framing
    let endsWithInput: Bool
    let status: Int
    var sentBytes: Int64 = 0
    /// Whether the source, and not the client, is waited for.
    var isAwaited = false

    /// Frames what a pull has brought; false where it is more than was promised.
    mutating func append(_ chunks: [any ByteChunk], to out: inout ByteBuffer) -> Bool {
        let count = chunks.reduce(0) { $0 + $1.count }
        sentBytes += Int64(count)
        if case .length(let length) = framing, sentBytes > length { return false }
        // An empty chunk would be the last one.
        guard count > 0 else { return true }
        if case .chunks = framing { out.writeString(String(count, radix: 16) + "\r\n") }
        for chunk in chunks { chunk.withUnsafeBytes { _ = out.writeBytes($0) } }
        if case .chunks = framing { out.writeStaticString("\r\n") }
        return true
    }

    /// Ends the body; false where it is less than was promised.
    func finish(_ out: inout ByteBuffer) -> Bool {
        if case .chunks = framing { out.writeStaticString("0\r\n\r\n") }
        if case .length(let length) = framing { return sentBytes == length }
        return true
    }
}

extension ConnectionHandler {
    func stream(
        _ source: any BodySource, to exchange: Exchange, status: Int, headers: HeaderFields, endsWithInput: Bool
    ) {
        let framing: AnswerStream.Framing =
            if let length = source.length { .length(length) } else { exchange.isHTTP10 ? .connection : .chunks }
        var headers = headers
        switch framing {
        case .length: break
        case .chunks: headers.fields.append((name: "Transfer-Encoding", value: "chunked"))
        case .connection: endAfterThis()
        }
        exchange.stream = AnswerStream(source: source, framing: framing, endsWithInput: endsWithInput, status: status)
        writeHead(exchange, status: status, headers: headers, length: source.length)
        flushSoon()
        pullStream(of: exchange)
    }

    private func pullStream(of exchange: Exchange) {
        guard exchange === self.exchange, let source = exchange.stream?.source else { return }
        exchange.stream?.isAwaited = true
        source.next { result in
            exchange.eventLoop.execute { exchange.connection?.take(result, of: exchange) }
        }
    }

    private func take(_ result: Result<BodyEvent, ServiceError>, of exchange: Exchange) {
        guard exchange === self.exchange, exchange.stream != nil, let context else { return }
        exchange.stream?.isAwaited = false
        noteActivity()
        switch result {
        case .success(.chunks(let chunks)):
            guard exchange.stream?.append(chunks, to: &out) == true else { return context.close(promise: nil) }
            sendGathered(of: exchange, context)
        case .success(.end):
            guard exchange.stream?.finish(&out) == true else { return context.close(promise: nil) }
            endStream(of: exchange)
            finishAnswer()
        case .failure: context.close(promise: nil)
        }
    }

    private func sendGathered(of exchange: Exchange, _ context: ChannelHandlerContext) {
        let ready = out
        out = ByteBuffer()
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { result in
            self.noteActivity()
            guard case .success = result else { return context.close(promise: nil) }
            self.pullStream(of: exchange)
        }
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(ready)), promise: written)
    }

    private func endStream(of exchange: Exchange) {
        guard let stream = exchange.stream else { return }
        exchange.stream = nil
        exchange.closeLog(status: stream.status, sent: stream.sentBytes, at: loop.heads.now)
    }

    /// The connection is gone, and with it whoever wanted the rest.
    func abandonStream() {
        guard let exchange, let stream = exchange.stream else { return }
        endStream(of: exchange)
        if let entry = exchange.log { shared.accessLog?.record(entry) }
        stream.source.cancel()
    }
}
