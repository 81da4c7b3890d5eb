// What a signature of Version 2 covers: method, Content-MD5, Content-Type, date, the x-amz- fields and the resource,
// which is the path as sent with those parameters of the query that the version knows. Headers it does not name and
// all other parameters are not signed. Clients have never agreed which parameters count, so there is more than one
// candidate for the string; each commits to the same method, path and x-amz- fields.

internal import Crypto
internal import Digests
internal import Kernel

/// Strings to sign of Version 2, and their signatures.
enum SigV2 {
    /// The parameters that botocore signs (HmacV1Auth.QSAOfInterest, 1.44.5); s3cmd's are among them.
    private static let subResources: Set<String> = [
        "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location",
        "logging", "metrics", "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment",
        "response-cache-control", "response-content-disposition", "response-content-encoding",
        "response-content-language", "response-content-type", "response-expires", "restore", "select", "select-type",
        "storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
    ]

    /// Those that came to S3 later and that other clients sign as well, minio-go for one.
    private static let laterSubResources: Set<String> = [
        "encryption", "intelligent-tiering", "legal-hold", "ownershipControls", "policyStatus", "publicAccessBlock",
        "retention",
    ]

    /// What the client may have signed, the service's own form first.
    /// - Parameter hostBucket: the bucket that the host names; it is signed as if it stood in the path.
    static func stringsToSign(_ head: RequestHead, _ claim: SignatureClaim, hostBucket: String?) -> [[UInt8]] {
        var beginning: [UInt8] = []
        beginning.reserveCapacity(512)
        // A query has its end in place of the date, and x-amz-date leaves the place empty: it is signed by itself.
        let isDateSigned = claim.placement == .query || head.headers["x-amz-date"] == nil
        for line in [
            head.method, head.headers["content-md5"] ?? "", head.headers["content-type"] ?? "",
            isDateSigned ? claim.timestamp : "",
        ] {
            beginning.append(text: trimmed(line))
            beginning.append(UInt8(ascii: "\n"))
        }
        for (name, value) in amazonFields(head, isPresigned: claim.placement == .query) {
            beginning.append(text: "\(name):\(value)\n")
        }
        return resources(head, hostBucket).map { beginning + Array($0.utf8) }
    }

    /// Base64 of the HMAC, as it is written in requests.
    static func signature(of stringToSign: [UInt8], secret: String) -> [UInt8] {
        let key = SymmetricKey(data: Array(secret.utf8))
        let code = HMAC<Insecure.SHA1>.authenticationCode(for: stringToSign, using: key)
        return Array(Base64.text(Array(code)).utf8)
    }

    /// Whether a text could be a signature at all.
    static func isSignature(_ text: String) -> Bool { Base64.bytes(text)?.count == Insecure.SHA1.byteCount }

    // MARK: x-amz- fields

    /// By lower-case name; the values of a repeated one are joined by commas. Presigned requests have them in the
    /// query, where a browser can send them.
    private static func amazonFields(_ head: RequestHead, isPresigned: Bool) -> [(name: String, value: String)] {
        var values: [String: [String]] = [:]
        for field in head.headers.fields where isAmazonHeader(field.name) {
            values[field.name.lowercased(), default: []].append(trimmed(field.value))
        }
        if isPresigned {
            for parameter in parameters(head.query) where isAmazonHeader(parameter.name) {
                let name = parameter.name.lowercased()
                if values[name] == nil { values[name] = [trimmed(parameter.value ?? "")] }
            }
        }
        return values.map { (name: $0, value: $1.joined(separator: ",")) }.sorted { $0.name < $1.name }
    }

    private static func trimmed(_ text: String) -> String {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var rest = text.utf8.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return String(Substring(rest))
    }

    // MARK: Resource

    private static func resources(_ head: RequestHead, _ hostBucket: String?) -> [String] {
        var paths = [(hostBucket.map { "/\($0)" } ?? "") + head.path]
        // botocore signs a bucket in the path as if a slash followed.
        if hostBucket == nil, head.path.utf8.dropFirst().firstIndex(of: UInt8(ascii: "/")) == nil, head.path != "/" {
            paths.append(head.path + "/")
        }
        let parameters = parameters(head.query)
        let known = query(parameters.filter { subResources.contains($0.name) }, keepsEmptyValues: true)
        let all = query(
            parameters.filter { subResources.contains($0.name) || laterSubResources.contains($0.name) },
            keepsEmptyValues: false)
        var result = paths.map { $0 + known }
        if all != known { result += paths.map { $0 + all } }
        return result
    }

    /// botocore signs `uploads=` as it is sent; minio-go leaves the equals sign out.
    private static func query(_ parameters: [(name: String, value: String?)], keepsEmptyValues: Bool) -> String {
        if parameters.isEmpty { return "" }
        let texts = parameters.sorted { $0.name < $1.name }.map { name, value in
            guard let value, keepsEmptyValues || !value.isEmpty else { return name }
            return "\(name)=\(value)"
        }
        return "?" + texts.joined(separator: "&")
    }

    /// Values are signed decoded, a plus being a plus; nil where there is no equals sign.
    private static func parameters(_ query: String) -> [(name: String, value: String?)] {
        query.split(separator: "&").map { part in
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(sides[0]), value: sides.count > 1 ? PercentEncoding.decode(String(sides[1])) : nil)
        }
    }
}
