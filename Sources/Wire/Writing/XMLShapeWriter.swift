// Writes shapes as XML (restXml and the query protocol). Quotes are escaped in text too, as S3 does with ETags.

internal import Digests
internal import Kernel
internal import Shapes

struct XMLShapeWriter: ShapeWriter {
    private(set) var bytes: [UInt8] = []
    private var members: [MemberSchema]
    /// The name of a list's elements, which their own schema does not know when the list is flattened.
    private var elementName: String?
    /// Where the start tag of the structure at hand ends, for its attribute.
    private var tagEnd = 0

    init(_ schema: StructureSchema) {
        members = schema.members
        bytes.reserveCapacity(512)
    }

    /// Writes the XML declaration, as S3 does.
    mutating func declaration() { append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") }

    mutating func open(_ name: String, namespace: String? = nil) {
        append("<")
        append(name)
        if let namespace {
            append(" xmlns=\"")
            append(namespace)
            append("\"")
        }
        append(">")
    }

    mutating func close(_ name: String) {
        append("</")
        append(name)
        append(">")
    }

    mutating func element(_ name: String, _ text: String) {
        open(name)
        escape(text)
        close(name)
    }

    /// Text between tags that are already written.
    mutating func text(_ text: String) { escape(text) }

    mutating func string(_ member: Int, _ value: String) {
        if members[member].location == .attribute { return attribute(members[member].wireName, value) }
        element(name(member), value)
    }

    /// The only attributes in S3's documents are those of XML Schema instances (`xsi:type`).
    private mutating func attribute(_ name: String, _ value: String) {
        let text = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \(name)=\"\(value)\""
        bytes.insert(contentsOf: text.utf8, at: tagEnd)
    }

    mutating func boolean(_ member: Int, _ value: Bool) { element(name(member), value ? "true" : "false") }
    mutating func integer(_ member: Int, _ value: Int64) { element(name(member), String(value)) }
    mutating func double(_ member: Int, _ value: Double) { element(name(member), String(value)) }
    mutating func blob(_ member: Int, _ value: [UInt8]) { element(name(member), Base64.text(value)) }

    mutating func document(_ member: Int, _ value: JSONDocument) {
        element(name(member), String(decoding: value.bytes, as: UTF8.self))
    }

    mutating func timestamp(_ member: Int, _ value: Instant) {
        switch members[member].timestampFormat {
        case .httpDate: element(name(member), value.httpDate)
        case .epochSeconds: element(name(member), JSONShapeWriter.epochSeconds(value))
        case .protocolDefault, .iso8601: element(name(member), value.iso8601Milliseconds)
        }
    }

    mutating func structure<Value: WritableShape>(_ member: Int, _ value: Value) {
        let name = name(member)
        open(name)
        let outer = (members, elementName, tagEnd)
        (members, elementName, tagEnd) = (Value.schema.members, nil, bytes.count - 1)
        value.write(to: &self)
        (members, elementName, tagEnd) = outer
        close(name)
    }

    mutating func list<Element: WritableElement>(_ member: Int, _ values: [Element]) {
        guard let element = members[member].element else { return }
        let name = name(member)
        let isFlattened = members[member].isFlattened
        if !isFlattened { open(name) }
        let outer = (members, elementName)
        (members, elementName) = ([element], isFlattened ? name : element.wireName)
        for value in values { value.writeElement(to: &self) }
        (members, elementName) = outer
        if !isFlattened { close(name) }
    }

    mutating func map<Value: WritableElement>(_ member: Int, _ values: [String: Value]) {
        guard let element = members[member].element, let key = members[member].key else { return }
        let name = name(member)
        open(name)
        let outer = (members, elementName)
        (members, elementName) = ([element], element.wireName)
        for (text, value) in values.sorted(by: { $0.key < $1.key }) {
            open("entry")
            self.element(key.wireName, text)
            value.writeElement(to: &self)
            close("entry")
        }
        (members, elementName) = outer
        close(name)
    }

    private func name(_ member: Int) -> String { elementName ?? members[member].wireName }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Control characters become references. XML 1.0 has no word for most of them; S3 writes them so all the same, and
    /// clients that expect such keys ask for `encoding-type=url`.
    private mutating func escape(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            var copied = 0
            for (place, byte) in utf8.enumerated() {
                guard let reference = Self.reference(byte) else { continue }
                bytes.append(contentsOf: utf8[copied..<place])
                append(reference)
                copied = place + 1
            }
            bytes.append(contentsOf: utf8[copied...])
        }
    }

    /// What stands for a byte that may not stand for itself.
    @inline(__always)
    private static func reference(_ byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case 0x20..., 0x0A, 0x09: nil
        default: "&#\(byte);"
        }
    }
}
