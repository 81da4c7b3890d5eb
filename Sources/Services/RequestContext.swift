// What an operation knows of the request beyond its input.

package import Digests
package import Kernel
internal import Synchronization

/// On whose behalf, where and when an operation runs.
package struct RequestContext: Sendable {
    package var principal: Principal
    package var region: Region
    package var requestID: String
    /// Server time at which the request arrived.
    package var now: Instant
    package var head: RequestHead
    /// The body of an operation that streams it, without the framing it came in.
    package var body: any BodySource
    /// What the request says its body is.
    package var expectations = BodyExpectations()
    /// The object's own Content-Encoding, without that of the framing.
    package var contentEncoding: String?
    package let notices = Notices()

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

    package var account: AccountID { principal.account }
}

/// Things that a user might not expect, for the header `x-groundwork-notice`.
package final class Notices: Sendable {
    private let texts = Mutex<[String]>([])

    package func add(_ text: String) { texts.withLock { $0.append(text) } }

    package var all: [String] { texts.withLock { $0 } }
}
