// The signature's parameters in a query. Their names are matched exactly, as AWS does.

/// The signing parameters of a presigned request, decoded.
struct SignatureQuery {
    private(set) var algorithm: String?, credential: String?, date: String?, expires: String?
    private(set) var signedHeaders: String?, signature: String?, sessionToken: String?
    /// Whether the parameters are those of Signature Version 2.
    private(set) var isVersion2 = false

    /// Nil where the query holds no signature at all.
    init?(_ query: String) {
        var isSigned = false
        for part in query.split(separator: "&") {
            let equals = part.utf8.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let value = equals < part.endIndex ? part[part.utf8.index(after: equals)...] : ""
            switch part[..<equals] {
            case "X-Amz-Algorithm": algorithm = PercentEncoding.decode(value)
            case "X-Amz-Credential": credential = PercentEncoding.decode(value)
            case "X-Amz-Date": date = PercentEncoding.decode(value)
            case "X-Amz-Expires": expires = PercentEncoding.decode(value)
            case "X-Amz-SignedHeaders": signedHeaders = PercentEncoding.decode(value)
            case "X-Amz-Signature": signature = PercentEncoding.decode(value)
            case "X-Amz-Security-Token":
                sessionToken = PercentEncoding.decode(value)
                continue
            case "AWSAccessKeyId": isVersion2 = true
            default: continue
            }
            isSigned = true
        }
        if !isSigned { return nil }
    }
}
