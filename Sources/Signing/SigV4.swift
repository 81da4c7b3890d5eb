// The string that is signed in the end: algorithm, time, scope, and the hash of what it is about.

internal import Crypto
internal import Digests

/// Strings to sign.
enum SigV4 {
    static func stringToSign(timestamp: String, scope: Substring, canonicalRequest: [UInt8]) -> [UInt8] {
        var bytes = beginning("AWS4-HMAC-SHA256", timestamp: timestamp, scope: scope)
        appendHash(of: canonicalRequest, to: &bytes)
        return bytes
    }

    static func beginning(_ algorithm: String, timestamp: String, scope: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(288)
        bytes.append(contentsOf: algorithm.utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: timestamp.utf8)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: scope.utf8)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    static func appendHash(of text: [UInt8], to bytes: inout [UInt8]) {
        text.withUnsafeBytes { text in
            SHA256.hash(data: text).withUnsafeBytes { Hex.append($0, to: &bytes) }
        }
    }
}
