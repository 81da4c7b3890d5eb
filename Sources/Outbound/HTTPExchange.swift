// One request and its answer, on a connection of its own. Bounded in time and size, and cut off when the task is
// cancelled. Redirects are answers like any other.

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A POST to an address.
struct HTTPExchange: Sendable {
    /// What came back.
    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: [UInt8]
    }

    enum Failure: Error, CustomStringConvertible {
        /// Nobody answered; the text says what happened.
        case failed(String)
        case timedOut(Duration)
        case tooLarge(most: Int)

        var description: String {
            switch self {
            case .failed(let text): text
            case .timedOut(let limit): "there was no answer within \(limit.components.seconds) seconds"
            case .tooLarge(let most): "the answer has more than \(most) bytes"
            }
        }
    }

    var address: OutboundAddress
    /// Path and query.
    var target: String
    /// All but those of the connection: Host, Content-Length and Connection.
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]
    /// From the connection to the end of the answer.
    var timeLimit: Duration
    /// Largest body of an answer.
    var mostBytes: Int

    func answer() async throws -> Answer {
        try Task.checkCancellation()
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: Answer.self)
        let channel: any Channel
        do {
            channel = try await address.connect(on: loop, within: timeLimit) { [mostBytes] pipeline in
                try pipeline.addHandler(AnswerReader(answer, mostBytes: mostBytes))
            }.get()
        } catch {
            answer.fail(error)
            if let refusal = error as? OutboundAddress.Refusal { throw Failure.failed(refusal.description) }
            throw Failure.failed("no connection to \(address.authority): \(OutboundAddress.reason(error))")
        }
        write(to: channel, answer)
        let timeLimit = timeLimit
        let deadline = loop.scheduleTask(in: TimeAmount(timeLimit)) { answer.fail(Failure.timedOut(timeLimit)) }
        defer {
            deadline.cancel()
            channel.close(promise: nil)
        }
        do {
            return try await withTaskCancellationHandler {
                try await answer.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            try Task.checkCancellation()
            throw error as? Failure ?? Failure.failed("\(address.authority): \(OutboundAddress.reason(error))")
        }
    }

    private func write(to channel: any Channel, _ answer: EventLoopPromise<Answer>) {
        var fields: HTTPHeaders = ["host": address.authority]
        for (name, value) in headers { fields.add(name: name, value: value) }
        fields.add(name: "content-length", value: String(body.count))
        fields.add(name: "connection", value: "close")
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: target, headers: fields)
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
        // A receiver may answer and close before it has read everything: its answer counts, not the failed write.
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    }
}

/// Collects an answer and hands it on at its end.
private final class AnswerReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let answer: EventLoopPromise<HTTPExchange.Answer>
    private let mostBytes: Int
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []

    init(_ answer: EventLoopPromise<HTTPExchange.Answer>, mostBytes: Int) {
        self.answer = answer
        self.mostBytes = mostBytes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body(let bytes):
            guard body.count + bytes.readableBytes <= mostBytes else {
                answer.fail(HTTPExchange.Failure.tooLarge(most: mostBytes))
                context.close(promise: nil)
                return
            }
            body.append(contentsOf: bytes.readableBytesView)
        case .end:
            guard let head else { return }
            answer.succeed(HTTPExchange.Answer(status: Int(head.status.code), headers: head.headers, body: body))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.fail(HTTPExchange.Failure.failed("the connection was closed before the answer had come"))
    }
}
