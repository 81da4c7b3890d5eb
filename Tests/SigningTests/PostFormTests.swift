import Kernel
import Signing
import Testing

private let golden = SignedRequests.golden
private let credential = "other/20260314/us-east-1/s3/aws4_request"

private func refused(_ fields: [(name: String, value: String)]) -> ServiceError? {
    refusal { _ = try golden.verify(PostForm(fields), policy: .lenient) }
}

private let version4 = [
    (name: "policy", value: "e30="), (name: "x-amz-algorithm", value: "AWS4-HMAC-SHA256"),
    (name: "x-amz-credential", value: credential), (name: "x-amz-date", value: "20260314T150926Z"),
    (name: "x-amz-signature", value: String(repeating: "a", count: 64)),
]
private let version2 = [
    (name: "policy", value: "e30="), (name: "AWSAccessKeyId", value: "other"),
    (name: "signature", value: "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
]

@Test func fieldsAreFoundWithoutCaseAndRepeatedOnesJoined() {
    let form = PostForm([
        (name: "Key", value: "k"), (name: "x-amz-meta-tag", value: "a"), (name: "X-Amz-Meta-Tag", value: "b"),
    ])
    #expect(form["kEY"] == "k")
    #expect(form["x-amz-meta-tag"] == "a,b")
    #expect(form["acl"] == nil)
}

@Test func aFormWithoutASignatureIsAnonymous() throws {
    for fields in [[], [(name: "key", value: "k")], [(name: "key", value: "k"), (name: "policy", value: "e30=")]] {
        let (authentication, policy) = try golden.verify(PostForm(fields))
        #expect(authentication.standing == .anonymous)
        #expect(authentication.principal.isAnonymous)
        #expect(authentication.authType == nil)
        #expect(policy == nil)
    }
}

@Test(arguments: ["policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"])
func aFormOfVersion4NeedsAllFields(missing: String) {
    let names = [
        "policy": "Policy", "x-amz-algorithm": "X-Amz-Algorithm", "x-amz-credential": "X-Amz-Credential",
        "x-amz-date": "X-Amz-Date", "x-amz-signature": "X-Amz-Signature",
    ]
    expectMissing(names[missing] ?? "", refused(version4.filter { $0.name != missing }))
    expectMissing(
        names[missing] ?? "", refused(version4.map { (name: $0.name, value: $0.name == missing ? "" : $0.value) }))
}

@Test(arguments: ["policy", "AWSAccessKeyId", "signature"])
func aFormOfVersion2NeedsAllFields(missing: String) {
    let names = ["policy": "Policy", "signature": "Signature"]
    expectMissing(names[missing] ?? missing, refused(version2.filter { $0.name != missing }))
}

private func expectMissing(_ name: String, _ error: ServiceError?) {
    #expect(error == .missingFormField(name))
    #expect(error?.code == "InvalidArgument")
    #expect(error?.status == 400)
    #expect(
        error?.message
            == "Bucket POST must contain a field named '\(name)'.  "
            + "If it is specified, please check the order of the fields."
    )
    #expect(error?.fields == [.init("ArgumentName", name), .init("ArgumentValue", "")])
}

@Test(arguments: [
    ("x-amz-algorithm", "AWS4-HMAC-SHA1", "InvalidArgument", "X-Amz-Algorithm"),
    ("x-amz-algorithm", "AWS4-ECDSA-P256-SHA256", "NotImplemented", nil),
    ("x-amz-date", "Sat, 14 Mar 2026 15:09:26 GMT", "InvalidArgument", "X-Amz-Date"),
    ("x-amz-credential", "other", "InvalidArgument", "X-Amz-Credential"),
    ("x-amz-credential", "other/20260314/us-east-1/s3/aws2_request", "InvalidArgument", "X-Amz-Credential"),
    ("x-amz-credential", "other/20260315/us-east-1/s3/aws4_request", "InvalidArgument", "X-Amz-Credential"),
    ("x-amz-credential", "other/20260314/us-east-1/sts/aws4_request", "InvalidArgument", "X-Amz-Credential"),
    ("x-amz-signature", String(repeating: "z", count: 64), "SignatureDoesNotMatch", nil),
])
func aFieldThatIsWrongIsNamed(field: String, value: String, expected: String, argument: String?) {
    let error = refused(version4.map { (name: $0.name, value: $0.name == field ? value : $0.value) })
    #expect(error?.code == expected)
    #expect(error?.field("ArgumentName") == argument)
    if argument != nil { #expect(error?.field("ArgumentValue") == value) }
}

@Test func theSignatureComesBeforeThePolicy() {
    // Neither is right: the first thing said is about the signature.
    let broken = version2.map {
        (name: $0.name, value: $0.name == "signature" ? "A" : $0.name == "policy" ? "?" : $0.value)
    }
    #expect(refused(broken)?.code == "SignatureDoesNotMatch")
    #expect(refused(version2)?.code == "InvalidPolicyDocument")
}
