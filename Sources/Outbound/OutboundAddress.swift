// An address that the server may call, taken apart; what the rules do not allow is none.

internal import FoundationEssentials
internal import NIOSSL

/// Where a call goes.
package struct OutboundAddress: Sendable {
    /// Why an address cannot be used.
    package struct Refusal: Error, CustomStringConvertible {
        package let description: String
    }

    let host: String, port: Int
    /// Path and query.
    let target: String
    /// Nil for plain HTTP.
    let tls: NIOSSLContext?

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
}
