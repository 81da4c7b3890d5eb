// One pass over a body computes everything that is needed of it: MD5 always, because it is the ETag, and what the
// client declared. Whoever stores the body feeds this beside it and asks at the end.

package import Kernel

/// Hashes a body as it comes by and compares it with what was declared.
package struct BodyDigester: Sendable {
    private let expectations: BodyExpectations
    private let algorithm: ChecksumAlgorithm?
    private var length: Int64 = 0
    private var md5 = MD5Digest()
    private var sha256: SHA256Digest?
    /// Nil where none is wanted, and for SHA-256 when the payload hash computes it already.
    private var checksum: (any StreamingDigest)?

    /// - Parameter algorithm: what to compute where the client declared no checksum; S3 itself stores CRC64NVME then.
    package init(_ expectations: BodyExpectations, computing algorithm: ChecksumAlgorithm? = nil) {
        self.expectations = expectations
        self.algorithm = expectations.checksum?.algorithm ?? algorithm
        if expectations.sha256 != nil { sha256 = SHA256Digest() }
        if let algorithm = self.algorithm, algorithm != .sha256 || sha256 == nil { checksum = algorithm.makeDigest() }
    }

    /// Takes the next bytes of the body. Fails as soon as there are more than declared.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) throws(ServiceError) {
        length += Int64(bytes.count)
        if let declared = expectations.length, length > declared { throw .incompleteBody() }
        md5.update(bytes)
        sha256?.update(bytes)
        checksum?.update(bytes)
    }

    /// The digests of the whole body, once everything declared has been found true.
    package func finish(trailers: [ServiceError.Field] = []) throws(ServiceError) -> BodyDigests {
        if let declared = expectations.length, length != declared { throw .incompleteBody() }
        let payloadHash = sha256?.finalize()
        if let declared = expectations.sha256, let payloadHash, payloadHash != declared {
            throw .payloadHashMismatch(declared: declared, computed: payloadHash)
        }
        let md5 = md5.finalize()
        if let declared = expectations.md5, md5 != declared { throw .badMD5(declared: declared, computed: md5) }
        let computed = algorithm.flatMap { algorithm in
            (checksum?.finalize() ?? payloadHash).map { Checksum(algorithm, bytes: $0) }
        }
        if let computed, let declared = try declaredChecksum(trailers), declared != computed {
            throw .badChecksum(computed.algorithm)
        }
        return BodyDigests(length: length, md5: md5, checksum: computed)
    }

    private func declaredChecksum(_ trailers: [ServiceError.Field]) throws(ServiceError) -> Checksum? {
        switch expectations.checksum {
        case nil: return nil
        case .value(let checksum): return checksum
        case .trailer(let algorithm):
            guard let field = trailers.first(where: { isSameFieldName($0.name, algorithm.headerName) }) else {
                throw .malformedTrailer()
            }
            guard let checksum = Checksum(algorithm, base64: field.value) else {
                throw .invalidChecksumHeader(algorithm)
            }
            return checksum
        }
    }
}

extension ServiceError {
    static func incompleteBody() -> ServiceError {
        ServiceError(
            "IncompleteBody", status: 400,
            "You did not provide the number of bytes specified by the Content-Length HTTP header")
    }

    static func payloadHashMismatch(declared: [UInt8], computed: [UInt8]) -> ServiceError {
        ServiceError(
            "XAmzContentSHA256Mismatch", status: 400,
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            fields: [
                Field("ClientComputedContentSHA256", Hex.text(declared)),
                Field("S3ComputedContentSHA256", Hex.text(computed)),
            ])
    }

    static func badMD5(declared: [UInt8], computed: [UInt8]) -> ServiceError {
        ServiceError(
            "BadDigest", status: 400, "The Content-MD5 you specified did not match what we received.",
            fields: [
                Field("ExpectedDigest", Base64.text(declared)), Field("CalculatedDigest", Base64.text(computed)),
            ])
    }

    static func badChecksum(_ algorithm: ChecksumAlgorithm) -> ServiceError {
        ServiceError(
            "BadDigest", status: 400,
            "The \(algorithm.rawValue) you specified did not match the calculated checksum.")
    }

    /// A checksum value that is not base64 of the algorithm's length, in a header or a trailer.
    package static func invalidChecksumHeader(_ algorithm: ChecksumAlgorithm) -> ServiceError {
        ServiceError("InvalidRequest", status: 400, "Value for \(algorithm.headerName) header is invalid.")
    }

    /// Trailing fields of an aws-chunked body that are not what was announced.
    package static func malformedTrailer() -> ServiceError {
        ServiceError(
            "MalformedTrailerError", status: 400,
            "The request contained trailing data that was not well-formed or did not conform to our published schema.")
    }
}
