import Kernel
import Signing
import Testing

private let golden = SignedRequests.golden

@Test func everyRequestOfVersion2IsVerified() {
    #expect(golden.version2.count > 150)
    for request in golden.version2 {
        #expect(throws: Never.self, "\(request)") {
            let authentication = try golden.verify(request)
            #expect(authentication.standing == .verified)
            #expect(authentication.region == .standard)
            #expect(authentication.service == "s3")
            #expect(authentication.principal.accessKey == golden.accessKey)
            #expect(authentication.signatureVersion == .v2)
            #expect(authentication.authType == (request.isPresigned ? .query : .header))
            #expect(authentication.age == nil)
            #expect(authentication.chunks == nil)
        }
    }
}

@Test func everyChangeOfWhatVersion2SignsIsNoticed() {
    for request in golden.version2 {
        for changed in request.changed {
            #expect(throws: ServiceError.self, "\(changed) \(changed.head.headers.fields)") {
                _ = try golden.verify(changed)
            }
        }
    }
}

extension Version2Request {
    /// The request with each signed part changed in turn.
    fileprivate var changed: [Version2Request] {
        var results: [Version2Request] = []
        func change(_ body: (inout Version2Request) -> Void) {
            var copy = self
            body(&copy)
            results.append(copy)
        }
        change { $0.head.method += "X" }
        change { $0.head.path += "x" }
        change { $0.hostBucket = ($0.hostBucket ?? "") + "x" }
        change { $0.head.query += ($0.head.query.isEmpty ? "" : "&") + "torrent" }
        change { $0.head.headers.fields.append((name: "X-Amz-Grant-Read", value: "id=1")) }
        change { $0.head.headers.fields.insert((name: "Content-MD5", value: "1B2M2Y8AsgTpgAmY7PhCfg=="), at: 0) }
        for word in ["versionId=v", "uploadId=u", "partNumber=1", "Expires=17735010", "x-amz-acl=p", "Signature="] {
            if head.query.contains(word) { change { $0.head.query.replace(word, with: word + "1") } }
        }
        let unsigned = ["host", "range"]
        for index in head.headers.fields.indices where !unsigned.contains(head.headers.fields[index].name.lowercased())
        {
            change { $0.head.headers.fields[index].value += "1" }
        }
        if hostBucket != nil { change { $0.hostBucket = nil } }
        return results
    }
}

/// S3's developer guide, "Signing and authenticating REST requests", its examples.
struct Version2Example: Sendable {
    var method = "GET"
    var target: String
    var hostBucket: String? = "johnsmith"
    var date: String
    var headers: [(name: String, value: String)] = []
    var signature: String
}

@Test(arguments: [
    Version2Example(
        target: "/photos/puppy.jpg", date: "Tue, 27 Mar 2007 19:36:42 +0000",
        signature: "bWq2s1WEIj+Ydj0vQ697zp+IXMU="),
    Version2Example(
        target: "/photos/puppy.jpg", hostBucket: "awsexamplebucket1", date: "Tue, 27 Mar 2007 19:36:42 +0000",
        signature: "qgk2+6Sv9/oM7G3qLEjTH1a1l1g="),
    Version2Example(
        method: "PUT", target: "/photos/puppy.jpg", date: "Tue, 27 Mar 2007 21:15:45 +0000",
        headers: [("Content-Type", "image/jpeg"), ("Content-Length", "94328")],
        signature: "MyyxeRY7whkBe+bq8fHCL/2kKUg="),
    Version2Example(
        target: "/?prefix=photos&max-keys=50&marker=puppy", date: "Tue, 27 Mar 2007 19:42:41 +0000",
        headers: [("User-Agent", "Mozilla/5.0")], signature: "htDYFYduRNen8P9ZfE/s9SuKy0U="),
    Version2Example(
        target: "/?acl", date: "Tue, 27 Mar 2007 19:44:46 +0000", signature: "c2WLPFtWHVgbEmeEG93a4cG37dM="),
    Version2Example(
        method: "PUT", target: "/db-backup.dat.gz", hostBucket: "static.johnsmith.net",
        date: "Tue, 27 Mar 2007 21:06:08 +0000",
        headers: [
            ("x-amz-acl", "public-read"), ("content-type", "application/x-download"),
            ("Content-MD5", "4gJE4saaMU4BqNR0kLY+lw=="), ("X-Amz-Meta-ReviewedBy", "joe@johnsmith.net"),
            ("X-Amz-Meta-ReviewedBy", "jane@johnsmith.net"), ("X-Amz-Meta-FileChecksum", "0x02661779"),
            ("X-Amz-Meta-ChecksumAlgorithm", "crc32"), ("Content-Disposition", "attachment; filename=database.dat"),
        ], signature: "ilyl83RwaSoYIEdixDQcA4OnAnc="),
    Version2Example(
        target: "/", hostBucket: nil, date: "Wed, 28 Mar 2007 01:29:59 +0000", signature: "qGdzdERIC03wnaRNKh6OqZehG9s="
    ),
    Version2Example(
        target: "/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re", hostBucket: nil, date: "Wed, 28 Mar 2007 01:49:49 +0000",
        signature: "DNEZGsoieTZ92F3bUfSPQcbGmlM="),
])
func version2MeetsTheDocumentedExamples(example: Version2Example) throws {
    let documented = Credentials(
        accessKey: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        identity: Identity(account: .standard))
    let verifier = SignatureVerifier(credentials: CredentialSet([documented]), policy: .strict)
    let head = RequestHead(
        method: example.method, target: example.target,
        headers: HeaderFields(
            example.headers + [
                ("Date", example.date), ("Authorization", "AWS AKIAIOSFODNN7EXAMPLE:\(example.signature)"),
            ]))
    let now = try #require(Instant(httpDate: example.date.replacing("+0000", with: "GMT")))
    #expect(try verifier.verify(head, for: .s3, hostBucket: example.hostBucket, at: now).standing == .verified)
    #expect(code { _ = try verifier.verify(head, for: .s3, hostBucket: "x", at: now) } == "SignatureDoesNotMatch")
}

/// The same guide, "Query string request authentication alternative".
@Test func version2MeetsTheDocumentedQuery() throws {
    let documented = Credentials(
        accessKey: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        identity: Identity(account: .standard))
    let head = RequestHead(
        method: "GET",
        target: "/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE"
            + "&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620",
        headers: HeaderFields([("Host", "johnsmith.s3.amazonaws.com")]))
    let verifier = SignatureVerifier(credentials: CredentialSet([documented]), policy: .strict)
    let end = Instant(seconds: 1_175_139_620)
    #expect(try verifier.verify(head, for: .s3, hostBucket: "johnsmith", at: end).standing == .verified)
}
