import Digests
import Kernel
import Signing
import Testing

private let documented = Credentials(
    accessKey: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    identity: Identity(account: .standard))
private let may2013 = Instant(seconds: 1_369_353_600)
private let emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/// S3 API reference, "Authenticating Requests: Using Query Parameters", its example.
@Test func presigningMeetsTheDocumentedExample() {
    let head = RequestHead(
        method: "GET", target: "/test.txt", headers: HeaderFields([("Host", "examplebucket.s3.amazonaws.com")]))
    let signed = RequestSigner(documented, region: .standard, service: "s3")
        .presign(head, lifetime: .seconds(86_400), at: may2013)
    #expect(
        signed.query == "X-Amz-Algorithm=AWS4-HMAC-SHA256"
            + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
            + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
}

/// S3 API reference, "Signature Calculations for the Authorization Header", its GET examples.
@Test(arguments: [
    ("/test.txt", [("Range", "bytes=0-9")], "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    ("/?lifecycle", [], "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    ("/?max-keys=2&prefix=J", [], "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
])
func headerSigningMeetsTheDocumentedExamples(target: String, headers: [(String, String)], signature: String) {
    let fields = [(name: "Host", value: "examplebucket.s3.amazonaws.com")] + headers.map { (name: $0.0, value: $0.1) }
    let head = RequestHead(method: "GET", target: target, headers: HeaderFields(fields))
    let signed = RequestSigner(documented, region: .standard, service: "s3")
        .sign(head, payloadHash: emptyHash, at: may2013)
    #expect(signed.headers["authorization"]?.hasSuffix("Signature=" + signature) == true)
}

/// AWS's Signature Version 4 test suite.
@Test(arguments: [
    ("GET", "/", [], "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("GET", "/?Param2=value2&Param1=value1", [], "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    (
        "GET", "/", [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
        "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"
    ),
    ("GET", "/example/..", [], "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("GET", "/./", [], "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
])
func signingMeetsTheTestSuite(method: String, target: String, headers: [(String, String)], signature: String) {
    let credentials = Credentials(
        accessKey: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        identity: Identity(account: .standard))
    let fields = [(name: "Host", value: "example.amazonaws.com")] + headers.map { (name: $0.0, value: $0.1) }
    let head = RequestHead(method: method, target: target, headers: HeaderFields(fields))
    let signed = RequestSigner(credentials, region: .standard, service: "service")
        .sign(head, payloadHash: emptyHash, at: Instant(seconds: 1_440_938_160))
    #expect(signed.headers["authorization"]?.hasSuffix("Signature=" + signature) == true)
}

@Test func whatIsSignedHereIsVerifiedHere() throws {
    var credentials = documented
    credentials.sessionToken = "a/token+="
    credentials.expiration = may2013 + .seconds(100)
    let verifier = SignatureVerifier(credentials: CredentialSet([credentials]), policy: .strict)
    let signer = RequestSigner(credentials, region: .standard, service: "s3")
    let head = RequestHead(
        method: "PUT", target: "/b/" + PercentEncoding.encode("ä b/c+d", keepingSlashes: true) + "?tagging&x=a/b",
        headers: HeaderFields([("Host", "h:1"), ("x-amz-meta-x", " 1 ")]))
    for signed in [
        signer.sign(head, payloadHash: emptyHash, at: may2013),
        signer.presign(head, lifetime: .seconds(200), at: may2013),
    ] {
        #expect(try verifier.verify(signed, for: .s3, at: may2013).standing == .verified)
        #expect(code { _ = try verifier.verify(signed, for: .s3, at: may2013 + .seconds(101)) } == "ExpiredToken")
    }
    var other = credentials
    other.sessionToken = "another"
    let foreign = RequestSigner(other, region: .standard, service: "s3").sign(head, payloadHash: emptyHash, at: may2013)
    #expect(code { _ = try verifier.verify(foreign, for: .s3, at: may2013) } == "InvalidToken")
}

/// S3 API reference, "Transferring Payload in Multiple Chunks", its example: 65 KiB of the letter a.
@Test func chunkSignaturesMeetTheDocumentedExample() throws {
    let headers = [
        ("Host", "s3.amazonaws.com"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("Content-Encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "66560"), ("Content-Length", "66824"),
    ]
    let head = RequestHead(
        method: "PUT", target: "/examplebucket/chunkObject.txt",
        headers: HeaderFields(headers.map { (name: $0.0, value: $0.1) }))
    let signer = RequestSigner(documented, region: .standard, service: "s3")
    let signed = signer.sign(head, payloadHash: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", at: may2013)
    #expect(
        signed.headers["authorization"]?.hasSuffix("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9")
            == true)
    let verifier = SignatureVerifier(credentials: CredentialSet([documented]), policy: .strict)
    var chunks = try #require(try verifier.verify(signed, for: .s3, at: may2013).chunks)
    let expected = [
        (65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
        (1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
        (0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
    ]
    for (count, signature) in expected {
        let hash = SHA256Digest.of([UInt8](repeating: UInt8(ascii: "a"), count: count))
        let isRight = chunks.verify(signature, chunkHash: hash)
        #expect(isRight)
    }
    let repeated = chunks.verify(expected[2].1, chunkHash: SHA256Digest.of([]))
    #expect(!repeated)
}
