import Kernel
import Signing
import Testing

private let now = Instant(seconds: 1_440_938_160)
private let signature = String(repeating: "a", count: 64)
private let verifier = SignatureVerifier(
    credentials: CredentialSet([.wellKnown(account: .standard)]), policy: .lenient)

private func verify(
    authorization: String? = nil, query: String = "", date: String? = "20150830T123600Z",
    hash: String? = "UNSIGNED-PAYLOAD"
) throws -> Authentication {
    var headers = HeaderFields([("Host", "example.com")])
    if let authorization { headers.fields.append((name: "authorization", value: authorization)) }
    if let date { headers.fields.append((name: "x-amz-date", value: date)) }
    if let hash { headers.fields.append((name: "x-amz-content-sha256", value: hash)) }
    let head = RequestHead(method: "GET", target: "/b/k?" + query, headers: headers)
    return try verifier.verify(head, for: .s3, at: now)
}

private func authorization(
    credential: String = "other/20150830/us-east-1/s3/aws4_request",
    signed: String = "host;x-amz-content-sha256;x-amz-date"
) -> String { "AWS4-HMAC-SHA256 Credential=\(credential), SignedHeaders=\(signed), Signature=\(signature)" }

@Test func theScopeIsReadFromTheHeader() throws {
    let authentication = try verify(authorization: authorization())
    #expect(authentication.standing == .unverified)
    #expect(authentication.region == .standard)
    let unspaced = authorization().replacing(", ", with: ",")
    #expect(try verify(authorization: unspaced).standing == .unverified)
}

@Test(arguments: [
    ("nonsense", "InvalidArgument"), ("Basic dGVzdDp0ZXN0", "InvalidArgument"),
    ("AWS AKID:c2ln", "SignatureDoesNotMatch"),
    ("AWS4-ECDSA-P256-SHA256 Credential=x", "NotImplemented"),
    ("AWS4-HMAC-SHA256 Credential=x", "AuthorizationHeaderMalformed"),
    (authorization(credential: "other/20150830/us-east-1/s3"), "AuthorizationHeaderMalformed"),
    (authorization(credential: "other/20150830/us-east-1/s3/aws3_request"), "AuthorizationHeaderMalformed"),
    (authorization(credential: "other/20150831/us-east-1/s3/aws4_request"), "AuthorizationHeaderMalformed"),
    (authorization(credential: "other/20150830/US EAST/s3/aws4_request"), "AuthorizationHeaderMalformed"),
    (authorization(credential: "other/20150830/us-east-1/sqs/aws4_request"), "AuthorizationHeaderMalformed"),
    (authorization(credential: "/20150830/us-east-1/s3/aws4_request"), "AuthorizationHeaderMalformed"),
    (authorization(signed: "x-amz-content-sha256;x-amz-date"), "AccessDenied"),
    (authorization(signed: "host;x-amz-content-sha256"), "AccessDenied"),
    (authorization().replacing("Signature=a", with: "Signature=z"), "SignatureDoesNotMatch"),
    (authorization().dropLast().description, "SignatureDoesNotMatch"),
    (authorization(credential: "test/20150830/us-east-1/s3/aws4_request"), "SignatureDoesNotMatch"),
])
func aHeaderThatIsWrongIsRefusedWithItsCode(value: String, expected: String) {
    #expect(code { _ = try verify(authorization: value) } == expected)
}

@Test func theDateAndThePayloadHashMustBeThere() {
    #expect(code { _ = try verify(authorization: authorization(), date: nil) } == "AccessDenied")
    #expect(code { _ = try verify(authorization: authorization(), date: "yesterday") } == "AccessDenied")
    #expect(code { _ = try verify(authorization: authorization(), hash: nil) } == "InvalidRequest")
}

private func query(
    algorithm: String = "AWS4-HMAC-SHA256", credential: String = "other%2F20150830%2Fus-east-1%2Fs3%2Faws4_request",
    date: String = "20150830T123600Z", expires: String = "60", rest: String = "&X-Amz-SignedHeaders=host"
) -> String {
    "X-Amz-Algorithm=\(algorithm)&X-Amz-Credential=\(credential)&X-Amz-Date=\(date)&X-Amz-Expires=\(expires)"
        + "&X-Amz-Signature=\(signature)\(rest)"
}

@Test func theScopeIsReadFromTheQuery() throws {
    #expect(try verify(query: query(), date: nil, hash: nil).standing == .unverified)
}

@Test func parametersOfVersion2MeanNothingBesideThoseOfVersion4() throws {
    let others = "&Expires=1&AWSAccessKeyId=test&X-Amz-SignedHeaders=host"
    let authentication = try verify(query: query(rest: others), date: nil, hash: nil)
    #expect(authentication.signatureVersion == .v4)
    #expect(authentication.principal.accessKey == "other")
}

@Test(arguments: [
    (query(rest: ""), "AuthorizationQueryParametersError"),
    (query(algorithm: "AWS4-HMAC-SHA1"), "AuthorizationQueryParametersError"),
    (query(algorithm: "AWS4-ECDSA-P256-SHA256"), "NotImplemented"),
    (query(credential: "x"), "AuthorizationQueryParametersError"),
    (query(date: "2015"), "AuthorizationQueryParametersError"),
    (query(expires: "soon"), "AuthorizationQueryParametersError"),
    (query(expires: "-1"), "AuthorizationQueryParametersError"),
    (query(expires: "604801"), "AuthorizationQueryParametersError"),
    (query(rest: "&X-Amz-SignedHeaders=date"), "AccessDenied"),
    ("X-Amz-Signature=1", "AuthorizationQueryParametersError"),
    ("AWSAccessKeyId=a&Signature=b&Expires=1", "AccessDenied"),
])
func aQueryThatIsWrongIsRefusedWithItsCode(query: String, expected: String) {
    #expect(code { _ = try verify(query: query, date: nil, hash: nil) } == expected)
}
