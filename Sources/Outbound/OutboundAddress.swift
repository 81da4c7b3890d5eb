// The address of a program that is called: checked against the rules once when it is given, and again when it is known
// what its name stands for.

internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Where a call goes.
package struct OutboundAddress: Sendable {
    /// Why an address cannot be used, or did not answer.
    package struct Refusal: Error, CustomStringConvertible {
        /// In words that end a sentence.
        package let description: String
    }

    let host: String, port: Int
    /// Path and query; at least a slash.
    let target: String
    /// Nil for plain HTTP.
    private let tls: NIOSSLContext?

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
        do {
            tls = scheme == "https" ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        } catch { throw Refusal(description: "TLS cannot be set up: \(error)") }
    }

    /// The value of a Host header.
    var authority: String {
        let isStandardPort = port == (tls == nil ? 80 : 443), name = host.contains(":") ? "[\(host)]" : host
        return isStandardPort ? name : "\(name):\(port)"
    }

    /// Connects a channel that speaks HTTP/1.1, with one more handler at its end.
    func connect(
        on loop: any EventLoop, within limit: TimeAmount = .seconds(5), readsByItself: Bool = true,
        _ addHandler: @escaping @Sendable (ChannelPipeline.SynchronousOperations) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let isName = (try? SocketAddress(ipAddress: host, port: port)) == nil
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(limit)
            .channelOption(.autoRead, value: readsByItself)
            .channelInitializer { [tls, host] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: isName ? host : nil))
                    }
                    try pipeline.addHTTPClientHandlers()
                    try addHandler(pipeline)
                }
            }
        return bootstrap.connect(host: host, port: port).flatMapThrowing { channel in
            // What a name stands for is known only now.
            if let address = channel.remoteAddress, OutboundRules.isLinkLocal(address) {
                channel.close(promise: nil)
                throw Refusal(description: "\(host) is a link-local address")
            }
            return channel
        }
    }
}
