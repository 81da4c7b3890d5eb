// Randomness of two kinds. Entropy is the system's and is never seeded: ids of blobs, uploads, requests and versions,
// tokens, credentials. SeededDraws are what a labeling job decides or writes: a draw is a hash of what it is for, so a
// restart changes nothing, and a draw added somewhere shifts no other.

import Synchronization

/// A source of unguessable bytes.
package protocol Entropy: Sendable {
    /// 64 random bits.
    func next() -> UInt64
}

/// The operating system's random bytes.
package struct SystemEntropy: Entropy {
    package init() {}

    package func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}

/// A repeatable stand-in for tests that look at ids.
package final class CountingEntropy: Entropy {
    private let state: Mutex<UInt64>

    /// The same seed gives the same ids in the same order of asking.
    package init(seed: UInt64 = 1) { state = Mutex(seed) }

    package func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            return mixed(state)
        }
    }
}

extension Entropy {
    /// `count` characters drawn from `alphabet`.
    package func text(_ count: Int, from alphabet: [UInt8]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for _ in 0..<count {
            // Multiply-shift keeps the draw unbiased to within 2^-58 for alphabets of up to 64 characters.
            bytes.append(alphabet[Int(next().multipliedFullWidth(by: UInt64(alphabet.count)).high)])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// An id in the shape of a UUID.
    package func uuid() -> String { uuidText(hex(32)) }

    /// Hexadecimal digits, lower case; `count` is a multiple of 16 or less than 16.
    package func hex(_ count: Int) -> String { text(count, from: Alphabet.lowerHex) }
}

/// Thirty-two hexadecimal digits in the groups of a UUID (RFC 9562, 4).
package func uuidText(_ digits: String) -> String {
    let digits = Array(digits.utf8)
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(decoding: digits[$0], as: UTF8.self) }
        .joined(separator: "-")
}

/// Character sets that identifiers are drawn from.
package enum Alphabet {
    /// For blob ids, private workers' ids and names of models.
    package static let lowerHex = Array("0123456789abcdef".utf8)
    /// For ids of public workers.
    package static let upperAlphanumeric = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)
    /// For host names: the subdomains of work teams.
    package static let lowerAlphanumeric = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
    /// For upload ids, reference codes and user pools.
    package static let alphanumeric = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit.
package func mixed(_ value: UInt64) -> UInt64 {
    var bits = value
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
}
