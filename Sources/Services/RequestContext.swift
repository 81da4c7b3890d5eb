// What an operation knows of the request beyond its input.

package import Digests
package import Kernel
package import Objects
package import Signing
internal import Synchronization

/// On whose behalf, where and when an operation runs.
package struct RequestContext: Sendable {
    /// Who asks.
    package var principal: Principal
    /// From the signature's scope; without one us-east-1 or, for the control API, `--region`.
    package var region: Region
    /// Names the log lines of an error that is ours.
    package var requestID: String
    /// Server time at which the request arrived.
    package var now: Instant
    /// For what no member carries, such as Host.
    package var head: RequestHead
    /// The body of an operation that streams it, without the framing it came in.
    package var body: any BodySource
    /// What the request says its body is.
    package var expectations = BodyExpectations()
    /// The object's own Content-Encoding, without that of the framing.
    package var contentEncoding: String?
    /// Host and port by which the client reaches S3; nil where it is those of the request.
    package var objectHost: String?
    /// For conditions of bucket policies; nil where no client stands behind the request.
    package var facts: RequestFacts?
    /// Whom temporary credentials stand for.
    package var session: SessionIdentity?
    /// Filled by the operation, sent with the answer.
    package let notices = Notices()

    /// What the body and its headers say is filled in by whoever has read them.
    package init(
        principal: Principal, region: Region, requestID: String, now: Instant, head: RequestHead,
        body: any BodySource = BytesBodySource([])
    ) {
        self.principal = principal
        self.region = region
        self.requestID = requestID
        self.now = now
        self.head = head
        self.body = body
    }

    /// The account of whoever asks.
    package var account: AccountID { principal.account }

    /// The scheme by which the client reaches this server.
    var scheme: String { facts?.isSecure == true ? "https" : "http" }
    /// Host and port by which it does.
    var host: String { head.headers["host"] ?? "localhost" }
}

/// Things that a user might not expect, for the header `x-groundwork-notice`.
package final class Notices: Sendable {
    private let texts = Mutex<[String]>([])

    /// Adds one line of text.
    package func add(_ text: String) { texts.withLock { $0.append(text) } }

    /// In the order they were added.
    package var all: [String] { texts.withLock { $0 } }
}
