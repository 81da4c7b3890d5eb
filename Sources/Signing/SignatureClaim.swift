// What a request says about its own signature, taken apart but not yet believed. Reading it needs no key, so the router
// can ask for the service and region in it before anything is verified. Version 2, which says less, is read in
// SignatureClaim+Version2.swift, and the fields of a form in PostForm.swift.

package import Kernel

/// The ways to sign a request. The raw value is that of the condition key `s3:signatureversion`.
package enum SignatureVersion: String, Hashable, Sendable {
    /// HMAC-SHA1 over the request's own lines; S3 only.
    case v2 = "AWS"
    case v4 = "AWS4-HMAC-SHA256"
}

/// The parts of a signature, from the Authorization header, the query or a form.
package struct SignatureClaim: Hashable, Sendable {
    /// Version 2 knows neither scope nor signed headers: those are empty there, or S3's.
    package var version = SignatureVersion.v4
    /// Header, query or form: decides how errors are worded and where the time was found.
    package var placement: SignaturePlacement
    /// `key/date/region/service/aws4_request`, whole; the access key alone in Version 2.
    package var credential: String
    /// The same without the access key: what stands in the string to sign.
    package var scope: String
    /// The public half of the key; who that is has not been checked yet.
    package var accessKey: String
    /// `yyyymmdd`.
    package var date: String
    /// From the scope; the request belongs to it. The standard one in Version 2.
    package var region: Region
    /// From the scope, such as `s3`; the router may use it.
    package var service: String
    /// Lower-case names joined by semicolons.
    package var signedHeaders: String
    /// As written; 64 hexadecimal digits where it is one at all, in Version 2 the base64 of 20 bytes.
    package var signature: String
    /// The time of signing, as it was written; of a Version 2 query its `Expires`, of a Version 2 form nothing.
    package var timestamp: String
    /// `timestamp`, read.
    package var instant: Instant
    /// How long a presigned request may be used; Version 2 says until when instead.
    package var lifetime: Duration?
    /// `X-Amz-Security-Token`; goes with temporary credentials.
    package var sessionToken: String?
}

extension SignatureClaim {
    /// Nil for an anonymous request.
    package init?(_ head: RequestHead) throws(SignatureFault) {
        if let authorization = head.headers["authorization"] {
            if !head.query.isEmpty, SignatureQuery.namesMechanism(head.query) { throw .onlyOneMechanism(authorization) }
            self = try SignatureClaim(authorization: authorization, head.headers)
        } else if !head.query.isEmpty, let query = SignatureQuery(head.query) {
            self = try SignatureClaim(query)
        } else {
            return nil
        }
    }

    // MARK: Header

    private init(authorization: String, _ headers: HeaderFields) throws(SignatureFault) {
        let parts = withBytes(of: authorization) { Components($0) }
        switch parts.algorithm {
        case "AWS4-HMAC-SHA256": break
        case "AWS":
            self = try SignatureClaim(version2: authorization, headers)
            return
        case "AWS4-ECDSA-P256-SHA256": throw .asymmetricSignature
        default: throw .unsupportedAuthorization(authorization)
        }
        guard let credential = parts.credential, let signature = parts.signature,
            let signedHeaders = parts.signedHeaders, !signedHeaders.isEmpty
        else {
            throw .malformedHeader(
                "the authorization header requires three components: Credential, SignedHeaders, and Signature.")
        }
        let (timestamp, instant) = try Self.timestamp(headers)
        try self.init(
            .header, credential: credential, signedHeaders: signedHeaders, signature: signature, timestamp: timestamp,
            instant: instant)
        sessionToken = headers["x-amz-security-token"]
    }

    /// `ALGORITHM Credential=…, SignedHeaders=…, Signature=…`; blanks after the commas are optional.
    private struct Components {
        var algorithm: String, credential: String?, signedHeaders: String?, signature: String?

        init(_ text: UnsafeBufferPointer<UInt8>) {
            var start = text.next(UInt8(ascii: " "), from: 0)
            algorithm = text.text(0..<start)
            while start < text.count {
                if text[start] == UInt8(ascii: " ") || text[start] == UInt8(ascii: ",") {
                    start += 1
                    continue
                }
                let end = text.next(UInt8(ascii: ","), from: start)
                let nameEnd = text.next(UInt8(ascii: "="), in: start..<end)
                let value = min(nameEnd + 1, end)..<end
                if text.spells("Credential", in: start..<nameEnd) {
                    credential = text.text(value)
                } else if text.spells("SignedHeaders", in: start..<nameEnd) {
                    signedHeaders = text.text(value)
                } else if text.spells("Signature", in: start..<nameEnd) {
                    signature = text.text(value)
                }
                start = end
            }
        }
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
        if query.version2.signature != nil {
            guard query.algorithm == nil else { throw .onlyOneMechanism(nil) }
            self = try SignatureClaim(version2: query)
            return
        }
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

    init(
        _ placement: SignaturePlacement, credential: String, signedHeaders: String, signature: String,
        timestamp: String, instant: Instant
    ) throws(SignatureFault) {
        guard let parts = withBytes(of: credential, { Scope($0) }), let region = Region(parts.region) else {
            throw .malformedCredential(placement)
        }
        guard timestamp.utf8.starts(with: parts.date.utf8) else {
            throw .scopeDate(placement, scope: parts.date, request: String(timestamp.prefix(8)))
        }
        self.placement = placement
        self.credential = credential
        scope = parts.scope
        accessKey = parts.accessKey
        date = parts.date
        self.region = region
        service = parts.service
        self.signedHeaders = signedHeaders
        self.signature = signature
        self.timestamp = timestamp
        self.instant = instant
    }

    /// The parts of a credential. The access key may hold slashes, the scope may not, so it is taken from the end.
    private struct Scope {
        var accessKey: String, scope: String, date: String, region: String, service: String

        init?(_ text: UnsafeBufferPointer<UInt8>) {
            var slashes: [Int] = []
            slashes.reserveCapacity(4)
            var place = text.count - 1
            while place >= 0, slashes.count < 4 {
                if text[place] == UInt8(ascii: "/") { slashes.append(place) }
                place -= 1
            }
            guard slashes.count == 4, slashes[3] > 0, text.spells("aws4_request", in: slashes[0] + 1..<text.count),
                slashes[2] - slashes[3] == 9, slashes[0] - slashes[1] > 1
            else { return nil }
            accessKey = text.text(0..<slashes[3])
            scope = text.text(slashes[3] + 1..<text.count)
            date = text.text(slashes[3] + 1..<slashes[2])
            region = text.text(slashes[2] + 1..<slashes[1])
            service = text.text(slashes[1] + 1..<slashes[0])
        }
    }
}
