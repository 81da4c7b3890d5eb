// Target "policies": the fields of an upload by form, its signature and its policy. Each line of an input is a field;
// one called `document` is the policy in the clear, and so reaches the parser of policies.

internal import Digests
internal import Kernel
internal import Signing

extension FuzzTarget {
    static let policies = FuzzTarget("policies", seeds: policySeeds, fuzzPolicies)
}

/// No form is verified without the secret; a policy that is let through covers every field of the form.
private func fuzzPolicies(_ bytes: [UInt8]) throws(Flaw) {
    var draws = Draws(bytes)
    let form = PostForm(
        draws.pairs().map { name, value in
            name == "document" ? (name: "Policy", value: Base64.text(Array(value.utf8))) : (name: name, value: value)
        })
    for verifier in [Known.strict, Known.lenient] {
        guard let (authentication, policy) = try? verifier.verify(form: form, bucket: "bucket", at: Known.now) else {
            continue
        }
        try require(authentication.standing != .verified, "verified without the secret: \(form.fields)")
        let isAnonymous = authentication.standing == .anonymous
        try require(
            (policy == nil) == isAnonymous, "\(authentication.standing) with policy \(String(describing: policy))")
        guard let policy else { continue }
        try require(policy.expiration >= Known.now, "a policy that has ended: \(policy.expiration)")
        try checkLengths(policy)
    }
}

private func checkLengths(_ policy: PostPolicy) throws(Flaw) {
    guard let range = policy.lengthRange else { return }
    for length in [0, 1, range.minimum, range.maximum, .max] where length >= 0 {
        let isAllowed = (try? policy.checkLength(length)) != nil
        try require(
            isAllowed == (length >= range.minimum && length <= range.maximum), "\(length) bytes against \(range)")
    }
}

private let signed = """
    X-Amz-Algorithm:AWS4-HMAC-SHA256
    X-Amz-Credential:other/20150830/us-east-1/s3/aws4_request
    X-Amz-Date:20150830T123600Z
    X-Amz-Signature:\(String(repeating: "0123456789abcdef", count: 4))
    """
private let conditions =
    #"["starts-with","$key",""],{"bucket":"bucket"},["starts-with","$X-Amz-Algorithm","AWS4"],"#
    + #"["starts-with","$x-amz-credential",""],["eq","$x-amz-date","20150830T123600Z"]"#
private let policySeeds = [
    "key:a\n\(signed)\ndocument:{\"expiration\":\"2030-01-01T00:00:00Z\",\"conditions\":[\(conditions)]}\n",
    "key:a\n\(signed)\ndocument:{\"expiration\":\"2030-01-01T00:00:00.000Z\",\"conditions\":[\(conditions),"
        + "[\"content-length-range\",1,\"1048576\"],[\"starts-with\",\"$Content-Type\",\"image/\"]]}\n"
        + "Content-Type:image/png,image/jpeg\n",
    "key:a\nAWSAccessKeyId:other\nSignature:AAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        + "document:{\"expiration\":\"2030-01-01T00:00:00Z\",\"conditions\":[{\"bucket\":\"bucket\"},"
        + "[\"eq\",\"\\$key\",\"a\"]]}\n",
    "key:a\n\(signed.replacing("other", with: Known.accessKey))\nPolicy:e30=\n",
    "key:a\nacl:private\n",
]
