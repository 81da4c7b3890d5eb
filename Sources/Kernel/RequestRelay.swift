// The seam between the server and another emulator that stands behind it (`--upstream`): requests for services that
// this program does not have go there, and its answers come back, bodies piece by piece in both directions.

/// Hands requests on to another server.
package protocol RequestRelay: Sendable {
    /// Host and port of that server, for answers, logs and messages.
    var name: String { get }
    /// Sends a request and answers exactly once, on any thread. The body is pulled as it can be sent, and cancelled
    /// where the answer comes before its end.
    /// - Returns: to be called, on any thread, where nobody waits for the answer any more. While there is none, the
    ///   request then ends as one that failed; later it does nothing.
    func relay(
        _ head: RequestHead, body: any BodySource,
        _ receive: @escaping @Sendable (Result<RelayedAnswer, RelayFailure>) -> Void
    ) -> @Sendable () -> Void
}

/// What the other server has answered.
package struct RelayedAnswer: Sendable {
    /// As received; redirects are not followed.
    package var status: Int
    /// Without those that belong to one connection only.
    package var headers: HeaderFields
    /// A stream, or nothing.
    package var body: BodyResult

    package init(status: Int, headers: HeaderFields, body: BodyResult) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Why there is no answer.
package enum RelayFailure: Error, Hashable, Sendable {
    /// The other server was not to be reached, or said nothing that is HTTP; the text says what happened.
    case unreachable(String)
    /// As many requests are under way as there may be.
    case busy
    /// The request's own body could not be read to its end.
    case request(ServiceError)
}
