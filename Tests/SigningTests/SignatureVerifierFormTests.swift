import Kernel
import Signing
import Testing

private let golden = SignedRequests.golden

@Test func everyFormThatBotocoreSignedIsVerified() throws {
    #expect(golden.forms.count == 12)
    for signed in golden.forms {
        #expect(throws: Never.self, "\(signed)") {
            let (authentication, policy) = try golden.verify(signed.uploading)
            #expect(authentication.standing == .verified)
            #expect(authentication.principal.accessKey == golden.accessKey)
            #expect(authentication.region == .standard)
            #expect(authentication.service == "s3")
            #expect(authentication.signatureVersion == signed.version)
            #expect(authentication.authType == .form)
            #expect(authentication.age == nil)
            #expect(policy?.expiration == golden.now + .seconds(60))
        }
    }
}

extension SignedForm {
    /// With the name of a file in place of its placeholder.
    fileprivate var uploading: PostForm {
        PostForm(form.fields.map { (name: $0.name, value: $0.value.replacing("${filename}", with: "cat.png")) })
    }
}

extension PostForm {
    fileprivate mutating func set(_ name: String, _ value: String) {
        fields = fields.map { $0.name.lowercased() == name ? (name: $0.name, value: value) : $0 }
    }
}

@Test func namesOfAFormAreReadInAnyCase() throws {
    for signed in golden.forms {
        var form = signed.uploading
        form.fields = form.fields.map { (name: $0.name.uppercased(), value: $0.value) }
        #expect(try golden.verify(form).0.standing == .verified)
    }
}

@Test func aFormMayComeUntilItsPolicyEnds() throws {
    for signed in golden.forms {
        #expect(try golden.verify(signed.uploading, at: golden.now + .seconds(60)).0.standing == .verified)
        let error = refusal { _ = try golden.verify(signed.uploading, at: golden.now + .seconds(61)) }
        #expect(error?.code == "AccessDenied")
        #expect(error?.status == 403)
        #expect(error?.message == "Invalid according to Policy: Policy expired.")
    }
}

@Test func aPolicyThatWasChangedIsAMismatch() throws {
    for signed in golden.forms {
        var form = signed.uploading
        let policy = try #require(form["policy"])
        form.set("policy", String(policy.dropLast(2)))
        let error = try #require(refusal { _ = try golden.verify(form) })
        #expect(error.code == "SignatureDoesNotMatch")
        #expect(error.status == 403)
        #expect(
            error.fields.map(\.name) == ["AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes"])
        #expect(error.field("StringToSign") == String(policy.dropLast(2)))
        #expect(error.field("SignatureProvided") == form[signed.version == .v2 ? "signature" : "x-amz-signature"])
    }
}

@Test func aFormWithTheWrongSecretIsAMismatch() {
    var other = golden
    other.secret += "x"
    for signed in golden.forms {
        #expect(code { _ = try other.verify(signed.uploading) } == "SignatureDoesNotMatch")
    }
}

@Test func aFormWithAnUnknownKeyPassesOnlyWhereThePolicyIsLenient() throws {
    var other = golden
    other.accessKey = "OTHER"
    for signed in golden.forms {
        let (authentication, policy) = try other.verify(signed.uploading, policy: .lenient)
        #expect(authentication.standing == .unverified)
        #expect(authentication.signatureVersion == signed.version)
        #expect(authentication.authType == .form)
        #expect(policy != nil)
        #expect(code { _ = try other.verify(signed.uploading) } == "InvalidAccessKeyId")
        let late = golden.now + .seconds(61)
        #expect(code { _ = try other.verify(signed.uploading, policy: .lenient, at: late) } == "AccessDenied")
    }
}

@Test func formsCarrySessionTokens() throws {
    for signed in golden.forms {
        let known = golden.verifier(token: "token/with+signs==")
        let result = code { _ = try known.verify(form: signed.uploading, bucket: "bucket", at: golden.now) }
        #expect(result == (signed.token == nil ? "InvalidToken" : nil))
    }
}

@Test func aFormGoesToTheBucketOfItsPolicy() throws {
    for signed in golden.forms {
        let error = refusal { _ = try golden.verify(signed.uploading, bucket: "another") }
        #expect(error?.code == "AccessDenied")
        #expect(
            error?.message
                == "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$bucket\", \"bucket\"]")
    }
}

/// S3's developer guide, "Example: browser-based upload using HTTP POST (using AWS Signature Version 4)".
@Test func formsMeetTheDocumentedExample() throws {
    let policy =
        "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2"
        + "NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJs"
        + "aWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25h"
        + "d3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0s"
        + "DQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24i"
        + "OiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRp"
        + "YWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxn"
        + "b3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9"
    let documented = Credentials(
        accessKey: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        identity: Identity(account: .standard))
    let form = PostForm([
        ("key", "user/user1/cat.jpg"), ("acl", "public-read"),
        ("success_action_redirect", "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"),
        ("Content-Type", "image/jpeg"), ("x-amz-meta-uuid", "14365123651274"),
        ("x-amz-server-side-encryption", "AES256"),
        ("X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"), ("X-Amz-Date", "20151229T000000Z"), ("x-amz-meta-tag", ""),
        ("Policy", policy),
        ("X-Amz-Signature", "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"),
    ])
    let verifier = SignatureVerifier(credentials: CredentialSet([documented]), policy: .strict)
    let now = try #require(Instant(iso8601: "2015-12-29T01:00:00Z"))
    #expect(try verifier.verify(form: form, bucket: "sigv4examplebucket", at: now).0.standing == .verified)
}
