// Reads shapes from form fields of the query protocol: `Tags.member.1.Key=a`. Fields are looked up by their full name.

internal import Digests
internal import JSON
internal import Kernel
internal import Shapes

struct QueryShapeReader: ShapeReader {
    private let fields: [String: String]
    private var members: [MemberSchema]
    /// What stands before a member's name: empty, or ending in a full stop.
    private var prefix = ""
    /// The full name of a list's element, which has no name of its own.
    private var elementName: String?
    private var path = MemberPath()
    private(set) var problems = Problems(style: .validation)

    init(_ form: [QueryItem], _ schema: StructureSchema) {
        fields = Dictionary(form.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { first, _ in first })
        members = schema.members
    }

    private func name(_ member: Int) -> String { elementName ?? prefix + members[member].wireName }

    mutating func string(_ member: Int) -> String? {
        guard let text = fields[name(member)] else { return nil }
        if let constraints = members[member].constraints { fail(member, text, constraints.broken(by: text)) }
        return text
    }

    mutating func boolean(_ member: Int) -> Bool? {
        guard let text = fields[name(member)] else { return nil }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: return wrong(member, text)
        }
    }

    mutating func integer(_ member: Int) -> Int? { long(member).flatMap { Int(exactly: $0) } }

    mutating func long(_ member: Int) -> Int64? {
        guard let text = fields[name(member)] else { return nil }
        guard let number = Int64(text) else { return wrong(member, text) }
        if let constraints = members[member].constraints { fail(member, text, constraints.broken(by: Double(number))) }
        return number
    }

    mutating func double(_ member: Int) -> Double? {
        guard let text = fields[name(member)] else { return nil }
        return Double(text) ?? wrong(member, text)
    }

    mutating func timestamp(_ member: Int) -> Instant? {
        guard let text = fields[name(member)] else { return nil }
        return Instant(iso8601: text) ?? wrong(member, text)
    }

    mutating func blob(_ member: Int) -> [UInt8]? {
        guard let text = fields[name(member)] else { return nil }
        return Base64.bytes(text) ?? wrong(member, text)
    }

    mutating func document(_ member: Int) -> JSONDocument? { nil }

    mutating func enumeration<Value: Enumeration>(_ member: Int, _ type: Value.Type) -> Value? {
        guard let text = fields[name(member)] else { return nil }
        if let value = Value.value(of: text, members[member].constraints) { return value }
        fail(member, text, [Value.words])
        return nil
    }

    mutating func structure<Value: ReadableShape>(_ member: Int, _ type: Value.Type) -> Value? {
        let inner = name(member) + "."
        guard fields.keys.contains(where: { $0.hasPrefix(inner) }) else { return nil }
        let outer = (members, prefix, elementName)
        path.enter(members[member])
        (members, prefix, elementName) = (Value.schema.members, inner, nil)
        let value = Value(from: &self)
        path.leave()
        (members, prefix, elementName) = outer
        return value
    }

    mutating func list<Element: ReadableElement>(_ member: Int, of type: Element.Type) -> [Element]? {
        guard let schema = members[member].element else { return nil }
        let stem = members[member].isFlattened ? name(member) : "\(name(member)).\(schema.wireName)"
        let outer = (members, prefix, elementName)
        path.enter(members[member])
        members = [schema]
        var result: [Element] = []
        while fields.keys.contains(where: { Self.belongs($0, to: "\(stem).\(result.count + 1)") }) {
            elementName = "\(stem).\(result.count + 1)"
            path.enter(index: result.count)
            let element = Element.element(from: &self)
            path.leave()
            guard let element else { break }
            result.append(element)
        }
        path.leave()
        (members, prefix, elementName) = outer
        // An empty list is a field without a number and a value; nothing at all is no list.
        if let constraints = members[member].constraints, !result.isEmpty || fields[name(member)] != nil {
            fail(member, String(result.count), constraints.broken(byCount: result.count))
        }
        return result.isEmpty ? nil : result
    }

    /// No query request that is served holds a map.
    mutating func map<Value: ReadableElement>(_ member: Int, to type: Value.Type) -> [String: Value]? { nil }

    mutating func missing(_ member: Int) {
        if fields[name(member)] == nil {
            problems.failure(value: nil, at: path.text(members[member]), "Member must not be null")
        }
    }

    private static func belongs(_ field: String, to stem: String) -> Bool {
        field == stem || field.hasPrefix(stem + ".")
    }

    private mutating func fail(_ member: Int, _ text: String, _ broken: [String]) {
        for constraint in broken { problems.failure(value: text, at: path.text(members[member]), constraint) }
    }

    private mutating func wrong<Value>(_ member: Int, _ text: String) -> Value? {
        let name = name(member)
        problems.unreadable(.malformedQueryString("'\(text)' is no value of \(name)"))
        return nil
    }
}
