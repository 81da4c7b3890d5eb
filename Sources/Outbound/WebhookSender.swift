// Events over HTTP: each is one POST of its JSON document, on a connection of its own.

package import Engine
package import Store

/// Posts events to one address. Redirects are not followed: they are refusals like any other.
package struct WebhookSender: NotificationSender {
    /// Why an address cannot be used.
    package typealias Refusal = OutboundAddress.Refusal

    private let address: OutboundAddress
    /// How long one event may take, from the connection to the end of the answer.
    private static let timeLimit = Duration.seconds(20)
    /// What a receiver has to say is not read, but it may say something.
    private static let mostBytes = 1 << 20

    /// Refuses an address that is none, or that the rules do not allow.
    package init(_ url: String, _ rules: OutboundRules) throws(Refusal) {
        address = try OutboundAddress(url, rules)
    }

    package func send(_ event: OutgoingEvent) async throws(NotificationFailure) {
        let exchange = HTTPExchange(
            address: address, target: address.target,
            headers: [
                ("content-type", "application/json"), ("x-groundwork-event-id", event.id),
                ("x-groundwork-documented", String(event.isDocumented)),
            ], body: event.document, timeLimit: Self.timeLimit, mostBytes: Self.mostBytes)
        let status: Int
        do { status = try await exchange.answer().status } catch { throw .unreachable("\(error)") }
        guard (200..<300).contains(status) else { throw .refused(status: status) }
    }
}
