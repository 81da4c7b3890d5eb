// Writing JSON: compact, as the service writes its files, or indented for people. Text is UTF-8; only what RFC 8259
// demands is escaped, so labels in any script stay readable.

/// Appends JSON text to a byte array.
package struct JSONWriter {
    /// The text written so far.
    package private(set) var bytes: [UInt8] = []
    /// Whether a comma is due before the next member or element.
    private var needsComma = false

    /// An empty text; `capacity` is the number of bytes to expect.
    package init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// Opens an object, as a value where one is due.
    package mutating func beginObject() { open("{") }
    /// Closes the object opened last.
    package mutating func endObject() { close("}") }
    /// Opens an array, as a value where one is due.
    package mutating func beginArray() { open("[") }
    /// Closes the array opened last.
    package mutating func endArray() { close("]") }

    /// The name of the member whose value follows.
    package mutating func name(_ text: String) {
        comma()
        quote(text)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a string value, in quotes and escaped.
    package mutating func string(_ text: String) {
        comma()
        quote(text)
        needsComma = true
    }

    /// Writes a whole number.
    package mutating func integer(_ value: some FixedWidthInteger) { raw(String(value).utf8) }
    /// Writes `true` or `false`.
    package mutating func bool(_ value: Bool) { raw((value ? "true" : "false").utf8) }
    /// Writes `null`.
    package mutating func null() { raw("null".utf8) }
    /// Writes a number with the digits it came with.
    package mutating func number(_ value: JSONNumber) { raw(value.literal.utf8) }

    /// Text that is JSON already.
    package mutating func raw(_ text: some Collection<UInt8>) {
        comma()
        bytes.append(contentsOf: text)
        needsComma = true
    }

    /// Writes a value of any kind with all that is in it.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let bool): self.bool(bool)
        case .number(let number): self.number(number)
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object.members {
                name(member.name)
                self.value(member.value)
            }
            endObject()
        }
    }

    private mutating func open(_ bracket: Character) {
        comma()
        bytes.append(bracket.asciiValue ?? 0)
        needsComma = false
    }

    private mutating func close(_ bracket: Character) {
        bytes.append(bracket.asciiValue ?? 0)
        needsComma = true
    }

    private mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
            case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
            case 0x20...: bytes.append(byte)
            case 0x0A: bytes.append(contentsOf: "\\n".utf8)
            case 0x0D: bytes.append(contentsOf: "\\r".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            default:
                let digits = Array("0123456789abcdef".utf8)
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension JSONValue {
    /// Compact JSON, as the service writes its files.
    package var compactBytes: [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }

    /// Compact JSON as a string.
    package var compactText: String { String(decoding: compactBytes, as: UTF8.self) }

    /// Indented JSON for people, two blanks a level.
    package var indentedText: String { indented("") }

    private func indented(_ margin: String) -> String {
        let inner = margin + "  "
        switch self {
        case .array(let elements) where !elements.isEmpty:
            return "[\n" + elements.map { inner + $0.indented(inner) }.joined(separator: ",\n") + "\n\(margin)]"
        case .object(let object) where !object.isEmpty:
            let members = object.members.map {
                inner + JSONValue.string($0.name).compactText + ": " + $0.value.indented(inner)
            }
            return "{\n" + members.joined(separator: ",\n") + "\n\(margin)}"
        default: return compactText
        }
    }
}
