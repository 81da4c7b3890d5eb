// Another emulator behind this one: its address, and what of a request and of an answer passes on. One connection for
// each request; redirects pass through like any other answer.

package import Kernel
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// Hands requests on to one address.
package final class UpstreamRelay: RequestRelay {
    private let address: OutboundAddress
    private let limit: Int
    /// Connections that are open or being opened.
    private let underWay = Mutex(0)
    /// How long the head of an answer may take: as long as the slowest service lets a caller wait (Lambda, 15 minutes).
    private static let patience = TimeAmount.minutes(15)

    /// Refuses an address that is none, that has a path, or that the rules do not allow.
    /// - Parameter limit: connections at a time; requests beyond them fail at once.
    package init(
        _ url: String, _ rules: OutboundRules, limit: Int = Limits().relays
    ) throws(OutboundAddress.Refusal) {
        address = try OutboundAddress(url, rules)
        self.limit = limit
        guard address.target == "/" else {
            throw OutboundAddress.Refusal(description: "'\(url)' has a path; requests keep theirs")
        }
    }

    package var name: String { address.authority }

    package func relay(
        _ head: RequestHead, body: any BodySource,
        _ receive: @escaping @Sendable (Result<RelayedAnswer, RelayFailure>) -> Void
    ) -> @Sendable () -> Void {
        guard begin() else {
            body.cancel()
            receive(.failure(.busy))
            return {}
        }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let exchange = RelayedExchange(
            sent(head, length: body.length), body: body, on: loop, patience: Self.patience, receive)
        address.connect(on: loop, readsByItself: false) { try $0.addHandler(exchange) }.whenComplete { result in
            switch result {
            case .success(let channel):
                channel.closeFuture.whenComplete { _ in self.end() }
                exchange.begin()
            case .failure(let error):
                self.end()
                exchange.fail(OutboundAddress.reason(error))
            }
        }
        return { exchange.cancel() }
    }

    private func begin() -> Bool {
        underWay.withLock { underWay in
            guard underWay < limit else { return false }
            underWay += 1
            return true
        }
    }

    private func end() { underWay.withLock { $0 -= 1 } }

    // MARK: Heads

    /// Fields that belong to one connection (RFC 9110, 7.6.1), beside those that Connection names.
    private static let connectionFields: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    private func sent(_ head: RequestHead, length: Int64?) -> HTTPRequestHead {
        var headers = HTTPHeaders([("host", address.authority)])
        // The body is framed anew, and the client has been told to go on by us.
        for field in Self.passing(head.headers.fields, dropping: ["host", "content-length", "expect"]) {
            headers.add(name: field.name, value: field.value)
        }
        headers.add(name: "connection", value: "close")
        switch length {
        case nil: headers.add(name: "transfer-encoding", value: "chunked")
        case 0? where head.headers["content-length"] == nil: break
        case let length?: headers.add(name: "content-length", value: String(length))
        }
        let target = head.path + (head.query.isEmpty ? "" : "?" + head.query)
        return HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: head.method), uri: target, headers: headers)
    }

    /// The answer's fields. Date, server and our own id of the request are added where the answer is written.
    static func received(_ headers: HTTPHeaders, keepsLength: Bool) -> HeaderFields {
        let dropped: Set<String> = ["date", "server", "x-amz-request-id"]
        let fields = headers.map { (name: $0.name, value: $0.value) }
        return HeaderFields(passing(fields, dropping: keepsLength ? dropped : dropped.union(["content-length"])))
    }

    private static func passing(
        _ fields: [(name: String, value: String)], dropping names: Set<String>
    ) -> [(name: String, value: String)] {
        var dropped = connectionFields.union(names)
        for field in fields where isSameFieldName(field.name, "connection") {
            for name in field.value.split(separator: ",") { dropped.insert(name.lowercased().filter { $0 != " " }) }
        }
        return fields.filter { !dropped.contains($0.name.lowercased()) }
    }
}
