import Digests
import Kernel
import Signing
import Testing

private let now = Instant(seconds: 1_773_500_966)

/// A form with a policy of these conditions, besides those that every form needs.
private func form(_ conditions: String, _ fields: [(name: String, value: String)]) -> PostForm {
    let document = #"{"expiration": "2026-03-14T15:10:26Z", "conditions": [{"bucket": "bucket"}, \#(conditions)]}"#
    return form(document: document, fields)
}

private func form(document: String, _ fields: [(name: String, value: String)] = []) -> PostForm {
    PostForm(
        fields + [
            ("AWSAccessKeyId", "other"), ("signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            ("policy", Base64.text(Array(document.utf8))),
        ])
}

private func policy(_ form: PostForm) throws -> PostPolicy? {
    try SignatureVerifier(credentials: CredentialSet([]), policy: .lenient).verify(
        form: form, bucket: "bucket", at: now
    ).1
}

private func refused(_ form: PostForm) -> ServiceError? { refusal { _ = try policy(form) } }

// MARK: Conditions

@Test(arguments: [
    (#"{"acl": "private"}"#, "acl", "private"), (#"{"AcL": "private"}"#, "aCL", "private"),
    (#"["eq", "$acl", "private"]"#, "acl", "private"), (#"["EQ", "$acl", "private"]"#, "acl", "private"),
    (#"{"acl": ""}"#, "acl", ""), (#"["starts-with", "$key", "user/"]"#, "key", "user/cat"),
    (#"["StArTs-WiTh", "$KeY", "user/"]"#, "key", "user/"), (#"["starts-with", "$key", ""]"#, "key", "anything"),
    (#"["starts-with", "$key", ""]"#, "key", ""),
    (#"["starts-with", "$Content-Type", "image/"]"#, "content-type", "image/png"),
    (#"["starts-with", "$content-type", "image/"]"#, "Content-Type", "image/jpg,image/png, image/gif"),
    (#"["eq", "$Content-Type", "image/jpg,text/plain"]"#, "Content-Type", "image/jpg,text/plain"),
    (#"["starts-with", "$key", "a,b"]"#, "key", "a,b,c"), (#"["eq", "$key", "\u00fc\"\\"]"#, "key", "ü\"\\"),
    (#"["starts-with", "$key", "\$a\v"]"#, "key", "$a\u{0B}b"),
    (#"["starts-with", "$key", "\\$a"]"#, "key", "\\$a.txt"),
    (#"["eq", "$key", "k"], ["starts-with", "$key", "k"]"#, "key", "k"),
])
func aConditionThatHoldsLetsTheFormPass(conditions: String, name: String, value: String) {
    #expect(refused(form(conditions, [(name, value)])) == nil)
}

@Test(arguments: [
    (#"{"acl": "private"}"#, "acl", "public-read", #"["eq", "$acl", "private"]"#),
    (#"{"ACL":"private"}"#, "acl", "Private", #"["eq", "$ACL", "private"]"#),
    (#"["eq","$acl","private"]"#, "acl", "private ", #"["eq", "$acl", "private"]"#),
    (#"["eq", "acl", "private"]"#, "acl", "private", #"["eq", "acl", "private"]"#),
    (#"["starts-with", "$key", "user/"]"#, "key", "User/cat", #"["starts-with", "$key", "user/"]"#),
    (#"["starts-with", "$key", "user/"]"#, "key", "user", #"["starts-with", "$key", "user/"]"#),
    (#"["starts-with", "$acl", ""]"#, "key", "a", #"["starts-with", "$acl", ""]"#),
    (
        #"["starts-with", "$Content-Type", "image/"]"#, "Content-Type", "image/jpg,text/plain",
        #"["starts-with", "$Content-Type", "image/"]"#
    ),
    (
        #"["starts-with", "$Content-Type", "image/"]"#, "Content-Type", "image/a,",
        #"["starts-with", "$Content-Type", "image/"]"#
    ),
    (#"{"key": "a\"b"}"#, "key", "a", #"["eq", "$key", "a\"b"]"#),
    (#"{"key": "\u00fc"}"#, "key", "u\u{308}", #"["eq", "$key", "ü"]"#),
    (#"{"key": "a"}, {"key": "b"}"#, "key", "a", #"["eq", "$key", "b"]"#),
    (#"{"bucket": "another"}"#, "bucket", "another", #"["eq", "$bucket", "another"]"#),
    (#"["content-length-range", "test", "10"]"#, "x-ignore-a", "", #"["content-length-range", "test", "10"]"#),
])
func aConditionThatFailsIsShown(conditions: String, name: String, value: String, shown: String) {
    let error = refused(form(conditions, [(name, value)]))
    #expect(error?.code == "AccessDenied")
    #expect(error?.status == 403)
    #expect(error?.message == "Invalid according to Policy: Policy Condition failed: \(shown)")
}

@Test func valuesOfARepeatedFieldAreJoined() {
    let fields = [(name: "x-amz-meta-tag", value: "Ninja"), (name: "X-Amz-Meta-Tag", value: "Stallman")]
    #expect(refused(form(#"{"x-amz-meta-tag": "Ninja,Stallman"}"#, fields)) == nil)
    #expect(refused(form(#"{"x-amz-meta-tag": "Ninja"}"#, fields))?.code == "AccessDenied")
}

@Test func everyFieldNeedsACondition() {
    let free = [(name: "x-ignore-note", value: "1"), (name: "X-Ignore-Other", value: "2"), (name: "file", value: "")]
    let condition = #"["starts-with", "$key", ""]"#, key = (name: "key", value: "k")
    #expect(refused(form(condition, [key] + free)) == nil)
    #expect(refused(form(condition, [key, (name: "bucket", value: "bucket")])) == nil)
    for name in ["StorageClass", "x-amz-meta-note", "x-amz-security-token", "Content-Type", "x-ignored", "submit"] {
        let error = refused(form(condition, [key, (name: name, value: "")]))
        #expect(error?.code == "AccessDenied")
        #expect(error?.status == 403)
        #expect(error?.message == "Invalid according to Policy: Extra input fields: \(name)")
    }
    #expect(refused(form(condition, [key]))?.message == nil)
}

@Test func thePolicyMustNameTheBucket() {
    let document = #"{"expiration": "2026-03-14T15:10:26Z", "conditions": [["starts-with", "$key", ""]]}"#
    let error = refused(form(document: document, [(name: "key", value: "k")]))
    #expect(error?.code == "AccessDenied")
    #expect(error?.message == "Invalid according to Policy: Extra input fields: bucket")
}

// MARK: Length

@Test(arguments: [#"["content-length-range", 5, 10]"#, #"["Content-Length-Range", "5", "10"]"#])
func aFileMayBeAsLongAsThePolicySays(condition: String) throws {
    let policy = try #require(try policy(form(condition, [])))
    #expect(policy.lengthRange?.minimum == 5)
    #expect(policy.lengthRange?.maximum == 10)
    for bytes in [5, 10] as [Int64] { #expect(throws: Never.self) { try policy.checkLength(bytes) } }
    let small = refusal { try policy.checkLength(4) }
    #expect(small?.code == "EntityTooSmall")
    #expect(small?.status == 400)
    #expect(small?.message == "Your proposed upload is smaller than the minimum allowed size")
    #expect(small?.fields == [.init("ProposedSize", "4"), .init("MinSizeAllowed", "5")])
    let large = refusal { try policy.checkLength(11, isComplete: false) }
    #expect(large?.code == "EntityTooLarge")
    #expect(large?.status == 400)
    #expect(large?.message == "Your proposed upload exceeds the maximum allowed size")
    #expect(large?.fields == [.init("ProposedSize", "11"), .init("MaxSizeAllowed", "10")])
    #expect(throws: Never.self) { try policy.checkLength(0, isComplete: false) }
}

@Test func ofSeveralRangesAllCount() throws {
    let conditions =
        #"["content-length-range", 1, 8], ["content-length-range", 4, 20], ["content-length-range", -1, 9]"#
    let policy = try #require(try policy(form(conditions, [])))
    #expect(policy.lengthRange?.minimum == 4)
    #expect(policy.lengthRange?.maximum == 8)
}

@Test func withoutARangeAFileMayHaveAnyLength() throws {
    let policy = try #require(try policy(form(#"["starts-with", "$key", ""]"#, [(name: "key", value: "")])))
    #expect(policy.lengthRange == nil)
    #expect(throws: Never.self) { try policy.checkLength(.max) }
}

// MARK: Documents

@Test(arguments: [
    (#"[]"#, "Invalid JSON."), (#"{"expiration": "#, "Invalid JSON."), ("'", "Invalid JSON."),
    (#"{}"#, "Policy missing expiration."), (#"{"conditions": []}"#, "Policy missing expiration."),
    (#"{"expiration": "2026-03-14T15:10:26Z"}"#, "Policy missing conditions."),
    (#"{"EXPIRATION": "2026-03-14T15:10:26Z", "conditions": []}"#, "Unexpected: 'expiration'"),
    (#"{"expiration": "2026-03-14T15:10:26Z", "CONDITIONS": []}"#, "Unexpected: 'conditions'"),
    (#"{"Statement": []}"#, "Unexpected: 'statement'"),
    (#"{"expiration": "2026-03-14T15:10:26Z", "conditions": {}}"#, "Invalid 'conditions' value: must be a List."),
    (#"{"expiration": 1, "conditions": []}"#, "Invalid 'expiration' value: '1'"),
])
func aDocumentThatIsNoPolicyIsRefused(document: String, reason: String) {
    expectInvalid(refused(form(document: document)), reason)
}

@Test(arguments: [
    "", "2026-03-14", "2026-03-14 15:10:26Z", "2026-03-14T15:10:26+00:00", "2026-13-14T15:10:26Z", "soon",
])
func anExpirationIsATimeInUTC(text: String) {
    let document = #"{"expiration": "\#(text)", "conditions": []}"#
    expectInvalid(refused(form(document: document)), "Invalid 'expiration' value: '\(text)'")
}

@Test func anExpirationMayHaveAFraction() throws {
    let document = #"{"expiration": "2026-03-14T15:10:26.500Z", "conditions": [{"bucket": "bucket"}]}"#
    #expect(try policy(form(document: document))?.expiration == Instant(microseconds: 1_773_501_026_500_000))
}

@Test(arguments: [
    ("{}", "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."),
    (
        #"{"acl": "private", "key": "a"}"#,
        "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."
    ),
    (#"{"success_action_status": 201}"#, "Invalid Simple-Condition: value must be a string."),
    (#"{"acl": null}"#, "Invalid JSON."), ("1", "Invalid condition test: must be a List or Object."),
    ("[]", "Invalid Condition: missing operation identifier."),
    ("[1]", "Invalid Condition: missing operation identifier."),
    (#"["ends-with", "$key", "a"]"#, "Invalid Condition: unknown operation 'ends-with'."),
    (#"["eq", "$key"]"#, "Invalid eq: wrong number of arguments."),
    (#"["starts-with", "$key", "a", "b"]"#, "Invalid starts-with: wrong number of arguments."),
    (#"["content-length-range", 0]"#, "Invalid content-length-range: wrong number of arguments."),
    (#"["content-length-range", 0, 512.0]"#, "Invalid JSON."), (#"["content-length-range", 0, null]"#, "Invalid JSON."),
    (#"["eq", "$key", 1]"#, "Invalid JSON."), (#"["eq", 1, "a"]"#, "Invalid JSON."),
    (#"{"key": "\x"}"#, "Invalid JSON."),
])
func aConditionThatIsNoneIsRefused(condition: String, reason: String) {
    expectInvalid(refused(form(condition, [])), reason)
}

@Test func aPolicyIsBase64() {
    var broken = form(document: "{}")
    broken.fields[broken.fields.count - 1].value = "%%%%"
    expectInvalid(refused(broken), "invalid Base64 encoding.")
}

@Test func aPolicyMayBeBrokenIntoLines() throws {
    var signed = form(#"["starts-with", "$key", ""]"#, [(name: "key", value: "k")])
    let text = signed.fields[signed.fields.count - 1].value
    signed.fields[signed.fields.count - 1].value = text.prefix(76) + "\r\n" + text.dropFirst(76) + "\n"
    #expect(try policy(signed) != nil)
}

private func expectInvalid(_ error: ServiceError?, _ reason: String) {
    #expect(error?.code == "InvalidPolicyDocument")
    #expect(error?.status == 400)
    #expect(error?.message == "Invalid Policy: \(reason)")
}
