// The seam between the HTTP engine and everything that answers requests. A handler is called on the connection's event
// loop as soon as the head is in; it may answer there and then, or later and from any thread, exactly once.

package import Kernel

/// A request whose head has arrived; its body is pulled.
package struct ServerRequest: Sendable {
    /// Method, target in origin form, and header fields.
    package var head: RequestHead
    /// To be pulled, or cancelled, by whoever answers.
    package var body: any BodySource
    /// Goes into the answer and the logs.
    package var id: RequestID
    /// Which event loop the connection belongs to, 0 ..< threads: each has its own read connection to the store.
    package var loop: Int
    /// An IP address without port; empty where the system names none.
    package var remoteAddress: String
    /// Whether it came through TLS.
    package var isSecure = false
    /// Wall time at which the head was in.
    package var receivedAt: Instant
}

/// Answers requests.
package protocol RequestHandler: Sendable {
    /// Called on the connection's event loop, so it must not wait for anything.
    func handle(_ request: ServerRequest, _ responder: Responder)
    /// Answers what is no HTTP request or exceeds a limit; the connection is closed afterwards.
    func refuse(_ error: ServiceError, _ responder: Responder)
}

/// The one place where a request is answered.
package struct Responder: Sendable {
    let exchange: Exchange

    /// The id of the request that is answered.
    package var requestID: RequestID { exchange.id }

    /// Answers. The date, the request id, the length and what the connection needs are added here; a body is counted
    /// but not sent where the request or the status allows none. Only the first answer counts.
    package func respond(status: Int, headers: HeaderFields = HeaderFields(), body: BodyResult = .none) {
        exchange.respond(status: status, headers: headers, body: body)
    }

    /// Adds a header to whatever the answer will be. Only before it, and only on the event loop.
    package func addHeader(_ name: String, _ value: String) {
        exchange.addedHeaders.fields.append((name: name, value: value))
    }

    /// Has something done, on the event loop, if the client leaves before it is answered; at once where it has left. A
    /// client that only stops sending counts as one that leaves: the two look the same.
    package func whenClientLeaves(_ action: @escaping @Sendable () -> Void) { exchange.whenClientLeaves(action) }

    /// Says for the access log what the request turned out to be.
    package func note(account: AccountID? = nil, operation: String? = nil, relayedTo: String? = nil) {
        exchange.note(account: account, operation: operation, relayedTo: relayedTo)
    }
}

/// Names a request in answers and logs: unique within the process and unlikely to repeat in another.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    /// Written as sixteen hexadecimal digits.
    package let bits: UInt64

    package init(bits: UInt64) { self.bits = bits }

    /// Sixteen digits, as S3 writes its own.
    package var description: String {
        String(unsafeUninitializedCapacity: 16) { digits in
            write(to: UnsafeMutableRawBufferPointer(digits))
            return 16
        }
    }

    func write(to digits: UnsafeMutableRawBufferPointer) {
        for place in 0..<16 {
            let value = UInt8(truncatingIfNeeded: bits >> UInt64(60 - place * 4)) & 15
            digits[place] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
        }
    }
}
