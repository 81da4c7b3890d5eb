// Building values from text, on top of the scanner.

extension JSONValue {
    /// Parses a whole JSON text.
    package init(parsing bytes: UnsafeRawBufferPointer, maximumDepth: Int = 100) throws(JSONError) {
        var scanner = JSONScanner(bytes, maximumDepth: maximumDepth)
        self = try scanner.value()
        try scanner.end()
    }

    /// Parses a whole JSON text that is held as bytes.
    package init(parsing bytes: [UInt8], maximumDepth: Int = 100) throws(JSONError) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(JSONError) in try JSONValue(parsing: buffer, maximumDepth: maximumDepth) }
        }
        self = try result.get()
    }

    /// Parses a whole JSON text.
    package init(parsing text: String, maximumDepth: Int = 100) throws(JSONError) {
        self = try JSONValue(parsing: Array(text.utf8), maximumDepth: maximumDepth)
    }
}

extension JSONScanner {
    /// Reads the value that follows.
    package mutating func value() throws(JSONError) -> JSONValue {
        switch try peek() {
        case .object: return .object(try object())
        case .array: return .array(try array())
        case .string:
            let (range, isEscaped) = try skipString()
            return .string(try text(range, isEscaped: isEscaped))
        case .number:
            let range = try skipValue()
            return .number(JSONNumber(unchecked: String(decoding: bytes[range], as: UTF8.self)))
        case .bool: return .bool(try skipValue().count == 4)
        case .null:
            try skipValue()
            return .null
        }
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        var object = JSONObject()
        guard try enter(UInt8(ascii: "{"), UInt8(ascii: "}")) else { return object }
        repeat {
            let (range, isEscaped) = try memberName()
            object[try text(range, isEscaped: isEscaped)] = try value()
        } while try hasNext(UInt8(ascii: "}"))
        return object
    }

    private mutating func array() throws(JSONError) -> [JSONValue] {
        var elements: [JSONValue] = []
        guard try enter(UInt8(ascii: "["), UInt8(ascii: "]")) else { return elements }
        repeat { elements.append(try value()) } while try hasNext(UInt8(ascii: "]"))
        return elements
    }

    /// The text of a string that has been passed, with its escapes resolved.
    package func text(_ range: Range<Int>, isEscaped: Bool) throws(JSONError) -> String {
        guard isEscaped else { return String(decoding: bytes[range], as: UTF8.self) }
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            guard bytes[position] == UInt8(ascii: "\\") else {
                result.append(bytes[position])
                position += 1
                continue
            }
            switch bytes[position + 1] {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                let scalar = try escapedScalar(at: &position)
                result.append(contentsOf: String(Character(scalar)).utf8)
                continue
            case let plain: result.append(plain)
            }
            position += 2
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// One `\uXXXX`, or a surrogate pair of them; moves the position past it.
    private func escapedScalar(at position: inout Int) throws(JSONError) -> UnicodeScalar {
        let unit = UInt32(try hexUnit(at: position + 2))
        position += 6
        var value = unit
        if unit & 0xFC00 == 0xD800 {
            value = 0x10000 + (unit & 0x3FF) << 10 + UInt32(try hexUnit(at: position + 2)) & 0x3FF
            position += 6
        }
        guard let scalar = UnicodeScalar(value) else { throw error("Not a Unicode scalar") }
        return scalar
    }
}
