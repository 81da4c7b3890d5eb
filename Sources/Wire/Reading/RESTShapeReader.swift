// Reads the input of REST operations: path, query, headers and body. PutObject has some fifty members in headers and a
// request a dozen headers, so the headers are gone through once and each finds its member by table.

internal import Digests
internal import JSON
internal import Kernel
internal import Shapes

struct RESTShapeReader: ShapeReader {
    private let members: [MemberSchema]
    /// Text of path, query and header members at their places.
    private var texts: [String?]
    private var prefixedHeaders: [String: String] = [:]
    private let body: [UInt8]
    /// Reads the body's members where the body is a JSON object.
    private var json: JSONShapeReader?
    private let isXML: Bool
    private(set) var problems: Problems

    init(_ route: Route, _ headers: HeaderFields, body: [UInt8]) {
        let schema = route.operation.input
        members = schema.members
        texts = Array(repeating: nil, count: members.count)
        self.body = body
        isXML = route.operation.service.wireProtocol == .restXML
        problems = Problems(style: isXML ? .firstOnly : .validation)
        for label in route.labels {
            if let place = schema.labelMembers[label.name] { texts[place] = label.value }
        }
        for item in route.query {
            if let place = schema.queryMembers[item.name], texts[place] == nil { lay(item.value ?? "", place) }
        }
        lay(headers, schema)
        if !isXML, schema.payloadMember == nil, !schema.bodyMembers.isEmpty, !body.isEmpty { layJSON(schema) }
    }

    private mutating func lay(_ headers: HeaderFields, _ schema: StructureSchema) {
        let prefixPlace = schema.headerPrefixMember
        let prefix = prefixPlace.map { Array(members[$0].wireName.utf8) } ?? []
        for field in headers.fields {
            if let place = schema.headers.member(field.name) {
                if texts[place] == nil { lay(field.value, place) }
            } else if prefixPlace != nil, let name = field.name.droppingHeaderPrefix(prefix) {
                prefixedHeaders[name] = prefixedHeaders[name].map { "\($0),\(field.value)" } ?? field.value
            }
        }
    }

    private mutating func lay(_ text: String, _ place: Int) {
        texts[place] = text
        let member = members[place]
        if member.isUnserved, !member.accepts(text) {
            problems.refuse(
                .notImplemented("The \(member.location == .query ? "parameter" : "header") \(member.wireName)"))
        }
    }

    private mutating func layJSON(_ schema: StructureSchema) {
        do {
            guard case .object(let object) = try JSONValue(parsing: body) else {
                problems.unreadable(.serializationException("The body is not a JSON object"))
                return
            }
            json = JSONShapeReader(object, schema)
        } catch {
            problems.unreadable(.serializationException("The body is not JSON: \(error)"))
        }
    }

    /// Throws what is wrong with path, query, headers and body; call it after reading.
    mutating func finish() throws(ServiceError) {
        if let json { problems.merge(json.problems) }
        try problems.check()
    }

    // MARK: Plain values

    mutating func string(_ member: Int) -> String? {
        if members[member].location == .payload {
            if !body.isEmpty, String(validating: body, as: UTF8.self) == nil { problems.unreadable(.malformedXML()) }
            return body.isEmpty ? nil : String(decoding: body, as: UTF8.self)
        }
        guard let text = texts[member] else { return json?.string(member) }
        if let constraints = members[member].constraints { fail(member, text, constraints.broken(by: text)) }
        return text
    }

