// The signature's parameters in a query. Their names are matched exactly, as AWS does.

/// The signing parameters of a presigned request, decoded.
struct SignatureQuery {
    private(set) var algorithm: String?, credential: String?, date: String?, expires: String?
    private(set) var signedHeaders: String?, signature: String?, sessionToken: String?
    /// Those of Version 2.
    private(set) var version2 = Version2()

    /// `AWSAccessKeyId`, `Expires` and `Signature`; the first two mean nothing without the last.
    struct Version2 {
        fileprivate(set) var accessKey: String?, expires: String?, signature: String?
    }

    /// Nil where the query holds no signature at all.
    init?(_ query: String) {
        let isSigned = withBytes(of: query) { query in
            var isSigned = false
            var start = 0
            while start < query.count {
                let end = query.next(UInt8(ascii: "&"), from: start)
                let nameEnd = query.next(UInt8(ascii: "="), in: start..<end)
                if read(query, start..<nameEnd, min(nameEnd + 1, end)..<end) { isSigned = true }
                start = end + 1
            }
            return isSigned
        }
        if !isSigned { return nil }
    }

    /// Whether a query asks for authentication by itself, whatever else it says; it may not beside a header.
    static func namesMechanism(_ query: String) -> Bool {
        withBytes(of: query) { query in
            var start = 0
            while start < query.count {
                let end = query.next(UInt8(ascii: "&"), from: start)
                let nameEnd = query.next(UInt8(ascii: "="), in: start..<end)
                if query.spells("X-Amz-Algorithm", in: start..<nameEnd)
                    || query.spells("Signature", in: start..<nameEnd)
                {
                    return true
                }
                start = end + 1
            }
            return false
        }
    }

    /// Takes one parameter. True where it makes the request a signed one.
    private mutating func read(_ query: UnsafeBufferPointer<UInt8>, _ name: Range<Int>, _ value: Range<Int>) -> Bool {
        func decoded() -> String { PercentEncoding.decode(query.part(value)) }
        guard name.count > 6, query.spells("X-Amz-", in: name.lowerBound..<name.lowerBound + 6) else {
            if query.spells("Signature", in: name) {
                version2.signature = decoded()
                return true
            }
            if query.spells("AWSAccessKeyId", in: name) {
                version2.accessKey = decoded()
            } else if query.spells("Expires", in: name) {
                version2.expires = decoded()
            } else if query.spells("x-amz-security-token", in: name) {
                sessionToken = decoded()
            }
            return false
        }
        let rest = name.lowerBound + 6..<name.upperBound
        if query.spells("Algorithm", in: rest) {
            algorithm = decoded()
        } else if query.spells("Credential", in: rest) {
            credential = decoded()
        } else if query.spells("Date", in: rest) {
            date = decoded()
        } else if query.spells("Expires", in: rest) {
            expires = decoded()
        } else if query.spells("SignedHeaders", in: rest) {
            signedHeaders = decoded()
        } else if query.spells("Signature", in: rest) {
            signature = decoded()
        } else {
            if query.spells("Security-Token", in: rest) { sessionToken = decoded() }
            return false
        }
        return true
    }
}
