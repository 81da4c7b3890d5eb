// The reader that generated code pulls its members from. Members are named by their place in the schema, so that a
// missing one, the common case for headers, costs no look-up.

package import Kernel

/// Source of the members of one structure. Answers nil for what is missing and for what is wrong and has been recorded.
package protocol ShapeReader {
    /// A string, checked against the member's constraints.
    mutating func string(_ member: Int) -> String?
    /// A boolean; text spells it `true` or `false` in any case, XML also 1 or 0.
    mutating func boolean(_ member: Int) -> Bool?
    /// A whole number that fits `Int`.
    mutating func integer(_ member: Int) -> Int?
    /// A whole number of 64 bits.
    mutating func long(_ member: Int) -> Int64?
    /// A double; JSON gives it as a number, never as a string.
    mutating func double(_ member: Int) -> Double?
    /// A date in the member's format.
    mutating func timestamp(_ member: Int) -> Instant?
    /// Bytes; base64 wherever text carries them.
    mutating func blob(_ member: Int) -> [UInt8]?
    /// A free JSON value, unread.
    mutating func document(_ member: Int) -> JSONDocument?
    /// One of an enumeration's values; another one is recorded as a broken constraint.
    mutating func enumeration<Value: Enumeration>(_ member: Int, _ type: Value.Type) -> Value?
    /// A structure, read member by member by its own initialiser.
    mutating func structure<Value: ReadableShape>(_ member: Int, _ type: Value.Type) -> Value?
    /// A list; nulls are left out, and so are elements that are wrong, once they are recorded.
    mutating func list<Element: ReadableElement>(_ member: Int, of type: Element.Type) -> [Element]?
    /// A map by its keys.
    mutating func map<Value: ReadableElement>(_ member: Int, to type: Value.Type) -> [String: Value]?
    /// Records that a required member is missing, unless it is there and something else is wrong with it.
    mutating func missing(_ member: Int)
}

extension ShapeReader {
    /// The member, or the empty string once its absence is recorded.
    package mutating func requiredString(_ member: Int) -> String {
        if let value = string(member) { return value }
        missing(member)
        return ""
    }

    /// The member, or false once its absence is recorded.
    package mutating func requiredBoolean(_ member: Int) -> Bool {
        if let value = boolean(member) { return value }
        missing(member)
        return false
    }

    /// The member, or 0 once its absence is recorded.
    package mutating func requiredInteger(_ member: Int) -> Int {
        if let value = integer(member) { return value }
        missing(member)
        return 0
    }

    /// The member, or 0 once its absence is recorded.
    package mutating func requiredLong(_ member: Int) -> Int64 {
        if let value = long(member) { return value }
        missing(member)
        return 0
    }

    /// The member, or 0 once its absence is recorded.
    package mutating func requiredDouble(_ member: Int) -> Double {
        if let value = double(member) { return value }
        missing(member)
        return 0
    }

    /// The member, or the epoch once its absence is recorded.
    package mutating func requiredTimestamp(_ member: Int) -> Instant {
        if let value = timestamp(member) { return value }
        missing(member)
        return .epoch
    }

    /// The member, or no bytes once its absence is recorded.
    package mutating func requiredBlob(_ member: Int) -> [UInt8] {
        if let value = blob(member) { return value }
        missing(member)
        return []
    }

    /// The member, or an empty document once its absence is recorded.
    package mutating func requiredDocument(_ member: Int) -> JSONDocument {
        if let value = document(member) { return value }
        missing(member)
        return JSONDocument(bytes: [])
    }

    /// The member, or the enumeration's placeholder once its absence is recorded.
    package mutating func requiredEnumeration<Value: Enumeration>(_ member: Int, _ type: Value.Type) -> Value {
        if let value = enumeration(member, type) { return value }
        missing(member)
        return .placeholder
    }

    /// The member, or a structure of placeholders once its absence is recorded.
    package mutating func requiredStructure<Value: ReadableShape>(_ member: Int, _ type: Value.Type) -> Value {
        if let value = structure(member, type) { return value }
        missing(member)
        var nothing = NothingReader()
        return Value(from: &nothing)
    }

    /// The member, or an empty list once its absence is recorded.
    package mutating func requiredList<Element: ReadableElement>(_ member: Int, of type: Element.Type) -> [Element] {
        if let value = list(member, of: type) { return value }
        missing(member)
        return []
    }

    /// The member, or an empty map once its absence is recorded.
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
