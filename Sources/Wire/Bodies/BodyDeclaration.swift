// What the headers of an S3 request say about its body: how it is framed, how long it is, and which digests it must
// meet. The framing follows x-amz-content-sha256 alone; Content-Encoding is optional where bodies are chunked (minio-go
// leaves it out). Not for CompleteMultipartUpload, whose checksum headers speak of the object and not of its own XML
// body.

package import Digests
package import Kernel
internal import Signing

/// The body of an S3 request as its headers declare it.
package struct BodyDeclaration: Hashable, Sendable {
    /// What stands between the bytes of the request and those of the object.
    package enum Framing: Hashable, Sendable {
        case plain
        /// aws-chunked, inside whatever framing HTTP itself uses.
        case awsChunked(isSigned: Bool, hasTrailers: Bool)
    }

    /// From `x-amz-content-sha256`.
    package var framing: Framing
    /// What the body, without framing, must turn out to be.
    package var expectations: BodyExpectations
    /// Content-Encoding as it belongs to the object: without `aws-chunked`; nil where nothing else is left.
    package var contentEncoding: String?
    /// Whether the request says how long its body is.
    package var isLengthDeclared: Bool
}

extension BodyDeclaration {
    /// Reads the headers; throws where they contradict one another or a value cannot be read.
    package init(_ head: RequestHead) throws(ServiceError) {
        let headers = head.headers
        let payload = try Payload(headers["x-amz-content-sha256"])
        framing = payload.framing
        contentEncoding = Self.contentEncoding(headers)
        let length: Int64?
        if case .awsChunked = payload.framing {
            guard let decoded = headers["x-amz-decoded-content-length"] else { throw .missingContentLength() }
            length = try Self.length(decoded, "x-amz-decoded-content-length")
        } else {
            length = try headers["content-length"].map { text throws(ServiceError) in
                try Self.length(text, "Content-Length")
            }
        }
        isLengthDeclared = length != nil
        // Without any framing an HTTP request has no body (RFC 9112, 6.3).
        let isChunkedByHTTP = headers["transfer-encoding"] != nil
        expectations = BodyExpectations(
            length: length ?? (isChunkedByHTTP ? nil : 0), md5: try Self.md5(headers), sha256: payload.literal,
            checksum: try Self.checksum(headers, payload.framing))
    }

    /// For operations that store the body: they need its length, and there is a largest one.
    package func requireLength(atMost limit: Int64) throws(ServiceError) {
        guard isLengthDeclared, let length = expectations.length else { throw .missingContentLength() }
        guard length <= limit else { throw .entityTooLarge(length, limit: limit) }
    }

    // MARK: Fields

    private static func length(_ text: String, _ name: String) throws(ServiceError) -> Int64 {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let length = Int64(text)
        else {
            throw ServiceError(
                "InvalidArgument", status: 400, "\(name) must be a whole number of bytes; it is \"\(text)\".",
                fields: [.init("ArgumentName", name), .init("ArgumentValue", text)])
        }
        return length
    }

    private static func md5(_ headers: HeaderFields) throws(ServiceError) -> [UInt8]? {
        guard let text = headers["content-md5"] else { return nil }
        guard let bytes = Base64.bytes(text), bytes.count == 16 else { throw .invalidDigest(text) }
        return bytes
    }

    private static func contentEncoding(_ headers: HeaderFields) -> String? {
        let codings = headers.values("content-encoding").flatMap { value in
            value.split(separator: ",").map { trimmed($0) }
        }
        let stored = codings.filter { !isSameFieldName($0, "aws-chunked") && !$0.isEmpty }
        return stored.isEmpty ? nil : stored.joined(separator: ",")
    }

    private static func checksum(
        _ headers: HeaderFields, _ framing: Framing
    ) throws(ServiceError) -> BodyExpectations.DeclaredChecksum? {
        var found: [BodyExpectations.DeclaredChecksum] = []
        for algorithm in ChecksumAlgorithm.allCases {
            guard let text = headers[algorithm.headerName] else { continue }
            guard let checksum = Checksum(algorithm, base64: text) else { throw .invalidChecksumHeader(algorithm) }
            found.append(.value(checksum))
        }
        if let trailers = headers["x-amz-trailer"] {
            guard case .awsChunked(_, hasTrailers: true) = framing else { throw .unsupportedTrailer() }
            for name in trailers.split(separator: ",") {
                let name = trimmed(name)
                guard let algorithm = ChecksumAlgorithm.allCases.first(where: { isSameFieldName($0.headerName, name) })
                else { throw .unsupportedTrailer() }
                found.append(.trailer(algorithm))
            }
        }
        guard found.count <= 1 else {
            throw .invalidRequest(
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
        }
        if let text = headers["x-amz-sdk-checksum-algorithm"] {
            try checkAnnounced(text, found.first)
        }
        return found.first
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    private static func checkAnnounced(
        _ text: String, _ declared: BodyExpectations.DeclaredChecksum?
    ) throws(ServiceError) {
        guard let announced = ChecksumAlgorithm(name: text) else {
            throw .invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.")
        }
        guard let declared else {
            throw .invalidRequest(
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer "
                    + "headers were found.")
        }
        guard declared.algorithm == announced else {
            throw .invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.")
        }
    }

    /// `x-amz-content-sha256`, read.
    private struct Payload {
        var framing = Framing.plain
        var literal: [UInt8]?

        init(_ text: String?) throws(ServiceError) {
            switch text {
            case nil, "UNSIGNED-PAYLOAD": break
            case "STREAMING-UNSIGNED-PAYLOAD-TRAILER": framing = .awsChunked(isSigned: false, hasTrailers: true)
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": framing = .awsChunked(isSigned: true, hasTrailers: false)
            case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
                framing = .awsChunked(isSigned: true, hasTrailers: true)
            case "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER":
                throw .notImplemented("Signature Version 4A (AWS4-ECDSA-P256-SHA256)")
            case .some(let text):
                guard let hash = Hex.bytes(text), hash.count == 32 else { throw .invalidPayloadHash(text) }
                literal = hash
            }
        }
    }
}

extension ServiceError {
    /// A body whose length is not said, for an operation that needs it.
    package static func missingContentLength() -> ServiceError {
        ServiceError("MissingContentLength", status: 411, "You must provide the Content-Length HTTP header.")
    }

    /// A body longer than the operation takes.
    package static func entityTooLarge(_ length: Int64, limit: Int64) -> ServiceError {
        ServiceError(
            "EntityTooLarge", status: 400, "Your proposed upload exceeds the maximum allowed size",
            fields: [.init("ProposedSize", String(length)), .init("MaxSizeAllowed", String(limit))])
    }

    static func invalidDigest(_ text: String) -> ServiceError {
        ServiceError(
            "InvalidDigest", status: 400, "The Content-MD5 you specified was invalid.",
            fields: [.init("Content-MD5", text)])
    }

    static func unsupportedTrailer() -> ServiceError {
        invalidRequest("The value specified in the x-amz-trailer header is not supported")
    }

    static func invalidRequest(_ message: String) -> ServiceError {
        ServiceError("InvalidRequest", status: 400, message)
    }
}
