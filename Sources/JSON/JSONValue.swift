// A JSON document as a value. Objects keep the order of their members and numbers keep their digits, because manifest
// lines and requests are echoed: what came in must come out as it was.

/// A JSON value (RFC 8259).
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// A number without fraction.
    package static func integer(_ value: some FixedWidthInteger) -> JSONValue { .number(JSONNumber(value)) }
    /// A number as `JSONNumber` writes it: NaN and infinities become 0.
    package static func double(_ value: Double) -> JSONValue { .number(JSONNumber(value)) }

    /// The text of a string; nil for other kinds.
    package var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }
    /// The value of a boolean; nil for other kinds.
    package var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }
    /// A number with its digits; nil for other kinds.
    package var number: JSONNumber? {
        guard case .number(let value) = self else { return nil }
        return value
    }
    /// The value of a number that is whole and fits; nil for everything else.
    package var integer: Int? { number?.integer.flatMap { Int(exactly: $0) } }
    /// The value of a number, rounded where it has more digits than a double holds; nil for other kinds.
    package var double: Double? { number?.double }
    /// The elements of an array; nil for other kinds.
    package var array: [JSONValue]? {
        guard case .array(let value) = self else { return nil }
        return value
    }
    /// The members of an object; nil for other kinds.
    package var object: JSONObject? {
        guard case .object(let value) = self else { return nil }
        return value
    }
    /// Whether the value is there but null.
    package var isNull: Bool { self == .null }

    /// The member of an object; nil for other kinds and where it is missing.
    package subscript(key: String) -> JSONValue? { object?[key] }

    /// The kind in words, for messages about wrong types.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// A number with the digits it was written with.
package struct JSONNumber: Hashable, Sendable {
    /// As RFC 8259 spells it.
    package let literal: String

    init(unchecked literal: String) { self.literal = literal }

    /// A whole number in decimal digits.
    package init(_ value: some FixedWidthInteger) { literal = String(value) }

    /// Whole values are written without fraction; NaN and infinities, which JSON has no word for, become 0.
    package init(_ value: Double) {
        if value == value.rounded(), abs(value) < 1e15 {
            literal = String(Int64(value))
        } else {
            literal = value.isFinite ? "\(value)" : "0"
        }
    }

    /// The value, where it is whole and fits; `1.0` and `1e3` count as whole.
    package var integer: Int64? { Int64(literal) ?? Int64(exactly: double) }
    /// The nearest double.
    package var double: Double { Double(literal) ?? 0 }
}

/// The members of a JSON object in their order. A repeated name keeps its first place and takes the last value.
package struct JSONObject: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// A member of an object.
    package struct Entry: Hashable, Sendable {
        /// With its escapes resolved.
        package let name: String
        /// The latest value given under the name.
        package var value: JSONValue
    }

    /// In the order in which their names came first.
    package private(set) var members: [Entry] = []
    /// Places of the names, kept only for objects too large to search by eye.
    private var places: [String: Int] = [:]
    private static let searchable = 16

    package init() {}

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (name, value) in elements { self[name] = value }
    }

    /// Whether there is no member.
    package var isEmpty: Bool { members.isEmpty }
    /// Number of members.
    package var count: Int { members.count }
    /// The members' names in order.
    package var names: [String] { members.map(\.name) }

    /// Reads a member; setting appends or replaces, setting nil removes.
    package subscript(name: String) -> JSONValue? {
        get { place(of: name).map { members[$0].value } }
        set {
            switch (place(of: name), newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil): remove(at: place)
            case (nil, let value?): append(name, value)
            case (nil, nil): break
            }
        }
    }

    package static func == (left: JSONObject, right: JSONObject) -> Bool { left.members == right.members }

    package func hash(into hasher: inout Hasher) { hasher.combine(members) }

    private func place(of name: String) -> Int? {
        members.count > Self.searchable ? places[name] : members.firstIndex { $0.name == name }
    }

    private mutating func append(_ name: String, _ value: JSONValue) {
        members.append(Entry(name: name, value: value))
        if members.count > Self.searchable {
            if places.isEmpty { indexAll() } else { places[name] = members.count - 1 }
        }
    }

    private mutating func remove(at place: Int) {
        members.remove(at: place)
        places = [:]
        if members.count > Self.searchable { indexAll() }
    }

    private mutating func indexAll() {
        places = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.name, $0) })
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (name, value) in elements { object[name] = value }
        self = .object(object)
    }
}
