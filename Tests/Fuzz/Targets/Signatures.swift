// Target "signatures": Authorization headers and presigned queries, of both versions. The first line of an input is the
// method and the request target, the lines after it are headers.

internal import Kernel
internal import Signing

extension FuzzTarget {
    static let signatures = FuzzTarget("signatures", seeds: signatureSeeds, fuzzSignatures)
}

/// Nobody without the secret is verified, and whatever our own signer signs is, until a digit of it is changed.
private func fuzzSignatures(_ bytes: [UInt8]) throws(Flaw) {
    var draws = Draws(bytes)
    let first = (draws.line() ?? "").split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let method = String(first.first ?? ""), target = first.count > 1 ? String(first[1]) : "/"
    let head = RequestHead(method: method, target: target, headers: HeaderFields(draws.pairs()))
    for verifier in [Known.strict, Known.lenient] {
        for family in [ServiceFamily.s3, .json(service: "sagemaker"), .query(service: "sts")] {
            let standing = standing(verifier, head, family)
            try require(standing != .verified, "verified without the secret: \(head)")
        }
    }
    try checkOwnSignature(head)
}

private func standing(
    _ verifier: SignatureVerifier, _ head: RequestHead, _ family: ServiceFamily = .s3
) -> Authentication.Standing? {
    let payload = family == .s3 ? PayloadHash.declared : .computed([UInt8](repeating: 7, count: 32))
    return try? verifier.verify(head, for: family, payload: payload, hostBucket: "bucket", at: Known.now).standing
}

private func checkOwnSignature(_ head: RequestHead) throws(Flaw) {
    var plain = head
    plain.headers.fields.removeAll { !$0.name.isPlainFieldName }
    plain.headers.fields.append((name: "Host", value: "localhost"))
    // A query that asks for authentication by itself may not be signed again.
    guard standing(Known.strict, plain) == .anonymous else { return }
    let signed = Known.signer.sign(plain, payloadHash: "UNSIGNED-PAYLOAD", at: Known.now)
    try require(standing(Known.strict, signed) == .verified, "our own signature is refused: \(signed)")
    var changed = signed
    let last = changed.headers.fields.count - 1
    changed.headers.fields[last].value.changeLastDigit()
    try require(standing(Known.lenient, changed) == nil, "a changed signature is let through: \(changed)")
    var presigned = Known.signer.presign(plain, lifetime: .seconds(60), at: Known.now)
    try require(standing(Known.strict, presigned) == .verified, "our own address is refused: \(presigned)")
    presigned.query.changeLastDigit()
    try require(standing(Known.lenient, presigned) == nil, "a changed address is let through: \(presigned)")
}

extension String {
    /// A token (RFC 9110, 5.6.2) that the signer does not add itself.
    fileprivate var isPlainFieldName: Bool {
        let lowered = lowercased()
        return !isEmpty && utf8.allSatisfy { Self.tokenBytes.contains($0) } && lowered != "authorization"
            && lowered != "host" && !lowered.hasPrefix("x-amz-")
    }

    private static let tokenBytes = Set(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

    fileprivate mutating func changeLastDigit() { append(removeLast() == "0" ? "1" : "0") }
}

private let scope = "\(Known.accessKey)/20150830/us-east-1/s3/aws4_request"
private let otherScope = "other/20150830/us-east-1/sts/aws4_request"
private let digits = String(repeating: "0123456789abcdef", count: 4)
private let signatureSeeds = [
    """
    GET /bucket/a%20key?list-type=2&prefix=x
    Host:localhost
    X-Amz-Date:20150830T123600Z
    X-Amz-Content-SHA256:UNSIGNED-PAYLOAD
    Authorization:AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=host;x-amz-date, Signature=\(digits)
    """,
    """
    POST /
    Host:localhost
    Date:Sun, 30 Aug 2015 12:36:00 GMT
    Authorization:AWS4-HMAC-SHA256 Credential=\(otherScope),SignedHeaders=host,Signature=\(digits)
    """,
    """
    GET /b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=\(scope)&X-Amz-Date=20150830T123600Z\
    &X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=\(digits)
    Host:localhost
    """,
    """
    PUT /b/k?acl
    Date:Sun, 30 Aug 2015 12:36:00 +0000
    Content-Type:text/plain
    Authorization:AWS \(Known.accessKey):AAAAAAAAAAAAAAAAAAAAAAAAAAA=
    """,
    "GET /b/k?AWSAccessKeyId=\(Known.accessKey)&Expires=1440938200&Signature=AAAAAAAAAAAAAAAAAAAAAAAAAAA%3D\n"
        + "Host:b.localhost\n",
    "GET /a//b/../c?b=2&a=1&a=&&=x&X-Amz-Signature\nX-Name:  two   blanks \nx-name:again\n",
]
