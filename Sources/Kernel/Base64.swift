// Base64 with padding (RFC 4648, section 4), strict: S3 refuses a digest that is spelled any other way.

/// Bytes as base64 and back.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// The value of every byte that is a digit; 255 for all others.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// Writes base64, padded and without line breaks.
    package static func text(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { output in
            alphabet.withUnsafeBufferPointer { alphabet in
                var place = 0
                for start in stride(from: 0, to: bytes.count, by: 3) {
                    let present = min(3, bytes.count - start)
                    var bits = UInt32(bytes[start]) << 16
                    if present > 1 { bits |= UInt32(bytes[start + 1]) << 8 }
                    if present > 2 { bits |= UInt32(bytes[start + 2]) }
                    output[place] = alphabet[Int(bits >> 18)]
                    output[place + 1] = alphabet[Int(bits >> 12 & 63)]
                    output[place + 2] = present > 1 ? alphabet[Int(bits >> 6 & 63)] : padding
                    output[place + 3] = present > 2 ? alphabet[Int(bits & 63)] : padding
                    place += 4
                }
                return place
            }
        }
    }

    /// Reads base64; nil for anything but whole groups of four, correctly padded, with no bit left over.
    package static func bytes(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 4) else { return nil }
        guard !digits.isEmpty else { return [] }
        let padded = digits[digits.count - 1] != padding ? 0 : digits[digits.count - 2] != padding ? 1 : 2
        let significant = digits.count - padded
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 4 * 3)
        var bits: UInt32 = 0
        for place in 0..<digits.count {
            let value = place < significant ? values[Int(digits[place])] : 0
            guard value < 64 else { return nil }
            bits = bits << 6 | UInt32(value)
            guard place & 3 == 3 else { continue }
            bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bits = 0
        }
        guard bytes.suffix(padded).allSatisfy({ $0 == 0 }) else { return nil }
        bytes.removeLast(padded)
        return bytes
    }
}
