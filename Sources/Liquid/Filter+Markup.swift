// Filters for pages and addresses: HTML, percent-encoding, Base64.

internal import JSON
internal import Kernel

/// Escapes a text for HTML, in content and in attributes of either quote.
func appendEscaped(_ text: String, to bytes: inout [UInt8]) {
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
        case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
        case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
        case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
        case UInt8(ascii: "'"): bytes.append(contentsOf: "&#39;".utf8)
        default: bytes.append(byte)
        }
    }
}

extension Filter {
    static let markup = [
        Filter("escape", isFinal: true) { (value, _, _) throws(Fault) in
            guard !value.isNil else { return value }
            var bytes: [UInt8] = []
            appendEscaped(value.text, to: &bytes)
            return .text(String(decoding: bytes, as: UTF8.self))
        },
        Filter("escape_once", isFinal: true) { (value, _, _) throws(Fault) in
            guard !value.isNil else { return value }
            return .text(escapedOnce(value.text))
        },
        text("newline_to_br") { (text) throws(Fault) in
            var result: [UInt8] = []
            for byte in text.utf8 {
                if byte == 0x0A {
                    if result.last == 0x0D { result.removeLast() }
                    result += "<br />".utf8
                }
                result.append(byte)
            }
            return String(decoding: result, as: UTF8.self)
        },
        text("strip_html") { (text) throws(Fault) in
            var bytes = Array(text.utf8)
            bytes = without(bytes, [("<script", "</script>"), ("<!--", "-->"), ("<style", "</style>")])
            return String(decoding: without(bytes, [("<", ">")]), as: UTF8.self)
        },
        text("url_encode") { (text) throws(Fault) in
            var result: [UInt8] = []
            for byte in text.utf8 {
                switch byte {
                case 0x20: result.append(UInt8(ascii: "+"))
                case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "~"): result.append(byte)
                case let byte where isLetterOrDigit(byte): result.append(byte)
                default: result += [UInt8(ascii: "%"), hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
                }
            }
            return String(decoding: result, as: UTF8.self)
        },
        text("url_decode") { (text) throws(Fault) in
            let bytes = Array(text.utf8)
            var result: [UInt8] = []
            var place = 0
            while place < bytes.count {
                if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.count,
                    let high = hexValue(bytes[place + 1]), let low = hexValue(bytes[place + 2])
                {
                    result.append(high << 4 | low)
                    place += 3
                } else {
                    result.append(bytes[place] == UInt8(ascii: "+") ? 0x20 : bytes[place])
                    place += 1
                }
            }
            return try utf8Text(result)
        },
        text("base64_encode") { (text) throws(Fault) in base64(text, isURLSafe: false) },
        text("base64_url_safe_encode") { (text) throws(Fault) in base64(text, isURLSafe: true) },
        text("base64_decode") { (text) throws(Fault) in try decodedBase64(text, isURLSafe: false) },
        text("base64_url_safe_decode") { (text) throws(Fault) in try decodedBase64(text, isURLSafe: true) },
    ]

    private static func utf8Text(_ bytes: [UInt8]) throws(Fault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .value("the bytes are no text: expected UTF-8")
        }
        return text
    }

    // MARK: HTML

    private static func escapedOnce(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var place = 0
        while place < bytes.count {
            let end = bytes[place] == UInt8(ascii: "&") ? endOfEntity(bytes, place) : nil
            if let end {
                result += bytes[place..<end]
            } else {
                appendEscaped(String(decoding: [bytes[place]], as: UTF8.self), to: &result)
            }
            place = end ?? place + 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Where `&name;`, `&#12;` or `&#x1F;` ends; nil where there is none.
    private static func endOfEntity(_ bytes: [UInt8], _ start: Int) -> Int? {
        // The longest name that HTML knows has 31 letters.
        guard let length = bytes[(start + 1)...].prefix(34).firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let name = bytes[start + 1..<length]
        let isEntity =
            if name.starts(with: "#x".utf8) || name.starts(with: "#X".utf8) {
                name.count > 2 && name.dropFirst(2).allSatisfy { hexValue($0) != nil }
            } else if name.first == UInt8(ascii: "#") {
                name.count > 1 && name.dropFirst().allSatisfy(isDigit)
            } else {
                !name.isEmpty && name.allSatisfy(isLetterOrDigit)
            }
        return isEntity ? length + 1 : nil
    }

    /// Without what stands between each opening and its closing; an opening that is never closed stays.
    private static func without(_ bytes: [UInt8], _ pairs: [(open: String, close: String)]) -> [UInt8] {
        var closings = pairs.map { (open: Array($0.open.utf8), close: Array($0.close.utf8), isGone: false) }
        var result: [UInt8] = []
        var place = 0
        scan: while place < bytes.count {
            if bytes[place] == UInt8(ascii: "<") {
                for index in closings.indices
                where !closings[index].isGone && bytes[place...].starts(with: closings[index].open) {
                    let start = place + closings[index].open.count
                    if let end = firstRange(of: closings[index].close, in: bytes, from: start) {
                        place = end.upperBound
                        continue scan
                    }
                    closings[index].isGone = true
                }
            }
            result.append(bytes[place])
            place += 1
        }
        return result
    }

    // MARK: Base64

    private static func base64(_ text: String, isURLSafe: Bool) -> String {
        let encoded = Base64.text(Array(text.utf8))
        return isURLSafe ? encoded.replacing("+", with: "-").replacing("/", with: "_") : encoded
    }

    private static func decodedBase64(_ text: String, isURLSafe: Bool) throws(Fault) -> String {
        let digits = Dictionary(
            uniqueKeysWithValues: alphabet(isURLSafe: isURLSafe).enumerated().map { ($1, $0) })
        var bytes = Array(text.utf8)[...]
        let isPadded = bytes.count % 4 == 0
        while isPadded, text.utf8.count - bytes.count < 2, bytes.last == UInt8(ascii: "=") { bytes.removeLast() }
        guard isPadded || isURLSafe, bytes.count % 4 != 1 else { throw .value("the text is not Base64") }
        var result: [UInt8] = []
        var bits = 0, count = 0
        for byte in bytes {
            guard let digit = digits[byte] else { throw .value("the text is not Base64") }
            bits = (bits << 6 | digit) & 0xFFFF
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            result.append(UInt8(truncatingIfNeeded: bits >> count))
        }
        return try utf8Text(result)
    }

    private static func alphabet(isURLSafe: Bool) -> [UInt8] {
        Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\(isURLSafe ? "-_" : "+/")".utf8)
    }
}

private let hexDigits = Array("0123456789ABCDEF".utf8)

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}

private func hexValue(_ byte: UInt8) -> UInt8? {
    hexDigits.firstIndex { $0 == byte || ($0 >= UInt8(ascii: "A") && $0 | 0x20 == byte) }.map(UInt8.init)
}
