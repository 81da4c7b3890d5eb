// Reads shapes from XML elements (the bodies of restXml). S3 does not tell one mistake from another here: whatever does
// not fit its schema is MalformedXML.

internal import Digests
internal import Kernel
internal import Shapes

struct XMLShapeReader: ShapeReader {
    /// Keeps the elements alive.
    private let document: XMLDocument
    private var members: [MemberSchema]
    private var elements: [XMLElement?]
    private(set) var problems = Problems(style: .firstOnly)

    /// Starts at the root element, whose name the payload member gives.
    init(_ document: XMLDocument, rootName: String, _ schema: StructureSchema) {
        self.document = document
        members = []
        elements = []
        if !document.root.isNamed(rootName) { problems.unreadable(.malformedXML()) }
        lay(document.root, schema)
    }

    private mutating func lay(_ parent: XMLElement, _ schema: StructureSchema) {
        members = schema.members
        elements = Array(repeating: nil, count: members.count)
        if let place = schema.attributeMember { elements[place] = parent.attribute(members[place].wireName) }
        var child = parent.firstChild
        while let element = child {
            child = element.next
            guard let place = schema.bodyMembers[element.name] else {
                problems.unknown("\(schema.name).\(element.name)")
                continue
            }
            guard elements[place] == nil else { continue }
            elements[place] = element
            let member = members[place]
            if member.isUnserved, !member.accepts(element.text ?? "") {
                problems.refuse(.notImplemented("The element \(member.wireName)"))
            }
        }
    }

    // MARK: Plain values

    mutating func string(_ member: Int) -> String? {
        guard let element = elements[member] else { return nil }
        guard let text = element.text else { return wrong() }
        if let constraints = members[member].constraints, !constraints.broken(by: text).isEmpty {
            refuse(member, text)
        }
        return text
    }

    mutating func boolean(_ member: Int) -> Bool? {
        guard let text = trimmed(member) else { return nil }
        switch text.lowercased() {
        case "true", "1": return true
        case "false", "0": return false
        default: return wrong()
        }
    }

    mutating func integer(_ member: Int) -> Int? { long(member).flatMap { Int(exactly: $0) } }

    mutating func long(_ member: Int) -> Int64? {
        guard let text = trimmed(member) else { return nil }
        guard let number = Int64(text) else { return wrong() }
        if let constraints = members[member].constraints, !constraints.broken(by: Double(number)).isEmpty {
            refuse(member, text)
        }
        return number
    }

    mutating func double(_ member: Int) -> Double? {
        guard let text = trimmed(member) else { return nil }
        return Double(text) ?? wrong()
    }

    mutating func timestamp(_ member: Int) -> Instant? {
        guard let text = trimmed(member) else { return nil }
        return Instant(iso8601: text) ?? Instant(httpDate: text) ?? wrong()
    }

    mutating func blob(_ member: Int) -> [UInt8]? {
        guard let text = trimmed(member) else { return nil }
        return Base64.bytes(text) ?? wrong()
    }

    mutating func document(_ member: Int) -> JSONDocument? { nil }

    mutating func enumeration<Value: Enumeration>(_ member: Int, _ type: Value.Type) -> Value? {
        guard let text = trimmed(member) else { return nil }
        guard let value = Value.value(of: text, members[member].constraints) else {
            refuse(member, text)
            return nil
        }
        if members[member].constraints?.unservedValues.contains(value.rawValue) == true {
            problems.refuse(.notImplemented("\(members[member].wireName) \(value.rawValue)"))
        }
        return value
    }

    // MARK: Structures and lists

    mutating func structure<Value: ReadableShape>(_ member: Int, _ type: Value.Type) -> Value? {
        guard let element = elements[member] else { return nil }
        let outer = (members, elements)
        lay(element, Value.schema)
        let value = Value(from: &self)
        (members, elements) = outer
        return value
    }

    mutating func list<Element: ReadableElement>(_ member: Int, of type: Element.Type) -> [Element]? {
        guard let first = elements[member], let schema = members[member].element else { return nil }
        let isFlattened = members[member].isFlattened
        let outer = (members, elements)
        members = [schema]
        var result: [Element] = []
        var item = isFlattened ? first : first.firstChild
        while let element = item {
            if isFlattened || element.isNamed(schema.wireName) {
                elements = [element]
                if let value = Element.element(from: &self) { result.append(value) }
            } else {
                problems.unreadable(.malformedXML())
            }
            item = isFlattened ? element.nextOfSameName : element.next
        }
        (members, elements) = outer
        return result
    }

    /// No XML request that is served holds a map.
    mutating func map<Value: ReadableElement>(_ member: Int, to type: Value.Type) -> [String: Value]? { nil }

    mutating func missing(_ member: Int) {
        if elements[member] == nil { problems.unreadable(.malformedXML()) }
    }

    // MARK: Recording

    private func trimmed(_ member: Int) -> String? { elements[member]?.text?.trimmedOfBlanks }

    private mutating func wrong<Value>() -> Value? {
        problems.unreadable(.malformedXML())
        return nil
    }

    private mutating func refuse(_ member: Int, _ text: String) {
        let refusal = members[member].refusal
        problems.unreadable(
            refusal.map { ServiceError($0.code, status: 400, $0.message) } ?? .malformedXML())
    }
}

extension String {
    /// Without white space at both ends.
    var trimmedOfBlanks: String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        guard utf8.first.map(isBlank) == true || utf8.last.map(isBlank) == true else { return self }
        let bytes = utf8.drop(while: isBlank)
        return String(decoding: Array(bytes).reversed().drop(while: isBlank).reversed(), as: UTF8.self)
    }
}
