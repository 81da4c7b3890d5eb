// Reads shapes from JSON objects (awsJson 1.1, and the bodies of restJson). A structure's object is gone through once
// and its values laid out by place; generated code then picks them up.

internal import Digests
internal import JSON
internal import Kernel
internal import Shapes

struct JSONShapeReader: ShapeReader {
    private var members: [MemberSchema]
    private var values: [JSONValue?]
    private var path = MemberPath()
    /// Set inside a list or map of plain values, whose failures are told once, for the whole of it.
    private var isInCollection = false
    private var collectionFailed = false
    private(set) var problems = Problems(style: .validation)

    init(_ object: JSONObject, _ schema: StructureSchema) {
        members = []
        values = []
        lay(object, schema)
    }

    /// Puts the members of an object at their places.
    private mutating func lay(_ object: JSONObject, _ schema: StructureSchema) {
        members = schema.members
        values = Array(repeating: nil, count: members.count)
        for entry in object.members where !entry.value.isNull {
            guard let place = schema.bodyMembers[entry.name] else {
                problems.unknown(path.text(entry.name))
                continue
            }
            values[place] = entry.value
            let member = members[place]
            if member.isUnserved, !member.accepts(entry.value.plainText) {
                problems.refuse(.notImplemented("The member \(path.text(member))"))
            }
        }
    }

    // MARK: Plain values

    mutating func string(_ member: Int) -> String? {
        guard let value = values[member] else { return nil }
        guard let text = value.string else { return wrong(member, "String") }
        guard let constraints = members[member].constraints else { return text }
        fail(member, text, constraints.broken(by: text))
        return text
    }

    mutating func boolean(_ member: Int) -> Bool? {
        guard let value = values[member] else { return nil }
        return value.bool ?? wrong(member, "Boolean")
    }

    mutating func integer(_ member: Int) -> Int? { long(member).flatMap { Int(exactly: $0) } }

    mutating func long(_ member: Int) -> Int64? {
        guard let value = values[member] else { return nil }
        guard let number = value.number?.integer else { return wrong(member, "Integer") }
        if let constraints = members[member].constraints {
            fail(member, String(number), constraints.broken(by: Double(number)))
        }
        return number
    }

    mutating func double(_ member: Int) -> Double? {
        guard let value = values[member] else { return nil }
        guard let number = value.double else { return wrong(member, "Double") }
        if let constraints = members[member].constraints {
            fail(member, value.plainText, constraints.broken(by: number))
        }
        return number
    }

    mutating func timestamp(_ member: Int) -> Instant? {
        guard let value = values[member] else { return nil }
        if members[member].timestampFormat != .iso8601, let seconds = value.double, abs(seconds) < 1e12 {
            return Instant(microseconds: Int64((seconds * 1_000_000).rounded()))
        }
        return value.string.flatMap { Instant(iso8601: $0) } ?? wrong(member, "Timestamp")
    }

    mutating func blob(_ member: Int) -> [UInt8]? {
        guard let value = values[member] else { return nil }
        return value.string.flatMap { Base64.bytes($0) } ?? wrong(member, "Blob")
    }

    mutating func document(_ member: Int) -> JSONDocument? {
        values[member].map { JSONDocument(bytes: $0.compactBytes) }
    }

    mutating func enumeration<Value: Enumeration>(_ member: Int, _ type: Value.Type) -> Value? {
        guard let value = values[member] else { return nil }
        guard let text = value.string else { return wrong(member, "String") }
        guard let found = Value.value(of: text, members[member].constraints) else {
            fail(member, text, [Value.words])
            return nil
        }
        if members[member].constraints?.unservedValues.contains(found.rawValue) == true {
            problems.refuse(.notImplemented("\(path.text(members[member])) \(found.rawValue)"))
        }
        return found
    }

    // MARK: Structures, lists, maps

    mutating func structure<Value: ReadableShape>(_ member: Int, _ type: Value.Type) -> Value? {
        guard let value = values[member] else { return nil }
        guard let object = value.object else { return wrong(member, "Structure") }
        let outer = (members, values, isInCollection)
        path.enter(members[member])
        lay(object, Value.schema)
        isInCollection = false
        let result = Value(from: &self)
        path.leave()
        (members, values, isInCollection) = outer
        return result
    }

