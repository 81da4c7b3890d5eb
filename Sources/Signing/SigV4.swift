// The string that is signed in the end: algorithm, time, scope, and the hash of what it is about.

internal import Crypto
internal import Digests

/// Strings to sign.
enum SigV4 {
    static func stringToSign(_ claim: SignatureClaim, _ canonicalRequest: [UInt8]) -> [UInt8] {
        var bytes = beginning("AWS4-HMAC-SHA256", timestamp: claim.timestamp, scope: claim.scope)
        appendHash(of: canonicalRequest, to: &bytes)
        return bytes
    }

    static func beginning(_ algorithm: String, timestamp: String, scope: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(288)
        bytes.append(text: algorithm)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(text: timestamp)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(text: scope)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    static func appendHash(of text: [UInt8], to bytes: inout [UInt8]) {
        text.withUnsafeBytes { text in
            SHA256.hash(data: text).withUnsafeBytes { Hex.append($0, to: &bytes) }
        }
    }
}
