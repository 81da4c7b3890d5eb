import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on a free loopback port that does with each request what a test says.
final class LoopbackReceiver: Sendable {
    struct Request: Sendable {
        var method: String
        var target: String
        var headers: HTTPHeaders
        var body: [UInt8]
    }

    enum Reply: Sendable {
        case answer(Int, headers: [(String, String)] = [], [UInt8])
        /// Closes the connection in place of an answer.
        case close
        /// Keeps the connection open and says nothing.
        case silence

        static func ok(_ text: String) -> Reply { .answer(200, Array(text.utf8)) }
    }

    /// The request, and how many came before it.
    typealias Script = @Sendable (Request, Int) -> Reply

    private let received = Mutex<[Request]>([])
    private let channel: any Channel

    var requests: [Request] { received.withLock { $0 } }
    var port: Int { channel.localAddress?.port ?? 0 }
    var url: String { "http://127.0.0.1:\(port)" }

    /// Serves for as long as `body` runs.
    static func serve<Value>(_ script: @escaping Script, _ body: (LoopbackReceiver) async throws -> Value) async throws
        -> Value
    {
        let receiver = try await LoopbackReceiver(script)
        do {
            let value = try await body(receiver)
            try? await receiver.channel.close()
            return value
        } catch {
            try? await receiver.channel.close()
            throw error
        }
    }

    private init(_ script: @escaping Script) async throws {
        let shared = Shared()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(shared))
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        shared.set { [self] request in
            let before = received.withLock { received in
                received.append(request)
                return received.count - 1
            }
            return script(request, before)
        }
    }

    private final class Shared: Sendable {
        private let value = Mutex<(@Sendable (Request) -> Reply)?>(nil)
        func set(_ script: @escaping @Sendable (Request) -> Reply) { value.withLock { $0 = script } }
        func reply(to request: Request) -> Reply { value.withLock { $0 }?(request) ?? .close }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let shared: Shared
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(_ shared: Shared) { self.shared = shared }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body(let bytes): body.append(contentsOf: bytes.readableBytesView)
            case .end:
                guard let head else { return }
                let request = Request(
                    method: head.method.rawValue, target: head.uri, headers: head.headers, body: body)
                send(shared.reply(to: request), context)
            }
        }

        private func send(_ reply: Reply, _ context: ChannelHandlerContext) {
            switch reply {
            case .silence: break
            case .close: context.close(promise: nil)
            case .answer(let status, let headers, let body):
                var fields = HTTPHeaders(headers)
                fields.add(name: "content-length", value: String(body.count))
                let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: fields)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
