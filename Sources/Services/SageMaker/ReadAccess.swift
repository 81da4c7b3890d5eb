// Addresses through which a browser may read objects for a while: the filter grant_read_access of worker pages. They
// are presigned with temporary credentials of the account, so reading is decided when it happens, as for any request.

internal import Kernel
internal import Labeling
internal import Liquid
internal import Objects
internal import Signing

/// Makes addresses for one account.
struct ReadAccess: Sendable {
    private let signer: RequestSigner
    /// Scheme, host and port by which the client reaches this server.
    private let endpoint: (scheme: String, host: String)
    /// Real time: presigned addresses end by it.
    private let now: Instant
    private let lifetime: Duration

    init(
        _ credentials: SessionCredentials, _ entropy: any Entropy, lifetime: Duration, _ context: RequestContext
    ) {
        now = context.facts?.now ?? context.now
        self.lifetime = lifetime
        endpoint = (context.scheme, context.objectHost ?? context.host)
        let session = SessionIdentity(
            arn: "arn:aws:sts::\(context.account):assumed-role/worker-page/\(context.requestID)",
            userID: "\(context.account):worker-page")
        signer = RequestSigner(
            credentials.issue(for: context.account, session, until: now + lifetime, entropy),
            region: context.region, service: "s3")
    }

    /// An S3 address becomes one of ours, path style as the service's are; any other web address stays as it is.
    func grant(_ text: String) throws(LiquidRefusal) -> String {
        guard let object = try Self.object(text) else { return text }
        let path = "/\(object.bucket)/" + PercentEncoding.encode(object.key, keepingSlashes: true)
        let head = RequestHead(method: "GET", target: path, headers: HeaderFields([("host", endpoint.host)]))
        let signed = signer.presign(head, lifetime: lifetime, at: now)
        return "\(endpoint.scheme)://\(endpoint.host)\(path)?\(signed.query)"
    }

    /// The object that an address names; nil for addresses elsewhere on the web.
    static func object(_ text: String) throws(LiquidRefusal) -> (bucket: String, key: String)? {
        if let uri = S3URI(text), !uri.key.isEmpty { return (uri.bucket, uri.key) }
        let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, ["http:", "https:"].contains(parts[0].lowercased()), parts[1].isEmpty else {
            throw LiquidRefusal("'\(text)' is no address of an object; expected s3://bucket/key")
        }
        let path = PercentEncoding.decode(String(parts[3].prefix { $0 != "?" }))
        let labels = parts[2].lowercased().split(separator: ".").map(String.init)
        guard labels.suffix(2) == ["amazonaws", "com"], let place = labels.firstIndex(of: "s3") else { return nil }
        // bucket.s3.amazonaws.com, or the bucket as the first part of the path.
        if place > 0 { return (labels[..<place].joined(separator: "."), path) }
        let pieces = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard pieces.count == 2, !pieces[0].isEmpty, !pieces[1].isEmpty else {
            throw LiquidRefusal("'\(text)' names no object; expected a bucket and a key")
        }
        return (String(pieces[0]), String(pieces[1]))
    }
}
