import Kernel
import Signing
import Testing

private let golden = SignedRequests.golden

private func recorded(presigned: Bool, token: Bool = false) throws -> Version2Request {
    try #require(golden.version2.first { $0.isPresigned == presigned && ($0.token != nil) == token })
}

@Test func aWrongSecretOfVersion2ShowsTheStringToSign() throws {
    var other = golden
    other.secret += "x"
    let request = try #require(golden.version2.first { $0.head.path.hasSuffix("~.txt") && $0.head.query == "acl" })
    let error = try #require(refusal { _ = try other.verify(request) })
    #expect(error.code == "SignatureDoesNotMatch")
    #expect(error.status == 403)
    #expect(
        error.fields.map(\.name) == ["AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes"])
    let text = "GET\n\n\nSat, 14 Mar 2026 15:09:26 GMT\n/bucket/a%20b%2Bc/%C3%BCmlaut%3F~.txt?acl"
    #expect(error.field("AWSAccessKeyId") == golden.accessKey)
    #expect(error.field("StringToSign") == text)
    #expect(error.field("SignatureProvided")?.utf8.count == 28)
    #expect(error.field("StringToSignBytes")?.hasPrefix("47 45 54 0a 0a 0a 53") == true)
}

@Test func aBucketInThePathIsShownAsItWasSent() throws {
    var other = golden
    other.secret += "x"
    let request = try #require(golden.version2.first { $0.head.path == "/bucket" && $0.head.query == "location" })
    let text = refusal { _ = try other.verify(request) }?.field("StringToSign")
    #expect(text == "GET\n\n\nSat, 14 Mar 2026 15:09:26 GMT\n/bucket?location")
}

/// What minio-go 7 signs: it sends `?location=` and signs `location`, and `encryption` counts as a sub-resource.
/// The signatures are HMACs of those strings by Python's hmac module.
@Test(arguments: [
    ("/bucket/?location=", "3YyuvZzvzw+NBExqA3mvl7Pr75o="), ("/bucket/?encryption=", "RoyWMkqGS53tVVSoAtb7F521aLA="),
])
func theFormsOfOtherClientsAreVerifiedToo(target: String, signature: String) throws {
    let head = RequestHead(
        method: "GET", target: target,
        headers: HeaderFields([
            ("Date", "Sat, 14 Mar 2026 15:09:26 GMT"), ("Authorization", "AWS \(golden.accessKey):\(signature)"),
        ]))
    #expect(try golden.verifier().verify(head, for: .s3, at: golden.now).standing == .verified)
}

@Test func version2WithAnUnknownKeyPassesOnlyWhereThePolicyIsLenient() throws {
    var other = golden
    other.accessKey = "OTHER"
    for presigned in [false, true] {
        let request = try recorded(presigned: presigned)
        let authentication = try other.verify(request, policy: .lenient)
        #expect(authentication.standing == .unverified)
        #expect(authentication.principal.accessKey == golden.accessKey)
        #expect(authentication.signatureVersion == .v2)
        #expect(authentication.authType == (presigned ? .query : .header))
        let error = refusal { _ = try other.verify(request) }
        #expect(error?.code == "InvalidAccessKeyId")
        #expect(error?.field("AWSAccessKeyId") == golden.accessKey)
    }
}

@Test func anAccountAsAKeyOfVersion2ChoosesTheAccount() throws {
    let head = RequestHead(
        method: "GET",
        target: "/b?AWSAccessKeyId=210987654321&Expires=2000000000"
            + "&Signature=AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        headers: HeaderFields([]))
    let verifier = golden.verifier(policy: .lenient)
    #expect(try verifier.verify(head, for: .s3, at: golden.now).principal.account.description == "210987654321")
    var broken = head
    broken.query.removeLast(2)
    #expect(code { _ = try verifier.verify(broken, for: .s3, at: golden.now) } == "SignatureDoesNotMatch")
}

@Test func theClockOfVersion2MayDifferByAQuarterOfAnHour() throws {
    let request = try recorded(presigned: false)
    for seconds in [-900, 900] {
        #expect(try golden.verify(request, at: golden.now + .seconds(seconds)).standing == .verified)
    }
    for seconds in [-901, 901] {
        let error = refusal { _ = try golden.verify(request, at: golden.now + .seconds(seconds)) }
        #expect(error?.code == "RequestTimeTooSkewed")
        #expect(error?.field("RequestTime") == "Sat, 14 Mar 2026 15:09:26 GMT")
    }
    var other = golden
    other.accessKey = "OTHER"
    let late = golden.now + .seconds(901)
    #expect(code { _ = try other.verify(request, policy: .lenient, at: late) } == "RequestTimeTooSkewed")
}

@Test func aQueryOfVersion2EndsWhenItSays() throws {
    let request = try recorded(presigned: true)
    for seconds in [-1_000_000, 60] {
        #expect(try golden.verify(request, at: golden.now + .seconds(seconds)).standing == .verified)
    }
    let error = refusal { _ = try golden.verify(request, at: golden.now + .seconds(61)) }
    #expect(error?.code == "AccessDenied")
    #expect(error?.message == "Request has expired")
    #expect(
        error?.fields == [.init("Expires", "2026-03-14T15:10:26Z"), .init("ServerTime", "2026-03-14T15:10:27Z")])
}

@Test func version2CarriesSessionTokens() throws {
    for presigned in [false, true] {
        let request = try recorded(presigned: presigned, token: true)
        let bare = try recorded(presigned: presigned)
        func verify(_ request: Version2Request, token: String?) throws -> Authentication {
            try golden.verifier(token: token)
                .verify(request.head, for: .s3, hostBucket: request.hostBucket, at: golden.now)
        }
        #expect(try verify(request, token: request.token).standing == .verified)
        #expect(code { _ = try verify(request, token: "another") } == "InvalidToken")
        #expect(code { _ = try verify(bare, token: request.token) } == "InvalidToken")
    }
}
