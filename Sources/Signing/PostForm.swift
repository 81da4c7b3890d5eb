// The fields of an HTML form that uploads an object to S3 ("Browser-based uploads using POST"): which of them sign the
// form, and how. Names compare without case. Such a form is signed by its policy, and a form without one is anonymous.

package import Kernel

/// The fields before the file, in their order, with `${filename}` replaced already.
package struct PostForm: Sendable {
    /// As received: names in the client's spelling, repeated names one by one.
    package var fields: [(name: String, value: String)]

    package init(_ fields: [(name: String, value: String)]) { self.fields = fields }

    /// The values of a name, joined by commas where it is repeated; nil where it is not there.
    package subscript(name: String) -> String? {
        let values = fields.lazy.filter { isSameFieldName($0.name, name) }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ",")
    }
}

extension ServiceError {
    /// A field that a form must have, such as `key`; fields behind the file do not count.
    package static func missingFormField(_ name: String) -> ServiceError {
        ServiceError(
            "InvalidArgument", status: 400,
            "Bucket POST must contain a field named '\(name)'.  If it is specified, please check the order of the "
                + "fields.", fields: [Field("ArgumentName", name), Field("ArgumentValue", "")])
    }

    fileprivate static func invalidFormField(_ name: String, _ value: String, _ message: String) -> ServiceError {
        ServiceError(
            "InvalidArgument", status: 400, message,
            fields: [Field("ArgumentName", name), Field("ArgumentValue", value)])
    }
}

// MARK: Signature

extension PostForm {
    /// Nil for an anonymous form. A form with some of the fields of a signature must have them all.
    func signatureClaim() throws(ServiceError) -> SignatureClaim? {
        if ["x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"].contains(where: { self[$0] != nil })
        {
            return try claimOfVersion4()
        }
        if self["AWSAccessKeyId"] != nil || self["signature"] != nil { return try claimOfVersion2() }
        return nil
    }

    private func claimOfVersion2() throws(ServiceError) -> SignatureClaim {
        _ = try required("Policy")
        return SignatureClaim(
            version2: .form, accessKey: try required("AWSAccessKeyId"), signature: try required("Signature"),
            sessionToken: self["x-amz-security-token"])
    }

    private func claimOfVersion4() throws(ServiceError) -> SignatureClaim {
        _ = try required("Policy")
        let algorithm = try required("X-Amz-Algorithm"), credential = try required("X-Amz-Credential")
        let timestamp = try required("X-Amz-Date"), signature = try required("X-Amz-Signature")
        if algorithm == "AWS4-ECDSA-P256-SHA256" { throw SignatureFault.asymmetricSignature.error(for: .s3) }
        guard algorithm == "AWS4-HMAC-SHA256" else {
            throw .invalidFormField(
                "X-Amz-Algorithm", algorithm,
                "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"")
        }
        guard let instant = Instant(basicISO8601: timestamp) else {
            // Sic.
            throw .invalidFormField(
                "X-Amz-Date", timestamp, "X-Amz-Date must be formated via ISO8601 Long format")
        }
        do throws(SignatureFault) {
            var claim = try SignatureClaim(
                .form, credential: credential, signedHeaders: "", signature: signature, timestamp: timestamp,
                instant: instant)
            guard claim.service == "s3" else {
                throw .scopeService(.form, given: claim.service, expected: "s3")
            }
            claim.sessionToken = self["x-amz-security-token"]
            return claim
        } catch {
            var answer = error.error(for: .s3)
            answer.fields.append(ServiceError.Field("ArgumentValue", credential))
            throw answer
        }
    }

    private func required(_ name: String) throws(ServiceError) -> String {
        guard let value = self[name], !value.isEmpty else { throw .missingFormField(name) }
        return value
    }
}