    mutating func boolean(_ member: Int) -> Bool? {
        guard let text = filled(member) else { return json?.boolean(member) }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: return wrong(member, text, "Boolean")
        }
    }

    mutating func integer(_ member: Int) -> Int? { long(member).flatMap { Int(exactly: $0) } }

    mutating func long(_ member: Int) -> Int64? {
        guard let text = filled(member) else { return json?.long(member) }
        guard let number = Int64(text) else { return wrong(member, text, "Integer") }
        if let constraints = members[member].constraints { fail(member, text, constraints.broken(by: Double(number))) }
        return number
    }

    mutating func double(_ member: Int) -> Double? {
        guard let text = filled(member) else { return json?.double(member) }
        guard let number = Double(text), number.isFinite else { return wrong(member, text, "Double") }
        if let constraints = members[member].constraints { fail(member, text, constraints.broken(by: number)) }
        return number
    }

    /// An unreadable date in a header is no date: conditions on it are then left out (RFC 9110, 13.1.3).
    mutating func timestamp(_ member: Int) -> Instant? {
        guard let text = filled(member) else { return json?.timestamp(member) }
        if let instant = Instant(httpDate: text) ?? Instant(iso8601: text) { return instant }
        let isCondition = members[member].location == .header && members[member].timestampFormat != .iso8601
        return isCondition ? nil : wrong(member, text, "Timestamp")
    }

    mutating func blob(_ member: Int) -> [UInt8]? {
        if members[member].location == .payload { return body.isEmpty ? nil : body }
        return texts[member].flatMap { Base64.bytes($0) } ?? json?.blob(member)
    }

    mutating func document(_ member: Int) -> JSONDocument? {
        guard members[member].location == .payload else { return json?.document(member) }
        guard !body.isEmpty else { return nil }
        do {
            try JSONScanner.check(body)
        } catch {
            problems.unreadable(.serializationException("The body is not JSON: \(error)"))
        }
        return JSONDocument(bytes: body)
    }

    mutating func enumeration<Value: Enumeration>(_ member: Int, _ type: Value.Type) -> Value? {
        guard let text = filled(member) else { return json?.enumeration(member, type) }
        guard let value = Value.value(of: text, members[member].constraints) else {
            fail(member, text, [Value.words])
            return nil
        }
        if members[member].constraints?.unservedValues.contains(value.rawValue) == true {
            problems.refuse(.notImplemented("\(members[member].wireName) \(value.rawValue)"))
        }
        return value
    }

    // MARK: Structures, lists, maps

    mutating func structure<Value: ReadableShape>(_ member: Int, _ type: Value.Type) -> Value? {
        guard isXML, members[member].location == .payload else { return json?.structure(member, type) }
        guard !body.isEmpty else { return nil }
        do {
            var reader = XMLShapeReader(
                try XMLDocument(parsing: body), rootName: members[member].wireName, Value.schema)
            let value = Value(from: &reader)
            problems.merge(reader.problems)
            return value
        } catch {
            problems.unreadable(error)
            return nil
        }
    }

    /// A list in a header or parameter is separated by commas.
    mutating func list<Element: ReadableElement>(_ member: Int, of type: Element.Type) -> [Element]? {
        guard let text = filled(member), let schema = members[member].element else {
            return json?.list(member, of: type)
        }
        let parts = text.split(separator: ",")
        let elements = parts.compactMap { part in
            var reader = ElementTextReader(schema: schema, text: String(part).trimmedOfBlanks)
            return Element.element(from: &reader)
        }
        if isXML, elements.count < parts.count, case .served = members[member].standing { refuse(member, text) }
        return elements
    }

    mutating func map<Value: ReadableElement>(_ member: Int, to type: Value.Type) -> [String: Value]? {
        guard members[member].location == .headerPrefix, let schema = members[member].element else {
            return json?.map(member, to: type)
        }
        guard !prefixedHeaders.isEmpty else { return nil }
        if let texts = prefixedHeaders as? [String: Value] { return texts }
        return prefixedHeaders.compactMapValues { text in
            var reader = ElementTextReader(schema: schema, text: text)
            return Value.element(from: &reader)
        }
    }

    mutating func missing(_ member: Int) {
        let schema = members[member]
        if schema.location == .body, json != nil {
            json?.missing(member)
        } else if !isXML {
            guard texts[member] == nil else { return }
            problems.failure(value: nil, at: schema.pathName, "Member must not be null")
        } else if schema.location == .payload {
            if body.isEmpty { problems.unreadable(.missingRequestBodyError()) }
        } else if texts[member] == nil {
            problems.unreadable(
                .invalidArgument("The parameter \(schema.wireName) is missing.", argumentName: schema.wireName))
        }
    }

    // MARK: Recording

    /// The text of a member whose empty value says nothing.
    private func filled(_ member: Int) -> String? {
        guard let text = texts[member], !text.isEmpty else { return nil }
        return text
    }

    private mutating func fail(_ member: Int, _ text: String, _ broken: [String]) {
        guard !broken.isEmpty else { return }
        if isXML {
            refuse(member, text)
        } else {
            for constraint in broken { problems.failure(value: text, at: members[member].pathName, constraint) }
        }
    }

    private mutating func wrong<Value>(_ member: Int, _ text: String, _ wanted: String) -> Value? {
        if isXML {
            refuse(member, text)
        } else {
            problems.unreadable(
                .serializationException("'\(text)' is no \(wanted) (at '\(members[member].pathName)')"))
        }
        return nil
    }

    private mutating func refuse(_ member: Int, _ text: String) {
        let schema = members[member]
        let code = schema.refusal?.code ?? "InvalidArgument"
        let message = schema.refusal?.message ?? "Invalid value of \(schema.wireName)"
        let fields: [ServiceError.Field] =
            code == "InvalidArgument" ? [.init("ArgumentName", schema.wireName), .init("ArgumentValue", text)] : []
        problems.unreadable(ServiceError(code, status: 400, message, fields: fields))
    }
}

extension String {
    /// What follows a prefix given in small letters, in small letters itself; nil where the name begins otherwise.
    fileprivate func droppingHeaderPrefix(_ prefix: [UInt8]) -> String? {
        guard utf8.count > prefix.count else { return nil }
        for (byte, wanted) in zip(utf8, prefix) where byte != wanted {
            // Prefixes hold letters and hyphens only, and a hyphen has no capital.
            guard byte | 0x20 == wanted, wanted != UInt8(ascii: "-") else { return nil }
        }
        return String(decoding: utf8.dropFirst(prefix.count), as: UTF8.self).lowercased()
    }
}
