// A validating scanner over bytes (RFC 8259): it walks a document without building anything, and the parser of
// JSONValue is written on top of it. Manifests of a million lines go through here, so it stays on raw bytes.
// Strings are checked to be UTF-8 and free of lone surrogates; depth is bounded.

/// Why a text is not JSON.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong, in words that a user may see.
    package var reason: String
    /// Byte offset into the text.
    package var offset: Int

    package var description: String { "\(reason) at byte \(offset)" }
}

/// Steps through one JSON text. Every call checks what it passes.
package struct JSONScanner {
    /// The text; must stay as it is while the scanner is used.
    package let bytes: UnsafeRawBufferPointer
    /// Bytes passed so far: where the next call begins.
    package private(set) var offset = 0
    private let maximumDepth: Int
    private var depth = 0

    /// Stands at the beginning of a text; arrays and objects may nest `maximumDepth` deep.
    package init(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int = 100) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// The six kinds of value (RFC 8259, section 3).
    package enum Kind: Sendable { case null, bool, number, string, array, object }

    /// The kind of the value that follows, by its first byte.
    package mutating func peek() throws(JSONError) -> Kind {
        skipSpace()
        guard offset < bytes.count else { throw error("The text ends where a value should stand") }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw error("A value cannot start with this character")
        }
    }

    /// Passes any value and returns the range of its text.
    @discardableResult
    package mutating func skipValue() throws(JSONError) -> Range<Int> {
        let kind = try peek()
        let start = offset
        switch kind {
        case .object: try skipObject()
        case .array: try skipArray()
        case .string: try skipString()
        case .number: try skipNumber()
        case .bool: try skipWord(bytes[offset] == UInt8(ascii: "t") ? "true" : "false")
        case .null: try skipWord("null")
        }
        return start..<offset
    }

    /// Passes the opening bracket of an object or array. False where it closes at once.
    package mutating func enter(_ open: UInt8, _ close: UInt8) throws(JSONError) -> Bool {
        try expect(open)
        depth += 1
        guard depth <= maximumDepth else { throw error("More than \(maximumDepth) levels") }
        skipSpace()
        guard offset < bytes.count, bytes[offset] == close else { return true }
        offset += 1
        depth -= 1
        return false
    }

    /// Passes a comma (true) or the closing bracket (false).
    package mutating func hasNext(_ close: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        guard offset < bytes.count else { throw error("The text ends inside an object or array") }
        if bytes[offset] == UInt8(ascii: ",") {
            offset += 1
            return true
        }
        guard bytes[offset] == close else { throw error("A comma or a closing bracket should stand here") }
        offset += 1
        depth -= 1
        return false
    }

    /// Passes a member's name and its colon; returns the range of the name between its quotes and whether it is
    /// escaped.
    package mutating func memberName() throws(JSONError) -> (range: Range<Int>, isEscaped: Bool) {
        skipSpace()
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
            throw error("A member name should stand here")
        }
        let name = try skipString()
        skipSpace()
        try expect(UInt8(ascii: ":"))
        return name
    }

    /// Passes a string; returns the range between its quotes and whether it has escapes.
    @discardableResult
    package mutating func skipString() throws(JSONError) -> (range: Range<Int>, isEscaped: Bool) {
        try expect(UInt8(ascii: "\""))
        let start = offset
        var isEscaped = false
        while true {
            skipPlainText()
            guard offset < bytes.count else { break }
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return (start..<offset - 1, isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                try skipEscape()
            case 0x20..<0x80: offset += 1
            case ..<0x20: throw error("A control character in a string")
            default: try skipMultibyte(byte)
            }
        }
        throw error("The text ends inside a string")
    }

    /// Checks that nothing but white space follows.
    package mutating func end() throws(JSONError) {
        skipSpace()
        guard offset == bytes.count else { throw error("Text after the end of the value") }
    }

    /// Checks that the bytes are one JSON text.
    package static func check(_ bytes: [UInt8], maximumDepth: Int = 100) throws(JSONError) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(JSONError) in
                var scanner = JSONScanner(buffer, maximumDepth: maximumDepth)
                try scanner.skipValue()
                try scanner.end()
            }
        }
        try result.get()
    }

    // MARK: Parts

    /// An error at the present offset, for readers built on the scanner.
    package func error(_ reason: String) -> JSONError { JSONError(reason: reason, offset: offset) }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default: return
            }
        }
    }

    /// Passes whole groups of eight bytes without quote, backslash, control character or byte above 0x7F, and what
    /// precedes the first such byte in the next group. Strings are most of a manifest, and most of them are plain.
    private mutating func skipPlainText() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        while offset + 8 <= bytes.count {
            let group = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            // A byte's high bit is set in one of these where the byte is special: zero after the exclusive or, below
            // 0x20, or above 0x7F. Borrows spoil only bytes after the first such one.
            let quotes = group ^ ones &* 0x22 &- ones, escapes = group ^ ones &* 0x5C &- ones
            let controls = group &- ones &* 0x20
            let marks = (quotes | escapes | controls | group) & (ones &* 0x80)
            guard marks == 0 else {
                offset += marks.trailingZeroBitCount / 8
                return
            }
            offset += 8
        }
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard offset < bytes.count, bytes[offset] == byte else {
            throw error("'\(Character(UnicodeScalar(byte)))' should stand here")
        }
        offset += 1
    }

    private mutating func skipObject() throws(JSONError) {
        guard try enter(UInt8(ascii: "{"), UInt8(ascii: "}")) else { return }
        repeat {
            _ = try memberName()
            try skipValue()
        } while try hasNext(UInt8(ascii: "}"))
    }

    private mutating func skipArray() throws(JSONError) {
        guard try enter(UInt8(ascii: "["), UInt8(ascii: "]")) else { return }
        repeat { try skipValue() } while try hasNext(UInt8(ascii: "]"))
    }

    private mutating func skipWord(_ word: StaticString) throws(JSONError) {
        let length = word.utf8CodeUnitCount
        guard offset + length <= bytes.count,
            (0..<length).allSatisfy({ bytes[offset + $0] == word.utf8Start[$0] })
        else { throw error("Not a value; true, false or null is written in full") }
        offset += length
    }

    private mutating func skipNumber() throws(JSONError) {
        if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
        let first = offset
        try skipDigits()
        if bytes[first] == UInt8(ascii: "0"), offset > first + 1 { throw error("A number with a leading zero") }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            offset += 1
            try skipDigits()
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            offset += 1
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") {
                offset += 1
            }
            try skipDigits()
        }
    }

    private mutating func skipDigits() throws(JSONError) {
        let start = offset
        while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) { offset += 1 }
        guard offset > start else { throw error("A digit should stand here") }
    }

    private mutating func skipEscape() throws(JSONError) {
        guard offset + 1 < bytes.count else { throw error("The text ends inside an escape") }
        switch bytes[offset + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            offset += 2
        case UInt8(ascii: "u"):
            let unit = try hexUnit(at: offset + 2)
            offset += 6
            if unit & 0xFC00 == 0xD800 {
                guard offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
                    bytes[offset + 1] == UInt8(ascii: "u"), try hexUnit(at: offset + 2) & 0xFC00 == 0xDC00
                else { throw error("A high surrogate without its low one") }
                offset += 6
            } else if unit & 0xFC00 == 0xDC00 {
                throw error("A low surrogate without its high one")
            }
        default: throw error("An unknown escape")
        }
    }

    /// The value of four hexadecimal digits.
    func hexUnit(at start: Int) throws(JSONError) -> UInt16 {
        guard start + 4 <= bytes.count else { throw error("The text ends inside an escape") }
        var value: UInt16 = 0
        for index in start..<start + 4 {
            guard let digit = hexDigit(bytes[index]) else { throw error("Not a hexadecimal digit") }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    /// Passes one multi-byte scalar (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
    private mutating func skipMultibyte(_ lead: UInt8) throws(JSONError) {
        let (length, second): (Int, ClosedRange<UInt8>) =
            switch lead {
            case 0xC2...0xDF: (2, 0x80...0xBF)
            case 0xE0: (3, 0xA0...0xBF)
            case 0xED: (3, 0x80...0x9F)
            case 0xE1...0xEF: (3, 0x80...0xBF)
            case 0xF0: (4, 0x90...0xBF)
            case 0xF1...0xF3: (4, 0x80...0xBF)
            case 0xF4: (4, 0x80...0x8F)
            default: (0, 0...0)
            }
        guard length > 0, offset + length <= bytes.count, second.contains(bytes[offset + 1]),
            (2..<max(length, 2)).allSatisfy({ bytes[offset + $0] & 0xC0 == 0x80 })
        else { throw error("Not UTF-8") }
        offset += length
    }
}

func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
