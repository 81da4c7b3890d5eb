// Where the server may call: programs on the same machine, and what its command line allows. Link-local addresses,
// behind which clouds keep their credentials, never.

internal import NIOCore

/// Which hosts may be called.
package struct OutboundRules: Sendable {
    private let allowed: Set<String>

    /// - Parameter allowed: `HOST` or `HOST:PORT` each, beyond loopback.
    package init(allowing allowed: [String] = []) { self.allowed = Set(allowed.map { $0.lowercased() }) }

    /// Why an address may not be called; nil where it may.
    package func refusal(host: String, port: Int) -> String? {
        let host = host.lowercased()
        let address = try? SocketAddress(ipAddress: host, port: port)
        if let address, Self.isLinkLocal(address) { return "\(host) is a link-local address, which is never called" }
        if Self.isLoopback(host, address) || allowed.contains(host) || allowed.contains("\(host):\(port)") {
            return nil
        }
        return "\(host) is beyond loopback: allow it with --allow-outbound \(host):\(port)"
    }

    private static func isLoopback(_ host: String, _ address: SocketAddress?) -> Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || address != nil && host.hasPrefix("127.")
    }

    /// 169.254.0.0/16 (RFC 3927), also inside IPv6, and fe80::/10 (RFC 4291); in the one spelling of RFC 5952.
    static func isLinkLocal(_ address: SocketAddress) -> Bool {
        guard let text = address.ipAddress?.lowercased() else { return false }
        if text.hasPrefix("169.254.") || text.hasPrefix("::ffff:169.254.") { return true }
        let group = text.prefix { $0 != ":" }
        return group.utf8.count == 4 && ["fe8", "fe9", "fea", "feb"].contains(group.prefix(3))
    }
}
