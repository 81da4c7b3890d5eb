// The signatures inside an aws-chunked body (Signature Version 4, "chunked upload"): each covers its chunk and the
// signature before it, the first one the request's own, so that chunks can be neither changed, moved nor left out.

internal import Digests
package import Kernel

/// Verifies the chunks of one body, in order.
package struct ChunkSignatures: Sendable {
    private let key: SigningKey
    private let timestamp: String
    private let scope: String
    private var previous: [UInt8]

    /// SHA-256 of nothing: chunks have no headers.
    private static let emptyHash = Array("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".utf8)

    init(_ claim: SignatureClaim, key: SigningKey) {
        self.key = key
        timestamp = claim.timestamp
        scope = claim.scope
        previous = Array(claim.signature.utf8)
    }

    /// Whether `signature` is that of the next chunk, whose data has the given SHA-256.
    package mutating func verify(_ signature: String, chunkHash: [UInt8]) -> Bool {
        var bytes = beginning("AWS4-HMAC-SHA256-PAYLOAD")
        bytes.append(contentsOf: Self.emptyHash)
        bytes.append(UInt8(ascii: "\n"))
        Hex.append(chunkHash, to: &bytes)
        return advance(signature, over: bytes)
    }

    /// Whether `signature` is that of the trailing fields, given as `name:value` lines that each end in a line feed.
    package mutating func verify(_ signature: String, trailers: [UInt8]) -> Bool {
        var bytes = beginning("AWS4-HMAC-SHA256-TRAILER")
        SigV4.appendHash(of: trailers, to: &bytes)
        return advance(signature, over: bytes)
    }

    private func beginning(_ algorithm: String) -> [UInt8] {
        SigV4.beginning(algorithm, timestamp: timestamp, scope: scope) + previous + [UInt8(ascii: "\n")]
    }

    private mutating func advance(_ signature: String, over stringToSign: [UInt8]) -> Bool {
        previous = key.signature(of: stringToSign)
        return isEqual(previous, signature)
    }

    /// The signature of the next chunk, for those who send one.
    package mutating func sign(chunkHash: [UInt8]) -> String {
        _ = verify("", chunkHash: chunkHash)
        return String(decoding: previous, as: UTF8.self)
    }

    /// The signature of the trailing fields, for those who send them.
    package mutating func sign(trailers: [UInt8]) -> String {
        _ = verify("", trailers: trailers)
        return String(decoding: previous, as: UTF8.self)
    }

    /// What a body is refused with when one of its chunks is not the signed one.
    package static var mismatch: ServiceError {
        ServiceError(
            "SignatureDoesNotMatch", status: 403,
            "The request signature we calculated does not match the signature you provided. "
                + "Check your key and signing method.")
    }
}
