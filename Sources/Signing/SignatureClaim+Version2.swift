// Reading the signatures of Version 2: `Authorization: AWS key:signature`, and `AWSAccessKeyId`, `Signature` and
// `Expires` in a query. Source: S3's developer guide, "Signing and authenticating REST requests (Signature Version 2)".

internal import Kernel

extension SignatureClaim {
    /// A claim without what only Version 4 has.
    init(
        version2 placement: SignaturePlacement, accessKey: String, signature: String, timestamp: String = "",
        instant: Instant = .epoch, sessionToken: String? = nil
    ) {
        self.init(
            version: .v2, placement: placement, credential: accessKey, scope: "", accessKey: accessKey, date: "",
            region: .standard, service: "s3", signedHeaders: "", signature: signature, timestamp: timestamp,
            instant: instant, sessionToken: sessionToken)
    }

    /// From the header, which starts with the word `AWS`.
    init(version2 authorization: String, _ headers: HeaderFields) throws(SignatureFault) {
        let rest = authorization.dropFirst(4)
        guard !rest.hasPrefix(" "), authorization != "AWS" else {
            throw .malformedVersion2Header(
                reason: "Authorization header is invalid -- one and only one ' ' (space) required",
                value: authorization)
        }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else {
            throw .malformedVersion2Header(
                reason: "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature", value: authorization)
        }
        guard let timestamp = headers["x-amz-date"] ?? headers["date"], let instant = Self.requestDate(timestamp)
        else { throw .missingDate }
        self.init(
            version2: .header, accessKey: String(parts[0]), signature: String(parts[1]), timestamp: timestamp,
            instant: instant, sessionToken: headers["x-amz-security-token"])
    }

    /// From a query that has a `Signature`.
    init(version2 query: SignatureQuery) throws(SignatureFault) {
        let given = query.version2
        guard let accessKey = given.accessKey, let expires = given.expires, let signature = given.signature else {
            throw .malformedVersion2Query(
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters")
        }
        // The service reads no more than an int32.
        guard let seconds = Int32(expires) else {
            throw .malformedVersion2Query("Invalid date (should be seconds since epoch): \(expires)")
        }
        self.init(
            version2: .query, accessKey: accessKey, signature: signature, timestamp: expires,
            instant: Instant(seconds: Int64(seconds)), sessionToken: query.sessionToken)
    }

    /// An HTTP date, also with an offset for GMT as s3cmd and `date -R` write it, or the form of Version 4.
    private static func requestDate(_ text: String) -> Instant? {
        if let instant = Instant(httpDate: text) ?? Instant(basicISO8601: text) { return instant }
        let zone = text.suffix(5)
        guard let local = Instant(httpDate: text.dropLast(5) + "GMT"), let digits = UInt16(zone.dropFirst()),
            digits % 100 < 60
        else { return nil }
        let offset = Duration.seconds(Int(digits) / 100 * 3600 + Int(digits) % 100 * 60)
        switch zone.first {
        case "+": return local - offset
        case "-": return local + offset
        default: return nil
        }
    }
}
