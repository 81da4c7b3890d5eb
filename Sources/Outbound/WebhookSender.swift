// Events over HTTP: each is one POST of its JSON document, on a connection of its own.

package import Engine
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
package import Store

/// Posts events to one address. Redirects are not followed: they are refusals like any other.
package struct WebhookSender: NotificationSender {
    /// Why an address cannot be used.
    package struct Refusal: Error, CustomStringConvertible {
        package let description: String
    }

    private let host: String, port: Int
    /// Path and query.
    private let target: String
    /// Nil for plain HTTP.
    private let tls: NIOSSLContext?
    private let rules: OutboundRules
    /// How long one event may take, from the connection to the end of the answer.
    private static let timeout = TimeAmount.seconds(20)

    /// Refuses an address that is none, or that the rules do not allow.
    package init(_ url: String, _ rules: OutboundRules) throws(Refusal) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let name = parts.host, !name.isEmpty
        else {
            throw Refusal(description: "'\(url)' is no address of the form http://host:port/path")
        }
        host = name.hasPrefix("[") ? String(name.dropFirst().dropLast()) : name
        port = parts.port ?? (scheme == "https" ? 443 : 80)
        target =
            (parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath)
            + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
        if let refusal = rules.refusal(host: host, port: port) { throw Refusal(description: refusal) }
        self.rules = rules
        do {
            tls = scheme == "https" ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        } catch { throw Refusal(description: "TLS cannot be set up: \(error)") }
    }

    package func send(_ event: OutgoingEvent) async throws(NotificationFailure) {
        let status: Int
        do { status = try await post(event) } catch { throw .unreachable("\(error)") }
        guard (200..<300).contains(status) else { throw .refused(status: status) }
    }

    /// The status of the answer.
    private func post(_ event: OutgoingEvent) async throws -> Int {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: Int.self)
        let isName = (try? SocketAddress(ipAddress: host, port: port)) == nil
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop).connectTimeout(.seconds(5)).channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: isName ? host : nil))
                    }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(StatusReader(answer))
                }
            }.connect(host: host, port: port).get()
        } catch {
            answer.fail(error)
            throw error
        }
        // What a name stands for is known only now.
        if let address = channel.remoteAddress, OutboundRules.isLinkLocal(address) {
            answer.fail(Refusal(description: "\(host) is a link-local address"))
        } else {
            write(event, to: channel, answer)
        }
        let deadline = loop.scheduleTask(in: Self.timeout) {
            answer.fail(Refusal(description: "there was no answer within 20 seconds"))
        }
        defer {
            deadline.cancel()
            channel.close(promise: nil)
        }
        return try await withTaskCancellationHandler {
            try await answer.futureResult.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    private func write(_ event: OutgoingEvent, to channel: any Channel, _ answer: EventLoopPromise<Int>) {
        let isStandardPort = port == (tls == nil ? 80 : 443), name = host.contains(":") ? "[\(host)]" : host
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: target,
            headers: [
                "host": isStandardPort ? name : "\(name):\(port)", "content-type": "application/json",
                "content-length": String(event.document.count), "x-groundwork-event-id": event.id,
                "x-groundwork-documented": String(event.isDocumented),
                "connection": "close",
            ])
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: event.document))), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil)).cascadeFailure(to: answer)
    }
}

/// Waits for the end of an answer and hands its status on.
private final class StatusReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let answer: EventLoopPromise<Int>
    private var status = 0

    init(_ answer: EventLoopPromise<Int>) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body: break
        case .end: answer.succeed(status)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.fail(WebhookSender.Refusal(description: "the connection was closed before the answer had come"))
    }
}
