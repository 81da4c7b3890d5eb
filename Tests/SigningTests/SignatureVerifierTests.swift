import Digests
import Kernel
import Signing
import Testing

private let golden = SignedRequests.golden

@Test func everyRequestThatBotocoreSignedIsVerified() {
    #expect(golden.requests.count > 200)
    for request in golden.requests {
        #expect(throws: Never.self, "\(request)") {
            let authentication = try golden.verify(request)
            #expect(authentication.standing == .verified)
            #expect(authentication.region.description == request.region)
            #expect(authentication.service == request.service)
            #expect(authentication.principal.accessKey == golden.accessKey)
            #expect(authentication.signatureVersion == .v4)
            #expect(authentication.authType == (request.kind == "s3-query" ? .query : .header))
            #expect((authentication.age != nil) == request.isPresigned)
        }
    }
}

@Test func oneFlippedBitAnywhereIsNoticed() {
    var draws = SeededDraws(seed: 20).stream
    for request in golden.requests {
        for _ in 0..<25 {
            guard let flipped = request.withFlippedBit(&draws) else { continue }
            #expect(throws: ServiceError.self, "\(flipped) instead of \(request)") { _ = try golden.verify(flipped) }
        }
    }
}

extension SignedRequest {
    /// Turns one bit of the method, the target or a signed value; nil where that would mean the same request.
    fileprivate func withFlippedBit(_ draws: inout SeededDraws.Stream) -> SignedRequest? {
        var result = self
        let unsigned = ["user-agent", "expect", "content-length"]
        let places = head.headers.fields.indices.filter {
            !unsigned.contains(head.headers.fields[$0].name.lowercased()) && !head.headers.fields[$0].value.isEmpty
        }
        switch Int.random(in: 0..<(3 + places.count), using: &draws) {
        case 0: result.head.method = flipBit(head.method, &draws)
        case 1:
            result.head.path = flipBit(head.path, &draws)
            if result.head.path.lowercased() == head.path.lowercased(), head.path.contains("%") { return nil }
            // No request reaches us with such a path.
            if !result.head.path.hasPrefix("/") { return nil }
        case 2:
            guard !head.query.isEmpty else { return nil }
            result.head.query = flipBit(head.query, &draws)
            // Escapes may be spelled with small letters; separators in a row are one.
            if result.head.query.lowercased() == head.query.lowercased(), head.query.contains("%") { return nil }
        case let place:
            let index = places[place - 3]
            result.head.headers.fields[index].value = flipBit(head.headers.fields[index].value, &draws)
        }
        return result
    }

    private func flipBit(_ text: String, _ draws: inout SeededDraws.Stream) -> String {
        var bytes = Array(text.utf8)
        bytes[Int.random(in: 0..<bytes.count, using: &draws)] ^= 1 << UInt8.random(in: 0..<8, using: &draws)
        return String(decoding: bytes, as: UTF8.self)
    }
}

@Test func aWrongSecretIsAMismatchThatShowsWhatWasSigned() throws {
    let request = try #require(golden.requests.first { $0.kind == "s3-header" })
    var other = golden
    other.secret += "x"
    let error = #expect(throws: ServiceError.self) { _ = try other.verify(request) }
    #expect(error?.code == "SignatureDoesNotMatch")
    #expect(error?.status == 403)
    let fields = Dictionary(uniqueKeysWithValues: (error?.fields ?? []).map { ($0.name, $0.value) })
    #expect(fields["AWSAccessKeyId"] == golden.accessKey)
    #expect(
        fields["StringToSign"]?.hasPrefix("AWS4-HMAC-SHA256\n20260314T150926Z\n20260314/us-east-1/s3/aws4_request\n")
            == true)
    #expect(fields["CanonicalRequest"]?.hasPrefix("PUT\n/bucket/plain.txt\n\ncontent-type:text/plain\nhost:") == true)
    #expect(fields["CanonicalRequestBytes"]?.hasPrefix("50 55 54 0a 2f") == true)
    #expect(fields["StringToSignBytes"]?.hasPrefix("41 57 53 34") == true)
}

@Test func unknownKeysPassUnverifiedOnlyWhereThePolicyIsLenient() throws {
    for request in golden.requests.prefix(3) {
        var other = golden
        other.accessKey = "OTHER"
        #expect(try other.verify(request, policy: .lenient).standing == .unverified)
        #expect(code { _ = try other.verify(request) } == "InvalidAccessKeyId")
    }
}

@Test func eachFamilyWordsAnUnknownKeyItsOwnWay() throws {
    var other = golden
    other.accessKey = "OTHER"
    let json = try #require(golden.requests.first { $0.service == "sagemaker" })
    #expect(code { _ = try other.verify(json) } == "UnrecognizedClientException")
    let fault = SignatureFault.unknownKey("x")
    #expect(fault.error(for: .query(service: "sts")).code == "InvalidClientTokenId")
    #expect(
        SignatureFault.missing.error(for: .json(service: "sagemaker")).code == "MissingAuthenticationTokenException")
    #expect(SignatureFault.missing.error(for: .query(service: "sts")).code == "MissingAuthenticationToken")
}

