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

    package static func integer(_ value: some FixedWidthInteger) -> JSONValue { .number(JSONNumber(value)) }
    package static func double(_ value: Double) -> JSONValue { .number(JSONNumber(value)) }

    package var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }
    package var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }
    package var number: JSONNumber? {
        guard case .number(let value) = self else { return nil }
        return value
    }
    package var integer: Int? { number?.integer.flatMap { Int(exactly: $0) } }
    package var double: Double? { number?.double }
    package var array: [JSONValue]? {
        guard case .array(let value) = self else { return nil }
        return value
    }
    package var object: JSONObject? {
        guard case .object(let value) = self else { return nil }
        return value
    }
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
    package var double: Double { Double(literal) ?? 0 }
}

/// The members of a JSON object in their order. A repeated name keeps its first place and takes the last value.
package struct JSONObject: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    package struct Entry: Hashable, Sendable {
        package let name: String
        package var value: JSONValue
    }

    package private(set) var members: [Entry] = []
    /// Places of the names, kept only for objects too large to search by eye.
    private var places: [String: Int] = [:]
    private static let searchable = 16

    package init() {}

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (name, value) in elements { self[name] = value }
    }

    package var isEmpty: Bool { members.isEmpty }
    package var count: Int { members.count }
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
