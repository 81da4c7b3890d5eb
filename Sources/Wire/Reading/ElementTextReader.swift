// Reads one element of a list or map that stands in a header or parameter.

internal import Digests
internal import Kernel
internal import Shapes

struct ElementTextReader: ShapeReader {
    let schema: MemberSchema
    let text: String

    mutating func string(_ member: Int) -> String? { text }
    mutating func boolean(_ member: Int) -> Bool? { text == "true" }
    mutating func integer(_ member: Int) -> Int? { Int(text) }
    mutating func long(_ member: Int) -> Int64? { Int64(text) }
    mutating func double(_ member: Int) -> Double? { Double(text) }
    mutating func timestamp(_ member: Int) -> Instant? { Instant(httpDate: text) }
    mutating func blob(_ member: Int) -> [UInt8]? { Base64.bytes(text) }
    mutating func document(_ member: Int) -> JSONDocument? { nil }

    mutating func enumeration<Value: Enumeration>(_ member: Int, _ type: Value.Type) -> Value? {
        Value.value(of: text, schema.constraints)
    }

    mutating func structure<Value: ReadableShape>(_ member: Int, _ type: Value.Type) -> Value? { nil }
    mutating func list<Element: ReadableElement>(_ member: Int, of type: Element.Type) -> [Element]? { nil }
    mutating func map<Value: ReadableElement>(_ member: Int, to type: Value.Type) -> [String: Value]? { nil }
    mutating func missing(_ member: Int) {}
}