@Test func aWrongSignatureForAJSONServiceIsInvalid() throws {
    var other = golden
    other.secret += "x"
    let json = try #require(golden.requests.first { $0.service == "sagemaker" })
    #expect(code { _ = try other.verify(json) } == "InvalidSignatureException")
}

@Test func clocksMayDifferByAQuarterOfAnHour() throws {
    let request = try #require(golden.requests.first { $0.kind == "s3-header" })
    for seconds in [-900, 900] {
        #expect(try golden.verify(request, at: golden.now + .seconds(seconds)).standing == .verified)
    }
    for seconds in [-901, 901] {
        #expect(code { _ = try golden.verify(request, at: golden.now + .seconds(seconds)) } == "RequestTimeTooSkewed")
    }
}

@Test func theSkewIsEnforcedForUnknownKeysToo() throws {
    let request = try #require(golden.requests.first { $0.kind == "s3-header" })
    var other = golden
    other.accessKey = "OTHER"
    let late = golden.now + .seconds(1000)
    #expect(code { _ = try other.verify(request, policy: .lenient, at: late) } == "RequestTimeTooSkewed")
}

@Test func aPresignedRequestEndsWhenItSays() throws {
    let request = try #require(golden.requests.first { $0.isPresigned && $0.head.query.contains("X-Amz-Expires=60&") })
    #expect(try golden.verify(request, at: golden.now + .seconds(60)).standing == .verified)
    let error = #expect(throws: ServiceError.self) { _ = try golden.verify(request, at: golden.now + .seconds(61)) }
    #expect(error?.code == "AccessDenied")
    #expect(error?.message == "Request has expired")
    #expect(
        error?.fields == [
            .init("X-Amz-Expires", "60"), .init("Expires", "2026-03-14T15:10:26Z"),
            .init("ServerTime", "2026-03-14T15:10:27Z"),
        ])
    #expect(code { _ = try golden.verify(request, at: golden.now - .seconds(901)) } == "AccessDenied")
}

@Test func aPresignedRequestGrowsOld() throws {
    let request = try #require(golden.requests.first { $0.isPresigned })
    #expect(try golden.verify(request, at: golden.now + .seconds(42)).age == .seconds(42))
    var other = golden
    other.accessKey = "OTHER"
    #expect(try other.verify(request, policy: .lenient, at: golden.now + .seconds(7)).age == .seconds(7))
}

@Test func theConditionKeysOfBucketPoliciesHaveTheirWords() {
    #expect(SignatureVersion.v2.rawValue == "AWS")
    #expect(SignatureVersion.v4.rawValue == "AWS4-HMAC-SHA256")
    #expect(SignaturePlacement.header.rawValue == "REST-HEADER")
    #expect(SignaturePlacement.query.rawValue == "REST-QUERY-STRING")
    #expect(SignaturePlacement.form.rawValue == "POST")
}

@Test func anUnsignedRequestIsAnonymous() throws {
    let head = RequestHead(method: "GET", target: "/bucket/key?prefix=x", headers: HeaderFields([("Host", "h")]))
    let verifier = SignatureVerifier(credentials: CredentialSet([]), policy: .strict)
    let authentication = try verifier.verify(head, for: .s3, at: golden.now)
    #expect(authentication.standing == .anonymous)
    #expect(authentication.principal.isAnonymous)
    #expect(authentication.signatureVersion == nil)
    #expect(authentication.authType == nil)
}

@Test func anAmazonHeaderThatIsNotSignedIsRefused() throws {
    var request = try #require(golden.requests.first { $0.kind == "s3-header" })
    request.head.headers.fields.append((name: "X-Amz-Acl", value: "public-read"))
    let error = #expect(throws: ServiceError.self) { _ = try golden.verify(request) }
    #expect(error?.code == "AccessDenied")
    #expect(error?.fields == [.init("HeadersNotSigned", "x-amz-acl")])
}

@Test func aBodyThatIsNotTheSignedOneIsRefused() throws {
    var request = try #require(golden.requests.first { $0.service == "sagemaker" })
    request.bodyHash = SHA256Digest.of([1])
    #expect(code { _ = try golden.verify(request) } == "InvalidSignatureException")
}

@Test func accessKeysChooseTheAccount() throws {
    let now = golden.now
    let head = RequestHead(method: "GET", target: "/b", headers: HeaderFields([("Host", "h")]))
    func account(_ accessKey: String, known: [Credentials] = []) throws -> AccountID {
        let credentials = Credentials(accessKey: accessKey, secret: "s", identity: Identity(account: .standard))
        let signed = RequestSigner(credentials, region: .standard, service: "s3")
            .sign(head, payloadHash: "UNSIGNED-PAYLOAD", at: now)
        let verifier = SignatureVerifier(credentials: CredentialSet(known), policy: .lenient)
        return try verifier.verify(signed, for: .s3, at: now).principal.account
    }
    let other = try #require(AccountID("210987654321"))
    #expect(try account("123456789012").description == "123456789012")
    #expect(try account("anything") == .standard)
    #expect(
        try account("known", known: [Credentials(accessKey: "known", secret: "s", identity: Identity(account: other))])
            == other)
}
