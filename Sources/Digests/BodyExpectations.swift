// What a request says about its body before it is read. Wire fills it from the headers; BodyDigester holds the body to
// it.

/// The declared length and digests of a request body.
package struct BodyExpectations: Hashable, Sendable {
    /// A checksum that the client computed.
    package enum DeclaredChecksum: Hashable, Sendable {
        case value(Checksum)
        /// The value follows the body.
        case trailer(ChecksumAlgorithm)

        /// Known before the body, so that hashing can begin with its first byte.
        package var algorithm: ChecksumAlgorithm {
            switch self {
            case .value(let checksum): checksum.algorithm
            case .trailer(let algorithm): algorithm
            }
        }
    }

    /// Length of the body itself, without the framing of aws-chunked.
    package var length: Int64?
    /// Content-MD5.
    package var md5: [UInt8]?
    /// A literal `x-amz-content-sha256`.
    package var sha256: [UInt8]?
    /// From an `x-amz-checksum-…` field or an announced trailer; nil where the client declares none.
    package var checksum: DeclaredChecksum?

    package init(
        length: Int64? = nil, md5: [UInt8]? = nil, sha256: [UInt8]? = nil, checksum: DeclaredChecksum? = nil
    ) {
        self.length = length
        self.md5 = md5
        self.sha256 = sha256
        self.checksum = checksum
    }
}

/// What is known of a body once it has been read to its end and found as declared.
package struct BodyDigests: Hashable, Sendable {
    /// Bytes of the body itself.
    package let length: Int64
    /// 16 bytes.
    package let md5: [UInt8]
    /// The declared checksum, or else the one that the body's reader asked for; nil without either.
    package let checksum: Checksum?

    package init(length: Int64, md5: [UInt8], checksum: Checksum?) {
        self.length = length
        self.md5 = md5
        self.checksum = checksum
    }

    /// The ETag of an object made of this body, without quotes.
    package var etag: String { Hex.text(md5) }
}
