// Shapes as stored documents: what a client created is kept as the JSON object of its members and given back by
// Describe. No constraints are checked here; what is stored has passed them.

internal import JSON
internal import Kernel
internal import Shapes

extension WritableShape {
    /// The shape as a JSON object with the model's member names.
    var document: JSONObject {
        var writer = DocumentWriter(schema: Self.schema)
        write(to: &writer)
        return writer.object
    }
}

extension ReadableShape {
    /// The shape that was stored as `document`; members that are missing get placeholders.
    init(document: JSONObject) {
        var reader = DocumentReader(schema: Self.schema, object: document)
        self.init(from: &reader)
    }
}

private let elementName = "element"

private struct DocumentWriter: ShapeWriter {
    /// Nil for an element, whose only member has no name.
    let schema: StructureSchema?
    var object = JSONObject()

    private mutating func put(_ member: Int, _ value: JSONValue) {
        object[schema?.members[member].name ?? elementName] = value
    }

    mutating func string(_ member: Int, _ value: String) { put(member, .string(value)) }
    mutating func boolean(_ member: Int, _ value: Bool) { put(member, .bool(value)) }
    mutating func integer(_ member: Int, _ value: Int64) { put(member, .integer(value)) }
    mutating func double(_ member: Int, _ value: Double) { put(member, .double(value)) }
    mutating func timestamp(_ member: Int, _ value: Instant) { put(member, .integer(value.microseconds)) }
    mutating func blob(_ member: Int, _ value: [UInt8]) { put(member, .array(value.map { .integer($0) })) }
    mutating func document(_ member: Int, _ value: JSONDocument) {
        put(member, (try? JSONValue(parsing: value.bytes)) ?? .null)
    }
    mutating func structure(_ member: Int, _ value: some WritableShape) { put(member, .object(value.document)) }
    mutating func list<Element: WritableElement>(_ member: Int, _ values: [Element]) {
        put(member, .array(values.map(Self.element)))
    }
    mutating func map<Value: WritableElement>(_ member: Int, _ values: [String: Value]) {
        var object = JSONObject()
        for (key, value) in values.sorted(by: { $0.key < $1.key }) { object[key] = Self.element(value) }
        put(member, .object(object))
    }

    private static func element(_ element: some WritableElement) -> JSONValue {
        var writer = DocumentWriter(schema: nil)
        element.writeElement(to: &writer)
        return writer.object[elementName] ?? .null
    }
}

private struct DocumentReader: ShapeReader {
    let schema: StructureSchema?
    let object: JSONObject

    private func value(_ member: Int) -> JSONValue? { object[schema?.members[member].name ?? elementName] }

    mutating func string(_ member: Int) -> String? { value(member)?.string }
    mutating func boolean(_ member: Int) -> Bool? { value(member)?.bool }
    mutating func integer(_ member: Int) -> Int? { value(member)?.integer }
    mutating func long(_ member: Int) -> Int64? { value(member)?.number?.integer }
    mutating func double(_ member: Int) -> Double? { value(member)?.double }
    mutating func timestamp(_ member: Int) -> Instant? {
        value(member)?.number?.integer.map { Instant(microseconds: $0) }
    }
    mutating func blob(_ member: Int) -> [UInt8]? {
        value(member)?.array?.compactMap { $0.integer.flatMap { UInt8(exactly: $0) } }
    }
    mutating func document(_ member: Int) -> JSONDocument? {
        value(member).map { JSONDocument(bytes: $0.compactBytes) }
    }
    mutating func enumeration<Value: Enumeration>(_ member: Int, _ type: Value.Type) -> Value? {
        value(member)?.string.flatMap(Value.init(rawValue:))
    }
    mutating func structure<Value: ReadableShape>(_ member: Int, _ type: Value.Type) -> Value? {
        value(member)?.object.map(Value.init(document:))
    }
    mutating func list<Element: ReadableElement>(_ member: Int, of type: Element.Type) -> [Element]? {
        value(member)?.array?.compactMap(Self.element)
    }
    mutating func map<Value: ReadableElement>(_ member: Int, to type: Value.Type) -> [String: Value]? {
        guard let members = value(member)?.object?.members else { return nil }
        return Dictionary(members.compactMap { entry in Self.element(entry.value).map { (entry.name, $0) } }) { $1 }
    }
    mutating func missing(_ member: Int) {}

    private static func element<Element: ReadableElement>(_ value: JSONValue) -> Element? {
        var reader = DocumentReader(schema: nil, object: [elementName: value])
        return Element.element(from: &reader)
    }
}
