// The reader that generated code pulls its members from. Members are named by their place in the schema, so that a
// missing one, the common case for headers, costs no look-up.

package import Kernel

/// Source of the members of one structure. Answers nil for what is missing and for what is wrong and has been recorded.
package protocol ShapeReader {
    mutating func string(_ member: Int) -> String?
    mutating func boolean(_ member: Int) -> Bool?
    mutating func integer(_ member: Int) -> Int?
    mutating func long(_ member: Int) -> Int64?
    mutating func double(_ member: Int) -> Double?
    mutating func timestamp(_ member: Int) -> Instant?
    mutating func blob(_ member: Int) -> [UInt8]?
    mutating func document(_ member: Int) -> JSONDocument?
    mutating func enumeration<Value: Enumeration>(_ member: Int, _ type: Value.Type) -> Value?
    mutating func structure<Value: ReadableShape>(_ member: Int, _ type: Value.Type) -> Value?
    mutating func list<Element: ReadableElement>(_ member: Int, of type: Element.Type) -> [Element]?
    mutating func map<Value: ReadableElement>(_ member: Int, to type: Value.Type) -> [String: Value]?
    /// Records that a required member is missing, unless it is there and something else is wrong with it.
    mutating func missing(_ member: Int)
}

extension ShapeReader {
    package mutating func requiredString(_ member: Int) -> String {
        if let value = string(member) { return value }
        missing(member)
        return ""
    }

    package mutating func requiredBoolean(_ member: Int) -> Bool {
        if let value = boolean(member) { return value }
        missing(member)
        return false
    }

    package mutating func requiredInteger(_ member: Int) -> Int {
        if let value = integer(member) { return value }
        missing(member)
        return 0
    }

    package mutating func requiredLong(_ member: Int) -> Int64 {
        if let value = long(member) { return value }
        missing(member)
        return 0
    }

    package mutating func requiredDouble(_ member: Int) -> Double {
        if let value = double(member) { return value }
        missing(member)
        return 0
    }

    package mutating func requiredTimestamp(_ member: Int) -> Instant {
        if let value = timestamp(member) { return value }
        missing(member)
        return .epoch
    }

    package mutating func requiredBlob(_ member: Int) -> [UInt8] {
        if let value = blob(member) { return value }
        missing(member)
        return []
    }

    package mutating func requiredDocument(_ member: Int) -> JSONDocument {
        if let value = document(member) { return value }
        missing(member)
        return JSONDocument(bytes: [])
    }

    package mutating func requiredEnumeration<Value: Enumeration>(_ member: Int, _ type: Value.Type) -> Value {
        if let value = enumeration(member, type) { return value }
        missing(member)
        return .placeholder
    }

    package mutating func requiredStructure<Value: ReadableShape>(_ member: Int, _ type: Value.Type) -> Value {
        if let value = structure(member, type) { return value }
        missing(member)
        var nothing = NothingReader()
        return Value(from: &nothing)
    }

    package mutating func requiredList<Element: ReadableElement>(_ member: Int, of type: Element.Type) -> [Element] {
        if let value = list(member, of: type) { return value }
        missing(member)
        return []
    }

    package mutating func requiredMap<Value: ReadableElement>(_ member: Int, to type: Value.Type) -> [String: Value] {
        if let value = map(member, to: type) { return value }
        missing(member)
        return [:]
    }
}

/// A reader without members: makes the placeholder of a required structure that is missing.
package struct NothingReader: ShapeReader {
    package init() {}

    package mutating func string(_ member: Int) -> String? { nil }
    package mutating func boolean(_ member: Int) -> Bool? { nil }
    package mutating func integer(_ member: Int) -> Int? { nil }
    package mutating func long(_ member: Int) -> Int64? { nil }
    package mutating func double(_ member: Int) -> Double? { nil }
    package mutating func timestamp(_ member: Int) -> Instant? { nil }
    package mutating func blob(_ member: Int) -> [UInt8]? { nil }
    package mutating func document(_ member: Int) -> JSONDocument? { nil }
    package mutating func enumeration<Value: Enumeration>(_ member: Int, _ type: Value.Type) -> Value? { nil }
    package mutating func structure<Value: ReadableShape>(_ member: Int, _ type: Value.Type) -> Value? { nil }
    package mutating func list<Element: ReadableElement>(_ member: Int, of type: Element.Type) -> [Element]? { nil }
    package mutating func map<Value: ReadableElement>(_ member: Int, to type: Value.Type) -> [String: Value]? { nil }
    package mutating func missing(_ member: Int) {}
}
