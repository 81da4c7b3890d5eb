// What a request says about its own signature, taken apart but not yet believed. Reading it needs no key, so the router
// can ask for the service and region in it before anything is verified.

package import Kernel

/// The parts of a Signature Version 4, from the Authorization header or the query.
package struct SignatureClaim: Hashable, Sendable {
    package var placement: SignaturePlacement
    /// `key/date/region/service/aws4_request`, whole.
    package var credential: String
    package var accessKey: String
    /// `yyyymmdd`.
    package var date: String
    package var region: Region
    package var service: String
    /// Lower-case names joined by semicolons.
    package var signedHeaders: String
    package var signature: String
    /// The time of signing, as it was written and as it is meant.
    package var timestamp: String
    package var instant: Instant
    /// How long a presigned request may be used.
    package var lifetime: Duration?
    package var sessionToken: String?

    /// The scope without the access key: what stands in the string to sign.
    package var scope: Substring { credential.dropFirst(accessKey.count + 1) }
}

extension SignatureClaim {
    /// Nil for an anonymous request.
    package init?(_ head: RequestHead) throws(SignatureFault) {
        if let authorization = head.headers["authorization"] {
            self = try SignatureClaim(authorization: authorization, head.headers)
        } else if !head.query.isEmpty, let query = SignatureQuery(head.query) {
            self = try SignatureClaim(query)
        } else {
            return nil
        }
    }

    // MARK: Header

    private init(authorization: String, _ headers: HeaderFields) throws(SignatureFault) {
        guard let blank = authorization.utf8.firstIndex(of: UInt8(ascii: " ")) else {
            throw .unsupportedAuthorization(authorization)
        }
        switch authorization[..<blank] {
        case "AWS4-HMAC-SHA256": break
        case "AWS": throw .signatureVersion2
        case "AWS4-ECDSA-P256-SHA256": throw .asymmetricSignature
        default: throw .unsupportedAuthorization(authorization)
        }
        var credential: Substring?, signedHeaders: Substring?, signature: Substring?
        var rest = authorization[blank...]
        while !rest.isEmpty {
            let comma = rest.utf8.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
            let item = rest[..<comma].drop { $0 == " " }
            rest = comma < rest.endIndex ? rest[rest.utf8.index(after: comma)...] : ""
            guard let equals = item.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let value = item[item.utf8.index(after: equals)...]
            switch item[..<equals] {
            case "Credential": credential = value
            case "SignedHeaders": signedHeaders = value
            case "Signature": signature = value
            default: continue
            }
        }
        guard let credential else {
            throw .malformedHeader(
                "the authorization header requires three components: Credential, SignedHeaders, and Signature.")
        }
        guard let signedHeaders, !signedHeaders.isEmpty, let signature else {
            throw .malformedHeader(
                "the authorization header requires three components: Credential, SignedHeaders, and Signature.")
        }
        let (timestamp, instant) = try Self.timestamp(headers)
        try self.init(
            .header, credential: String(credential), signedHeaders: String(signedHeaders),
            signature: String(signature), timestamp: timestamp, instant: instant)
        sessionToken = headers["x-amz-security-token"]
    }

    private static func timestamp(_ headers: HeaderFields) throws(SignatureFault) -> (String, Instant) {
        if let text = headers["x-amz-date"] {
            guard let instant = Instant(basicISO8601: text) else { throw .missingDate }
            return (text, instant)
        }
        guard let text = headers["date"],
            let instant = Instant(httpDate: text) ?? Instant(basicISO8601: text)
        else { throw .missingDate }
        return (instant.basicISO8601, instant)
    }

    // MARK: Query

    private init(_ query: SignatureQuery) throws(SignatureFault) {
        if query.isVersion2 { throw .signatureVersion2 }
        guard let algorithm = query.algorithm, let credential = query.credential, let timestamp = query.date,
            let expires = query.expires, let signedHeaders = query.signedHeaders, let signature = query.signature
        else {
            throw .malformedQuery(
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
                    + "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
        }
        if algorithm == "AWS4-ECDSA-P256-SHA256" { throw .asymmetricSignature }
        guard algorithm == "AWS4-HMAC-SHA256" else {
            throw .malformedQuery("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"")
        }
        guard let instant = Instant(basicISO8601: timestamp) else {
            throw .malformedQuery("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
        }
        guard let seconds = Int(expires) else { throw .malformedQuery("X-Amz-Expires should be a number") }
        guard seconds >= 0 else { throw .malformedQuery("X-Amz-Expires must be non-negative") }
        guard seconds <= 604_800 else {
            throw .malformedQuery("X-Amz-Expires must be less than a week (in seconds) that is 604800")
        }
        try self.init(
            .query, credential: credential, signedHeaders: signedHeaders, signature: signature, timestamp: timestamp,
            instant: instant)
        lifetime = .seconds(seconds)
        sessionToken = query.sessionToken
    }

    // MARK: Both

    private init(
        _ placement: SignaturePlacement, credential: String, signedHeaders: String, signature: String,
        timestamp: String, instant: Instant
    ) throws(SignatureFault) {
        // The access key may hold slashes; the scope may not, so it is taken from the end.
        let parts = credential.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 5, parts[parts.count - 1] == "aws4_request" else {
            throw .malformedCredential(placement)
        }
        let scope = parts[(parts.count - 4)...]
        let start = scope.startIndex
        let accessKey = String(credential[..<parts[start - 1].endIndex])
        guard !accessKey.isEmpty, scope[start].utf8.count == 8, let region = Region(scope[start + 1]),
            !scope[start + 2].isEmpty
        else { throw .malformedCredential(placement) }
        guard timestamp.utf8.starts(with: scope[start].utf8) else {
            throw .scopeDate(placement, scope: String(scope[start]), request: String(timestamp.prefix(8)))
        }
        self.placement = placement
        self.credential = credential
        self.accessKey = accessKey
        date = String(scope[start])
        self.region = region
        service = String(scope[start + 2])
        self.signedHeaders = signedHeaders
        self.signature = signature
        self.timestamp = timestamp
        self.instant = instant
    }
}
