// Reading the JSON of a policy: {"expiration": "2007-12-01T12:00:00.000Z", "conditions": [{"acl": "private"},
// ["starts-with", "$key", "user/"], ["content-length-range", 1, 1024]]}. Names of members are exact, operators are not.

internal import Digests
internal import JSON
internal import Kernel

extension PostPolicy {
    /// Reads a policy as forms carry it.
    init(base64 text: String) throws(ServiceError) {
        guard let bytes = Base64.bytes(text.filter { !$0.isWhitespace }) else {
            throw .invalidPolicy("invalid Base64 encoding.")
        }
        self = try PostPolicy(document: bytes)
    }

    private init(document bytes: [UInt8]) throws(ServiceError) {
        guard let document = try? JSONValue(parsing: Self.withoutExtraEscapes(bytes)), let object = document.object
        else { throw .invalidPolicy("Invalid JSON.") }
        if let other = object.names.first(where: { $0 != "expiration" && $0 != "conditions" }) {
            throw .invalidPolicy("Unexpected: '\(other.lowercased())'")
        }
        guard let expiration = object["expiration"] else { throw .invalidPolicy("Policy missing expiration.") }
        guard let conditions = object["conditions"] else { throw .invalidPolicy("Policy missing conditions.") }
        guard let list = conditions.array else {
            throw .invalidPolicy("Invalid 'conditions' value: must be a List.")
        }
        // Nothing but UTC: the service refuses offsets, and a blank for the T.
        guard let text = expiration.string, text.hasSuffix("Z"), text.contains("T"), let end = Instant(iso8601: text)
        else { throw .invalidPolicy("Invalid 'expiration' value: '\(expiration.string ?? expiration.jsonText)'") }
        var parsed: [Condition] = []
        for condition in list { parsed.append(try Condition(condition)) }
        self.init(expiration: end, conditions: parsed)
    }

    /// Policies may escape two characters more than JSON: `\$` and `\v`.
    private static func withoutExtraEscapes(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var isEscaped = false
        for byte in bytes {
            switch (isEscaped, byte) {
            case (true, UInt8(ascii: "$")): result[result.count - 1] = byte
            case (true, UInt8(ascii: "v")): result.append(contentsOf: "u000b".utf8)
            default: result.append(byte)
            }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        }
        return result
    }
}

extension PostPolicy.Condition {
    init(_ value: JSONValue) throws(ServiceError) {
        switch value {
        case .object(let object): self = try Self.simple(object)
        case .array(let list): self = try Self.operation(list)
        default: throw .invalidPolicy("Invalid condition test: must be a List or Object.")
        }
    }

    /// `{"field": "value"}`.
    private static func simple(_ object: JSONObject) throws(ServiceError) -> Self {
        guard let member = object.members.first, object.count == 1 else {
            throw .invalidPolicy(
                "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.")
        }
        if member.value.isNull { throw .invalidPolicy("Invalid JSON.") }
        guard let value = member.value.string else {
            throw .invalidPolicy("Invalid Simple-Condition: value must be a string.")
        }
        return Self(
            test: .equal(field: member.name, value: value),
            text: text(["eq", .string("$" + member.name), .string(value)]))
    }

    /// `["operator", operand, operand]`.
    private static func operation(_ list: [JSONValue]) throws(ServiceError) -> Self {
        guard let name = list.first?.string else {
            throw .invalidPolicy("Invalid Condition: missing operation identifier.")
        }
        let operation = name.lowercased()
        guard ["eq", "starts-with", "content-length-range"].contains(operation) else {
            throw .invalidPolicy("Invalid Condition: unknown operation '\(name)'.")
        }
        guard list.count == 3 else { throw .invalidPolicy("Invalid \(operation): wrong number of arguments.") }
        if operation == "content-length-range" {
            let minimum = try bound(list[1]), maximum = try bound(list[2])
            guard let minimum, let maximum else { return Self(test: .unsatisfiable, text: text(list)) }
            return Self(test: .length(minimum: minimum, maximum: maximum), text: text(list))
        }
        guard let reference = list[1].string, let value = list[2].string else { throw .invalidPolicy("Invalid JSON.") }
        guard reference.hasPrefix("$") else { return Self(test: .unsatisfiable, text: text(list)) }
        let field = String(reference.dropFirst())
        return Self(
            test: operation == "eq" ? .equal(field: field, value: value) : .prefix(field: field, value: value),
            text: text(list))
    }

    /// A whole number, also as a text; nil for a text that is none.
    private static func bound(_ value: JSONValue) throws(ServiceError) -> Int64? {
        if let text = value.string { return Int64(text) }
        guard let number = value.number, let bound = Int64(number.literal) else {
            throw .invalidPolicy("Invalid JSON.")
        }
        return bound
    }

    private static func text(_ list: [JSONValue]) -> String { "[\(list.map(\.jsonText).joined(separator: ", "))]" }
}

extension JSONValue {
    fileprivate var jsonText: String {
        var writer = JSONWriter()
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