    mutating func list<Element: ReadableElement>(_ member: Int, of type: Element.Type) -> [Element]? {
        guard let value = values[member] else { return nil }
        guard let array = value.array, let schema = members[member].element else { return wrong(member, "List") }
        if let constraints = members[member].constraints {
            fail(member, value.plainText, constraints.broken(byCount: array.count))
        }
        let outer = (members, values, isInCollection)
        path.enter(members[member])
        (members, isInCollection, collectionFailed) = ([schema], true, false)
        var result: [Element] = []
        result.reserveCapacity(array.count)
        for (index, item) in array.enumerated() where !item.isNull {
            values = [item]
            path.enter(index: index)
            if let element = Element.element(from: &self) { result.append(element) }
            path.leave()
        }
        path.leave()
        (members, values, isInCollection) = outer
        reportCollection(member, "Member", schema.demands(Element.self))
        return result
    }

    mutating func map<Value: ReadableElement>(_ member: Int, to type: Value.Type) -> [String: Value]? {
        guard let value = values[member] else { return nil }
        guard let object = value.object, let schema = members[member].element, let key = members[member].key else {
            return wrong(member, "Map")
        }
        if let constraints = members[member].constraints {
            fail(member, value.plainText, constraints.broken(byCount: object.count))
        }
        let outer = (members, values, isInCollection)
        path.enter(members[member])
        (members, isInCollection, collectionFailed) = ([schema], true, false)
        var result: [String: Value] = [:]
        var keyFailed = false
        for entry in object.members where !entry.value.isNull {
            if let constraints = key.constraints, !constraints.broken(by: entry.name).isEmpty { keyFailed = true }
            values = [entry.value]
            path.enter(key: entry.name)
            if let element = Value.element(from: &self) { result[entry.name] = element }
            path.leave()
        }
        path.leave()
        (members, values, isInCollection) = outer
        reportCollection(member, "Map value", schema.demands(Value.self))
        collectionFailed = keyFailed
        reportCollection(member, "Map keys", key.demands(String.self))
        return result
    }

    mutating func missing(_ member: Int) {
        if values[member] == nil {
            problems.failure(value: nil, at: path.text(members[member]), "Member must not be null")
        }
    }

    // MARK: Recording

    private mutating func fail(_ member: Int, _ text: String, _ broken: [String]) {
        guard !broken.isEmpty else { return }
        guard !isInCollection else {
            collectionFailed = true
            return
        }
        let shown = members[member].constraints?.isSensitive == true ? "***" : text
        for constraint in broken { problems.failure(value: shown, at: path.text(members[member]), constraint) }
    }

    /// One failure for a whole list or map, naming all that is demanded of its elements.
    private mutating func reportCollection(_ member: Int, _ subject: String, _ demands: [String]) {
        guard collectionFailed else { return }
        collectionFailed = false
        fail(
            member, values[member]?.plainText ?? "",
            ["\(subject) must satisfy constraint: [\(demands.joined(separator: ", "))]"])
    }

    /// A value of the wrong kind.
    private mutating func wrong<Value>(_ member: Int, _ wanted: String) -> Value? {
        guard let value = values[member] else { return nil }
        problems.unreadable(
            .serializationException(Self.mismatch(value, wanted) + " (at '\(path.text(members[member]))')"))
        return nil
    }

    /// AWS's words for a value of the wrong kind.
    private static func mismatch(_ value: JSONValue, _ wanted: String) -> String {
        let article = wanted == "Integer" ? "an" : "a"
        switch value {
        case .array: return "Start of list found where not expected"
        case .object: return "Start of structure or map found where not expected."
        case .string: return "STRING_VALUE can not be converted to \(article) \(wanted)"
        case .number(let number):
            let kind = number.integer == nil ? "FLOAT_VALUE" : "NUMBER_VALUE"
            return "\(kind) can not be converted to \(article) \(wanted)"
        case .bool(let value): return "\(value ? "TRUE" : "FALSE")_VALUE can not be converted to \(article) \(wanted)"
        case .null: return "NULL_VALUE can not be converted to \(article) \(wanted)"
        }
    }
}

extension MemberSchema {
    /// What is demanded of an element of that type, in words.
    func demands<Value>(_ type: Value.Type) -> [String] {
        let values = (type as? any Enumeration.Type).map { [$0.words] } ?? []
        return (constraints?.words ?? []) + values
    }
}

extension JSONValue {
    /// As validation messages show it: text without quotes, lists in brackets.
    var plainText: String {
        switch self {
        case .string(let text): text
        case .array(let elements): "[\(elements.map(\.plainText).joined(separator: ", "))]"
        case .object(let object):
            "{\(object.members.map { "\($0.name)=\($0.value.plainText)" }.joined(separator: ", "))}"
        default: compactText
        }
    }
}
