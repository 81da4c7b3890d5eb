import Kernel
import Signing
import Testing

private let now = Instant(seconds: 1_440_938_160)
private let signature = "AAAAAAAAAAAAAAAAAAAAAAAAAAA="

private func refused(
    authorization: String? = nil, query: String = "", headers: [(name: String, value: String)] = [],
    family: ServiceFamily = .s3
) -> ServiceError? {
    var fields = headers
    if let authorization { fields.append((name: "Authorization", value: authorization)) }
    let head = RequestHead(method: "GET", target: "/b/k?" + query, headers: HeaderFields(fields))
    let verifier = SignatureVerifier(credentials: CredentialSet([]), policy: .lenient)
    return refusal { _ = try verifier.verify(head, for: family, at: now) }
}

@Test(arguments: [
    ("Date", "Sun, 30 Aug 2015 12:36:00 GMT"), ("date", "Sun, 30 Aug 2015 12:36:00 +0000"),
    ("date", "Sun, 30 Aug 2015 14:06:00 +0130"), ("x-amz-date", "Sun, 30 Aug 2015 08:36:00 -0400"),
    ("X-Amz-Date", "20150830T123600Z"),
])
func aDateIsReadInEachForm(name: String, value: String) {
    #expect(refused(authorization: "AWS k:\(signature)", headers: [(name, value)]) == nil)
}

@Test(arguments: ["", "yesterday", "Sun, 30 Aug 2015 12:36:00 +00:0", "Sun, 30 Aug 2015 12:36:00 *0000"])
func aDateThatIsNoneIsRefused(value: String) {
    let error = refused(authorization: "AWS k:\(signature)", headers: [("Date", value)])
    #expect(error?.code == "AccessDenied")
    #expect(error?.message == "AWS authentication requires a valid Date or x-amz-date header")
}

@Test func aDateIsNeeded() {
    #expect(refused(authorization: "AWS k:\(signature)")?.code == "AccessDenied")
    // The date of Amazon's own header counts, readable or not.
    let headers = [(name: "Date", value: "Sun, 30 Aug 2015 12:36:00 GMT"), (name: "x-amz-date", value: "?")]
    #expect(refused(authorization: "AWS k:\(signature)", headers: headers)?.code == "AccessDenied")
}

@Test(arguments: [
    ("AWS", "Authorization header is invalid -- one and only one ' ' (space) required"),
    ("AWS  k:\(signature)", "Authorization header is invalid -- one and only one ' ' (space) required"),
    ("AWS ", "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature"),
    ("AWS k", "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature"),
    ("AWS k:", "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature"),
    ("AWS k:a:b", "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature"),
])
func aMalformedHeaderIsNamed(value: String, message: String) {
    let error = refused(authorization: value, headers: [("Date", "Sun, 30 Aug 2015 12:36:00 GMT")])
    #expect(error?.code == "InvalidArgument")
    #expect(error?.status == 400)
    #expect(error?.message == message)
    #expect(error?.fields == [.init("ArgumentName", "Authorization"), .init("ArgumentValue", value)])
}

@Test(arguments: [
    "Signature=\(signature)", "Signature=\(signature)&Expires=1440938160", "Signature=\(signature)&AWSAccessKeyId=k",
])
func aQueryNeedsAllThreeParameters(query: String) {
    let error = refused(query: query)
    #expect(error?.code == "AccessDenied")
    #expect(error?.status == 403)
    #expect(
        error?.message == "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters")
}

@Test(arguments: ["soon", "", "1e9", "2147483648", "1440938160.5"])
func aQueryEndsAtSecondsSinceTheEpoch(expires: String) {
    let error = refused(query: "AWSAccessKeyId=k&Expires=\(expires)&Signature=\(signature)")
    #expect(error?.code == "AccessDenied")
    #expect(error?.message == "Invalid date (should be seconds since epoch): \(expires)")
}

@Test func aKeyWithoutASignatureSignsNothing() throws {
    let head = RequestHead(
        method: "GET", target: "/b/k?AWSAccessKeyId=k&Expires=1", headers: HeaderFields([("Host", "h")]))
    let verifier = SignatureVerifier(credentials: CredentialSet([]), policy: .strict)
    #expect(try verifier.verify(head, for: .s3, at: now).standing == .anonymous)
}

@Test func onlyOneSignatureIsAllowed() {
    let message =
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
        + "parameter or the Authorization header should be specified"
    for authorization in ["AWS k:\(signature)", "AWS4-HMAC-SHA256 Credential=x", "Bearer x", ""] {
        for query in ["X-Amz-Algorithm=AWS4-HMAC-SHA256", "prefix=a&Signature=x", "a&Signature"] {
            let error = refused(authorization: authorization, query: query)
            #expect(error?.code == "InvalidArgument")
            #expect(error?.status == 400)
            #expect(error?.message == message)
            #expect(error?.fields == [.init("ArgumentName", "Authorization"), .init("ArgumentValue", authorization)])
        }
    }
    let error = refused(query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&Signature=x")
    #expect(error?.message == message)
    #expect(error?.fields == [.init("ArgumentName", "Authorization")])
    #expect(
        refused(authorization: "AWS k:\(signature)", query: "X-Amz-Date=1&Expires=2&signature=3")?.code
            == "AccessDenied")
}

@Test func noOtherServiceTakesVersion2() {
    let date = [(name: "Date", value: "Sun, 30 Aug 2015 12:36:00 GMT")]
    let query = "AWSAccessKeyId=k&Expires=1440938160&Signature=\(signature)"
    let json = ServiceFamily.json(service: "sagemaker"), form = ServiceFamily.query(service: "sts")
    for authorization in ["AWS k:\(signature)", "AWS k"] {
        let error = refused(authorization: authorization, headers: date, family: json)
        #expect(error?.code == "IncompleteSignatureException")
        #expect(refused(authorization: authorization, headers: date, family: form)?.code == "IncompleteSignature")
    }
    #expect(refused(query: query, family: json)?.code == "IncompleteSignatureException")
    #expect(refused(query: query, family: form)?.code == "IncompleteSignature")
    #expect(refused(query: "Signature=1", family: form)?.code == "IncompleteSignature")
}
