// A connection to an address, ready for one exchange of HTTP/1.1. What the address's name stands for is known only once
// it is there, and may then turn out to be what is never called.

internal import Kernel
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

extension OutboundAddress {
    /// Connects; `addHandlers` adds what reads the answer.
    /// - Parameter readsByItself: false leaves it to the last handler when the next bytes are read.
    func connect(
        on loop: any EventLoop, within limit: Duration = .seconds(5), readsByItself: Bool = true,
        _ addHandlers: @escaping @Sendable (ChannelPipeline.SynchronousOperations) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let isName = (try? SocketAddress(ipAddress: host, port: port)) == nil
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(TimeAmount(min(limit, .seconds(5))))
            .channelOption(.autoRead, value: readsByItself)
            .channelInitializer { [tls, host] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: isName ? host : nil))
                    }
                    try pipeline.addHTTPClientHandlers()
                    try addHandlers(pipeline)
                }
            }
        return bootstrap.connect(host: host, port: port).flatMapThrowing { [host] channel in
            guard let remote = channel.remoteAddress, OutboundRules.isLinkLocal(remote) else { return channel }
            channel.close(promise: nil)
            throw Refusal(description: "\(host) is a link-local address")
        }
    }

    /// The system's words for what went wrong, without addresses and internals.
    static func reason(_ error: any Error) -> String {
        if let error = error as? NIOConnectionError, let first = error.connectionErrors.first {
            return reason(first.error)
        }
        if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
        if case .connectTimeout? = error as? ChannelError { return "no answer" }
        return "\(error)"
    }
}
