// Signing requests of our own, and addresses that others may use: images in worker pages are fetched through them.

internal import Digests
package import Kernel

/// Signs requests with one key for one region and service.
package struct RequestSigner: Sendable {
    private let credentials: Credentials
    private let region: Region
    private let service: String
    private let keys: SigningKeyCache

    /// Signers may share a cache of keys.
    package init(
        _ credentials: Credentials, region: Region, service: String, keys: SigningKeyCache = SigningKeyCache()
    ) {
        self.credentials = credentials
        self.region = region
        self.service = service
        self.keys = keys
    }

    /// Adds the Authorization header and those it needs. Every header that is present then is signed; Host must be.
    /// - Parameter payloadHash: 64 hexadecimal digits, or one of the words for unhashed bodies.
    package func sign(_ head: RequestHead, payloadHash: String, at now: Instant) -> RequestHead {
        var head = head
        let claim = claim(.header, at: now)
        head.headers.fields.append((name: "X-Amz-Date", value: claim.timestamp))
        if service == "s3" { head.headers.fields.append((name: "X-Amz-Content-SHA256", value: payloadHash)) }
        if let token = credentials.sessionToken {
            head.headers.fields.append((name: "X-Amz-Security-Token", value: token))
        }
        let names = Set(head.headers.fields.map { $0.name.lowercased() }).sorted().joined(separator: ";")
        let signature = signature(of: head, claim, signedHeaders: names, payloadHash: payloadHash)
        head.headers.fields.append(
            (
                name: "Authorization",
                value: "AWS4-HMAC-SHA256 Credential=\(claim.credential), SignedHeaders=\(names), Signature=\(signature)"
            ))
        return head
    }

    /// Makes a request usable by anyone for a while. The answer has the signature in its query; its headers, of which
    /// Host must be one, are signed and must be sent along.
    package func presign(_ head: RequestHead, lifetime: Duration, at now: Instant) -> RequestHead {
        var head = head
        let claim = claim(.query, at: now)
        let names = Set(head.headers.fields.map { $0.name.lowercased() }).sorted().joined(separator: ";")
        var parameters = [
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"), ("X-Amz-Credential", claim.credential),
            ("X-Amz-Date", claim.timestamp), ("X-Amz-Expires", String(lifetime.components.seconds)),
            ("X-Amz-SignedHeaders", names),
        ]
        if let token = credentials.sessionToken { parameters.append(("X-Amz-Security-Token", token)) }
        let added = parameters.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
        head.query += (head.query.isEmpty ? "" : "&") + added
        let payloadHash = service == "s3" ? "UNSIGNED-PAYLOAD" : Hex.text(SHA256Digest.of([]))
        head.query +=
            "&X-Amz-Signature=" + signature(of: head, claim, signedHeaders: names, payloadHash: payloadHash)
        return head
    }

    /// The chunk signatures that continue a signed head, for those who send an aws-chunked body.
    package func chunkSignatures(of head: RequestHead) throws(SignatureFault) -> ChunkSignatures? {
        guard let claim = try SignatureClaim(head) else { return nil }
        return ChunkSignatures(claim, key: key(claim))
    }

    private func signature(
        of head: RequestHead, _ claim: SignatureClaim, signedHeaders: String, payloadHash: String
    ) -> String {
        let canonical = CanonicalRequest(
            head, signedHeaders: signedHeaders, payloadHash: payloadHash, isS3: service == "s3", form: .normalized)
        let stringToSign = SigV4.stringToSign(claim, canonical.bytes)
        return String(decoding: key(claim).signature(of: stringToSign), as: UTF8.self)
    }

    private func claim(_ placement: SignaturePlacement, at now: Instant) -> SignatureClaim {
        let timestamp = now.basicISO8601
        let date = String(timestamp.prefix(8))
        let scope = "\(date)/\(region)/\(service)/aws4_request"
        return SignatureClaim(
            placement: placement, credential: "\(credentials.accessKey)/\(scope)", scope: scope,
            accessKey: credentials.accessKey, date: date, region: region, service: service, signedHeaders: "",
            signature: "", timestamp: timestamp, instant: now)
    }

    private func key(_ claim: SignatureClaim) -> SigningKey {
        keys.key(for: claim.credential, secret: credentials.secret) {
            SigningKey(
                secret: credentials.secret, date: claim.date, region: region.description, service: service)
        }
    }
}
