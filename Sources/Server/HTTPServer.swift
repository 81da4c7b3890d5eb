// The HTTP/1.1 server: listeners, event loops, and an orderly end. `run` serves until the service group shuts down,
// lets the requests in flight finish until the deadline, and then closes what is left.

package import Kernel
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import ServiceLifecycle
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Serves HTTP on one or more addresses.
package final class HTTPServer: Service {
    /// What is fixed before the server starts.
    package struct Configuration: Sendable {
        /// Where to listen; all must be free.
        package var addresses: [ListenAddress]
        /// Event loops.
        package var threads: Int
        /// For clients that come with TLS; without it all of them speak plain HTTP.
        package var tls: TLSIdentity?
        /// Bounds on heads, bodies and connections.
        package var limits: Limits
        /// A connection on which nothing moved for this long may be closed.
        package var idleTime = Duration.seconds(120)
        /// How long requests in flight may take at the end.
        package var shutdownDeadline = Duration.seconds(10)

        package init(addresses: [ListenAddress], threads: Int, limits: Limits = Limits()) {
            self.addresses = addresses
            self.threads = threads
            self.limits = limits
        }
    }

    private let shared: ServerShared
    private let group: MultiThreadedEventLoopGroup
    private let clock: any Clock
    private let listeners = Mutex<[any Channel]>([])

    /// - Parameters:
    ///   - clock: the wall clock; stamps the Date of answers and the access log.
    ///   - accessLog: nil writes none.
    package init(
        _ configuration: Configuration, clock: any Clock, entropy: any Entropy, accessLog: (any AccessLog)?,
        handler: any RequestHandler
    ) {
        shared = ServerShared(configuration, handler: handler, accessLog: accessLog, entropy: entropy)
        group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        self.clock = clock
    }

    /// Binds all addresses and begins to serve. Returns them with the ports that were chosen where 0 was asked for.
    @discardableResult
    package func start() async throws(ListenError) -> [ListenAddress] {
        var bound: [ListenAddress] = []
        let tls: NIOSSLContext?
        do { tls = try shared.configuration.tls?.makeContext() } catch {
            throw ListenError(shared.configuration.addresses[0], reason: .certificate("\(error)"))
        }
        let bootstrap = makeBootstrap(tls)
        for address in shared.configuration.addresses {
            do {
                let channel = try await bootstrap.bind(host: address.host, port: address.port).get()
                listeners.withLock { $0.append(channel) }
                bound.append(ListenAddress(host: address.host, port: channel.localAddress?.port ?? address.port))
            } catch {
                await close()
                throw ListenError(address, error)
            }
        }
        if let accessLog = shared.accessLog {
            group.next().scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in accessLog.flush() }
        }
        return bound
    }

    /// Serves until the group shuts down gracefully, or the task is cancelled.
    package func run() async throws {
        if listeners.withLock({ $0.isEmpty }) { try await start() }
        do {
            try await gracefulShutdown()
        } catch {
            // Cancelled: nobody waits for the requests in flight.
            shared.connections.closeAll()
        }
        await close()
    }

    /// Stops listening, lets the connections finish until the deadline, and ends.
    package func close() async {
        let open = listeners.withLock { listeners in
            defer { listeners = [] }
            return listeners
        }
        for listener in open { try? await listener.close().get() }
        let loop = group.next()
        let empty = loop.makePromise(of: Void.self)
        shared.connections.quiesce(empty)
        let connections = shared.connections
        let deadline = loop.scheduleTask(in: TimeAmount(shared.configuration.shutdownDeadline)) {
            connections.closeAll()
        }
        try? await empty.futureResult.get()
        deadline.cancel()
        try? await group.shutdownGracefully()
        shared.accessLog?.flush()
    }

    // MARK: Connections

    private func makeBootstrap(_ tls: NIOSSLContext?) -> ServerBootstrap {
        let shared = shared, clock = clock
        let loops = LoopTable(group, clock: clock)
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: 4096, initial: 4096, maximum: 128 << 10)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try Self.configure(channel, shared, loops, tls) }
            }
    }

    private static func configure(
        _ channel: any Channel, _ shared: ServerShared, _ loops: LoopTable, _ tls: NIOSSLContext?
    ) throws {
        guard shared.connections.add(channel) else { throw TooManyConnections() }
        channel.closeFuture.whenComplete { _ in shared.connections.remove(channel) }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = shared.configuration.limits.headerBytes
        limits.maxHeaderListSize = shared.configuration.limits.headerBytes
        limits.maxHeaderFieldCount = shared.configuration.limits.headerCount
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)
        let handler = ConnectionHandler(
            shared: shared, loop: loops.shared(of: channel.eventLoop),
            remoteAddress: channel.remoteAddress?.ipAddress ?? "")
        if let tls { try channel.pipeline.syncOperations.addHandler(TLSDetector(tls)) }
        try channel.pipeline.syncOperations.addHandlers(ByteToMessageHandler(decoder), handler)
    }

    private struct TooManyConnections: Error {}
}

/// What the connections of each event loop share, found by the loop.
///
/// Unchecked, because each value is used on its own event loop only, and the table never changes.
private final class LoopTable: @unchecked Sendable {
    private let byLoop: [ObjectIdentifier: LoopShared]

    init(_ group: MultiThreadedEventLoopGroup, clock: any Clock) {
        var byLoop: [ObjectIdentifier: LoopShared] = [:]
        for (index, loop) in group.makeIterator().enumerated() {
            byLoop[ObjectIdentifier(loop)] = LoopShared(index: index, clock: clock)
        }
        self.byLoop = byLoop
    }

    func shared(of loop: any EventLoop) -> LoopShared {
        guard let shared = byLoop[ObjectIdentifier(loop)] else {
            preconditionFailure("A connection belongs to one of the server's event loops")
        }
        return shared
    }
}

/// A host and a port to listen on.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// An address or a name; IPv6 without brackets.
    package var host: String
    /// 0 lets the system choose.
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why a server cannot listen.
package struct ListenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Why the system refused.
    package enum Reason: Hashable, Sendable {
        case addressInUse
        case notAllowed
        /// Certificate and key cannot be used.
        case certificate(String)
        case other(String)
    }

    /// The one that failed.
    package let address: ListenAddress
    /// What the caller may tell the user.
    package let reason: Reason

    init(_ address: ListenAddress, reason: Reason) {
        self.address = address
        self.reason = reason
    }

    init(_ address: ListenAddress, _ error: any Error) {
        self.address = address
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: reason = .addressInUse
        case EACCES, EPERM: reason = .notAllowed
        default: reason = .other("\(error)")
        }
    }

    package var description: String {
        switch reason {
        case .addressInUse: "\(address) is in use by another program"
        case .notAllowed: "listening on \(address) is not permitted"
        case .certificate(let text): "the TLS certificate or its key cannot be used: \(text)"
        case .other(let text): "cannot listen on \(address): \(text)"
        }
    }
}
