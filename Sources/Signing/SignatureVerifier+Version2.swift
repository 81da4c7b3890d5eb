// Verifying Signature Version 2, which S3 still takes and no other service does. Times, tokens and keys are judged as
// in Version 4; what is signed is in SigV2.swift.

internal import Kernel

extension SignatureVerifier {
    func verifyVersion2(
        _ claim: SignatureClaim, of head: RequestHead, for family: ServiceFamily, hostBucket: String?, at now: Instant
    ) throws(SignatureFault) -> Authentication {
        guard family == .s3 else { throw .signatureVersion2 }
        if claim.placement == .header {
            try checkSkew(claim, at: now)
        } else if now > claim.instant {
            throw .expired(lifetime: nil, end: claim.instant, now: now)
        }
        guard let known = try knownCredentials(claim, at: now) else { return unverified(claim) }
        let stringsToSign = SigV2.stringsToSign(head, claim, hostBucket: hostBucket)
        let isSigned = stringsToSign.contains { text in
            isEqual(SigV2.signature(of: text, secret: known.secret), claim.signature)
        }
        guard isSigned else { throw mismatch(claim, stringToSign: stringsToSign.first ?? []) }
        return verified(claim, known)
    }
}
