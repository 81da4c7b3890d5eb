// Writes shapes as JSON objects (awsJson 1.1, and the bodies of restJson).

internal import Digests
internal import JSON
internal import Kernel
internal import Shapes

struct JSONShapeWriter: ShapeWriter {
    private(set) var json = JSONWriter(reserving: 512)
    private var members: [MemberSchema]
    /// The value is an element of a list and has no name.
    private var isElement = false

    init(_ schema: StructureSchema) { members = schema.members }

    mutating func object(_ value: some WritableShape) {
        json.beginObject()
        value.write(to: &self)
        json.endObject()
    }

    mutating func begin() { json.beginObject() }
    mutating func end() { json.endObject() }

    mutating func string(_ member: Int, _ value: String) {
        name(member)
        json.string(value)
    }

    mutating func boolean(_ member: Int, _ value: Bool) {
        name(member)
        json.bool(value)
    }

    mutating func integer(_ member: Int, _ value: Int64) {
        name(member)
        json.integer(value)
    }

    mutating func double(_ member: Int, _ value: Double) {
        name(member)
        json.number(JSONNumber(value))
    }

    mutating func timestamp(_ member: Int, _ value: Instant) {
        name(member)
        switch members[member].timestampFormat {
        case .iso8601: json.string(value.iso8601Milliseconds)
        case .httpDate: json.string(value.httpDate)
        case .protocolDefault, .epochSeconds: json.raw(Self.epochSeconds(value).utf8)
        }
    }

    mutating func blob(_ member: Int, _ value: [UInt8]) {
        name(member)
        json.string(Base64.text(value))
    }

    mutating func document(_ member: Int, _ value: JSONDocument) {
        name(member)
        json.raw(value.bytes)
    }

    mutating func structure<Value: WritableShape>(_ member: Int, _ value: Value) {
        name(member)
        let outer = (members, isElement)
        (members, isElement) = (Value.schema.members, false)
        object(value)
        (members, isElement) = outer
    }

    mutating func list<Element: WritableElement>(_ member: Int, _ values: [Element]) {
        name(member)
        json.beginArray()
        inside(members[member].element) { writer in
            for value in values { value.writeElement(to: &writer) }
        }
        json.endArray()
    }

    /// Names are sorted: nothing that is sent depends on the order of a dictionary.
    mutating func map<Value: WritableElement>(_ member: Int, _ values: [String: Value]) {
        name(member)
        json.beginObject()
        inside(members[member].element) { writer in
            for (key, value) in values.sorted(by: { $0.key < $1.key }) {
                writer.json.name(key)
                value.writeElement(to: &writer)
            }
        }
        json.endObject()
    }

    private mutating func inside(_ element: MemberSchema?, _ body: (inout JSONShapeWriter) -> Void) {
        guard let element else { return }
        let outer = (members, isElement)
        (members, isElement) = ([element], true)
        body(&self)
        (members, isElement) = outer
    }

    private mutating func name(_ member: Int) {
        if !isElement { json.name(members[member].wireName) }
    }

    /// Seconds with milliseconds where there are any, in plain digits.
    static func epochSeconds(_ instant: Instant) -> String {
        let millisecond = instant.wholeMillisecond.microseconds / 1000
        let seconds = instant.seconds
        let fraction = Int(millisecond - seconds * 1000)
        guard fraction != 0 else { return String(seconds) }
        guard seconds >= 0 else { return String(Double(millisecond) / 1000) }
        var digits = String(1000 + fraction).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(seconds).\(digits)"
    }
}
