// AWS's URI encoding (Signature Version 4, "UriEncode"): everything but letters, digits and -._~ as %XX, upper case.

internal import Digests

/// Percent-encodes as AWS does.
package enum PercentEncoding {
    private static var slash: UInt8 { UInt8(ascii: "/") }

    /// Encodes text for a query; with `keepingSlashes` for a path.
    package static func encode(_ text: String, keepingSlashes: Bool = false) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 { append(byte, to: &bytes, keepingSlashes: keepingSlashes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Decodes `%XX`; anything else, a stray `%` included, stays.
    package static func decode(_ text: String) -> String { withBytes(of: text) { decode($0) } }

    static func decode(_ source: UnsafeBufferPointer<UInt8>) -> String {
        String(unsafeUninitializedCapacity: source.count) { output in
            var index = 0, count = 0
            while index < source.count {
                let value = escaped(source, at: index)
                output[count] = value ?? source[index]
                index += value == nil ? 1 : 3
                count += 1
            }
            return count
        }
    }

    @inline(__always)
    static func append(_ byte: UInt8, to bytes: inout [UInt8], keepingSlashes: Bool) {
        if isUnreserved(byte) || (keepingSlashes && byte == slash) {
            bytes.append(byte)
        } else {
            appendEscape(byte, to: &bytes)
        }
    }

    /// Appends what is encoded already in the one form that AWS signs: no needless escape, capital digits.
    static func appendNormalized(
        _ source: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8],
        keepingSlashes: Bool
    ) {
        var index = 0
        while index < source.count, isUnreserved(source[index]) || (keepingSlashes && source[index] == slash) {
            index += 1
        }
        bytes.append(contentsOf: source[..<index])
        while index < source.count {
            let byte = source[index]
            if isUnreserved(byte) || (keepingSlashes && byte == slash) {
                bytes.append(byte)
            } else if let value = escaped(source, at: index) {
                // An escaped slash stays one: it is part of a name, not a separator.
                append(value, to: &bytes, keepingSlashes: false)
                index += 2
            } else if byte == UInt8(ascii: "+"), !keepingSlashes {
                appendEscape(UInt8(ascii: " "), to: &bytes)
            } else {
                appendEscape(byte, to: &bytes)
            }
            index += 1
        }
    }

    private static func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "%"))
        bytes.append(digit(byte >> 4))
        bytes.append(digit(byte & 15))
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func escaped(_ source: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt8? {
        guard source[index] == UInt8(ascii: "%"), index + 2 < source.count,
            let high = Hex.value(of: source[index + 1]), let low = Hex.value(of: source[index + 2])
        else { return nil }
        return high << 4 | low
    }

    @inline(__always)
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
