// The one key that the targets know, and their time.

internal import Kernel
internal import Signing

enum Known {
    static let accessKey = "AKIDEXAMPLE"
    static let credentials = Credentials(
        accessKey: accessKey, secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        identity: Identity(account: .standard))
    /// 2015-08-30T12:36:00Z, as in AWS's own examples.
    static let now = Instant(seconds: 1_440_938_160)
    static let strict = SignatureVerifier(credentials: CredentialSet([credentials]), policy: .strict)
    static let lenient = SignatureVerifier(credentials: CredentialSet([credentials]), policy: .lenient)
    static let signer = RequestSigner(credentials, region: .standard, service: "s3")
    /// Of the request that the bodies of `chunks` belong to.
    static let head = signer.sign(
        RequestHead(method: "PUT", target: "/b/k", headers: HeaderFields([(name: "Host", value: "localhost")])),
        payloadHash: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", at: now)
}
