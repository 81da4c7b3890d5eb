// Verifying the forms by which browsers upload to S3. What is signed is the policy, as the text that was sent; what the
// policy says of the other fields and of the file is in PostPolicy.swift.

package import Kernel

extension SignatureVerifier {
    /// Verifies a form and holds it to its policy; one without a signature comes back as anonymous, without a policy.
    ///
    /// The file has not been read then: `PostPolicy.checkLength` is for whoever reads it.
    /// - Parameter bucket: the bucket that the form was sent to; policies speak of it like of a field.
    package func verify(
        form: PostForm, bucket: String, at now: Instant
    ) throws(ServiceError) -> (Authentication, PostPolicy?) {
        guard let claim = try form.signatureClaim(), let text = form["policy"] else { return (anonymous, nil) }
        let authentication: Authentication
        do throws(SignatureFault) {
            authentication = try verify(claim, policy: Array(text.utf8), at: now)
        } catch {
            throw error.error(for: .s3)
        }
        let policy = try PostPolicy(base64: text)
        try policy.check(form, bucket: bucket, at: now)
        return (authentication, policy)
    }

    private func verify(
        _ claim: SignatureClaim, policy: [UInt8], at now: Instant
    ) throws(SignatureFault) -> Authentication {
        guard let known = try knownCredentials(claim, at: now) else { return unverified(claim) }
        let signature =
            switch claim.version {
            case .v2: SigV2.signature(of: policy, secret: known.secret)
            case .v4: signingKey(claim, known).signature(of: policy)
            }
        guard isEqual(signature, claim.signature) else { throw mismatch(claim, stringToSign: policy) }
        return verified(claim, known)
    }
}
