// Writes shapes as XML (restXml and the query protocol). Quotes are escaped in text too, as S3 does with ETags.

internal import Digests
internal import Kernel
internal import Shapes

struct XMLShapeWriter: ShapeWriter {
    private(set) var bytes: [UInt8] = []
    private var members: [MemberSchema]
    private var tags: [ElementTags]
    /// The tags of a list's elements, which their own schema does not know when the list is flattened.
    private var elementTags: ElementTags?
    /// Where the start tag of the structure at hand ends, for its attribute.
    private var tagEnd = 0

    init(_ schema: StructureSchema) {
        members = schema.members
        tags = schema.tags
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
        if tags[member].isAttribute { return attribute(members[member].wireName, value) }
        element(member, value)
    }

    private mutating func element(_ member: Int, _ text: String) {
        let tags = elementTags ?? self.tags[member]
        bytes.append(contentsOf: tags.start)
        escape(text)
        bytes.append(contentsOf: tags.end)
    }

    /// The only attributes in S3's documents are those of XML Schema instances (`xsi:type`).
    private mutating func attribute(_ name: String, _ value: String) {
        let text = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \(name)=\"\(value)\""
        bytes.insert(contentsOf: text.utf8, at: tagEnd)
    }

    mutating func boolean(_ member: Int, _ value: Bool) { element(member, value ? "true" : "false") }
    mutating func integer(_ member: Int, _ value: Int64) { element(member, String(value)) }
    mutating func double(_ member: Int, _ value: Double) { element(member, String(value)) }
    mutating func blob(_ member: Int, _ value: [UInt8]) { element(member, Base64.text(value)) }

    mutating func document(_ member: Int, _ value: JSONDocument) {
        element(member, String(decoding: value.bytes, as: UTF8.self))
    }

    mutating func timestamp(_ member: Int, _ value: Instant) {
        switch members[member].timestampFormat {
        case .httpDate: element(member, value.httpDate)
        case .epochSeconds: element(member, JSONShapeWriter.epochSeconds(value))
        case .protocolDefault, .iso8601: element(member, value.iso8601Milliseconds)
        }
    }

    mutating func structure<Value: WritableShape>(_ member: Int, _ value: Value) {
        let element = elementTags ?? tags[member], schema = Value.schema
        bytes.append(contentsOf: element.start)
        let outer = (members, tags, elementTags, tagEnd)
        (members, tags, elementTags, tagEnd) = (schema.members, schema.tags, nil, bytes.count - 1)
        value.write(to: &self)
        (members, tags, elementTags, tagEnd) = outer
        bytes.append(contentsOf: element.end)
    }

    mutating func list<Element: WritableElement>(_ member: Int, _ values: [Element]) {
        let list = elementTags ?? tags[member]
        guard let element = members[member].element else { return }
        let isFlattened = members[member].isFlattened
        if !isFlattened { bytes.append(contentsOf: list.start) }
        let outer = (members, tags, elementTags)
        (members, tags, elementTags) = ([element], [element.tags], isFlattened ? list : element.tags)
        let start = bytes.count
        for value in values {
            let isFirst = bytes.count == start
            value.writeElement(to: &self)
            // Space for all of them at once, from the size of the first: growing step by step copies as much again.
            if isFirst { bytes.reserveCapacity(start + (bytes.count - start + 64) * values.count) }
        }
        (members, tags, elementTags) = outer
        if !isFlattened { bytes.append(contentsOf: list.end) }
    }

    mutating func map<Value: WritableElement>(_ member: Int, _ values: [String: Value]) {
        guard let element = members[member].element, let key = members[member].key else { return }
        let map = elementTags ?? tags[member]
        bytes.append(contentsOf: map.start)
        let outer = (members, tags, elementTags)
        (members, tags, elementTags) = ([element], [element.tags], element.tags)
        for (text, value) in values.sorted(by: { $0.key < $1.key }) {
            open("entry")
            self.element(key.wireName, text)
            value.writeElement(to: &self)
            close("entry")
        }
        (members, tags, elementTags) = outer
        bytes.append(contentsOf: map.end)
    }

    private mutating func append(_ text: String) {
        // In one piece, as nearly every text is, it is one copy.
        if text.utf8.withContiguousStorageIfAvailable({ bytes.append(contentsOf: $0) }) == nil {
            bytes.append(contentsOf: text.utf8)
        }
    }

    /// Control characters become references. XML 1.0 has no word for most of them; S3 writes them so all the same, and
    /// clients that expect such keys ask for `encoding-type=url`.
    private mutating func escape(_ text: String) {
        if text.utf8.withContiguousStorageIfAvailable({ escape($0) }) == nil {
            Array(text.utf8).withUnsafeBufferPointer { escape($0) }
        }
    }

    private mutating func escape(_ utf8: UnsafeBufferPointer<UInt8>) {
        var copied = 0
        for place in 0..<utf8.count where Self.isSpecial[Int(utf8[place])] {
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[copied..<place]))
            if let reference = Self.reference(utf8[place]) { append(reference) }
            copied = place + 1
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[copied...]))
    }

    /// Bytes that may not stand for themselves.
    private static let isSpecial = (UInt8.min...UInt8.max).map { reference($0) != nil }

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
