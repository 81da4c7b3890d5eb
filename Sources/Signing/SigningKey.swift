// The derived key of Signature Version 4: a chain of four HMACs over secret, date, region and service. Deriving costs
// more than verifying, and the same key serves all requests of a day, so the latest are kept.

internal import Crypto
internal import Digests
internal import Synchronization

/// A key that signs for one date, region and service.
package struct SigningKey: Sendable {
    /// HMAC with the key already taken in; copied for each signature.
    private let keyed: HMAC<SHA256>

    /// Derives the key; `date` is `yyyymmdd`.
    package init(secret: String, date: some StringProtocol, region: some StringProtocol, service: some StringProtocol) {
        var key = SymmetricKey(data: Array("AWS4".utf8) + Array(secret.utf8))
        for text in [Array(date.utf8), Array(region.utf8), Array(service.utf8), Array("aws4_request".utf8)] {
            key = SymmetricKey(data: Array(HMAC<SHA256>.authenticationCode(for: text, using: key)))
        }
        keyed = HMAC<SHA256>(key: key)
    }

    /// The signature of a string to sign, as it is written: 64 hexadecimal digits.
    package func signature(of stringToSign: [UInt8]) -> [UInt8] {
        var code = keyed
        stringToSign.withUnsafeBytes { code.update(data: $0) }
        var digits: [UInt8] = []
        digits.reserveCapacity(64)
        code.finalize().withUnsafeBytes { Hex.append($0, to: &digits) }
        return digits
    }
}

/// Keeps the signing keys in use.
package final class SigningKeyCache: Sendable {
    private struct Entry {
        let secret: String
        let key: SigningKey
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let capacity: Int

    /// How many keys are kept at most.
    package init(capacity: Int = 1024) { self.capacity = capacity }

    /// The key for a credential scope; `credential` is the whole `key/date/region/service/aws4_request`.
    func key(for credential: String, secret: String, derive: () -> SigningKey) -> SigningKey {
        let known = entries.withLock { $0[credential] }
        if let known, known.secret == secret { return known.key }
        let key = derive()
        entries.withLock { entries in
            // Dates and regions come from clients: start over rather than grow, the few live keys are back at once.
            if entries.count >= capacity { entries.removeAll(keepingCapacity: true) }
            entries[credential] = Entry(secret: secret, key: key)
        }
        return key
    }
}
