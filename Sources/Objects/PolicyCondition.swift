// Conditions of policies and the values they are held against (IAM user guide: condition operators, condition keys;
// service authorization reference: condition keys for Amazon S3).

internal import Glibc
internal import JSON
package import Kernel
internal import Store

/// What is known of a request beyond who asks for what. A class, because it is handed on many times and hardly ever
/// looked at.
package final class RequestFacts: Sendable {
    /// For the condition keys that are headers or parameters of the request.
    let head: RequestHead
    /// Without port.
    let sourceAddress: String
    /// Whether the request came through TLS.
    package let isSecure: Bool
    /// `AWS4-HMAC-SHA256` or `AWS`; nil for an anonymous request.
    let signatureVersion: String?
    /// `REST-HEADER`, `REST-QUERY-STRING` or `POST`.
    let authType: String?
    /// Of a presigned request: the time since it was signed.
    let signatureAge: Duration?
    /// Real time of arrival; the server's own may stand still.
    package let now: Instant
    /// The two ids that the answer carries; empty where there is none.
    let requestID: String, hostID: String

    package init(
        head: RequestHead, sourceAddress: String, isSecure: Bool, signatureVersion: String?, authType: String?,
        signatureAge: Duration?, now: Instant, requestID: String = "", hostID: String = ""
    ) {
        self.requestID = requestID
        self.hostID = hostID
        self.head = head
        self.sourceAddress = sourceAddress
        self.isSecure = isSecure
        self.signatureVersion = signatureVersion
        self.authType = authType
        self.signatureAge = signatureAge
        self.now = now
    }

    /// The same with another head, such as the one that a form's fields stand for.
    package func over(_ head: RequestHead) -> RequestFacts {
        RequestFacts(
            head: head, sourceAddress: sourceAddress, isSecure: isSecure, signatureVersion: signatureVersion,
            authType: authType, signatureAge: signatureAge, now: now, requestID: requestID, hostID: hostID)
    }
}

/// The values of condition keys for one request.
struct PolicyContext {
    /// Nil for an anonymous caller.
    var account: AccountID?
    var canonicalID: String
    var userName: String?
    var region: String
    var bucketOwner: AccountID
    var facts: RequestFacts?
    var object: ObjectRecord?

    /// The caller as policies name it.
    var principalARN: String? {
        account.map { "arn:aws:iam::\($0):" + (userName.map { "user/" + $0 } ?? "root") }
    }

    /// The values of a key; nil where the request has none.
    func values(_ key: String) -> [String]? {
        let key = key.lowercased()
        if key.hasPrefix("s3:") { return serviceValues(String(key.dropFirst(3)), key) }
        switch key {
        case "aws:sourceip": return facts.map { [$0.sourceAddress] }
        case "aws:securetransport": return facts.map { [$0.isSecure ? "true" : "false"] }
        case "aws:referer": return header("referer")
        case "aws:useragent": return header("user-agent")
        case "aws:currenttime": return facts.map { [$0.now.iso8601Milliseconds] }
        case "aws:epochtime": return facts.map { [String($0.now.seconds)] }
        case "aws:principalaccount": return account.map { [$0.description] }
        case "aws:principalarn": return principalARN.map { [$0] }
        case "aws:principaltype": return [account == nil ? "Anonymous" : userName == nil ? "Account" : "User"]
        case "aws:userid": return account.map { [userName ?? $0.description] }
        case "aws:username": return userName.map { [$0] }
        case "aws:requestedregion": return [region]
        case "aws:resourceaccount": return [bucketOwner.description]
        default: return nil
        }
    }

    private func serviceValues(_ name: String, _ key: String) -> [String]? {
        switch name {
        case "prefix", "delimiter", "max-keys", "versionid", "partnumber":
            return facts?.head.parameter(name == "versionid" ? "versionId" : name).map { [$0] }
        case "signatureversion": return facts?.signatureVersion.map { [$0] }
        case "authtype": return facts?.authType.map { [$0] }
        case "signatureage":
            return facts?.signatureAge.map { [String($0.components.seconds * 1000)] }
        case "resourceaccount": return [bucketOwner.description]
        case "locationconstraint": return [region]
        case "requestobjecttagkeys": return requestTags.map { $0.fields.map(\.name) }
        case "object-lock-mode": return header("x-amz-object-lock-mode")
        case "object-lock-retain-until-date": return header("x-amz-object-lock-retain-until-date")
        case "object-lock-legal-hold": return header("x-amz-object-lock-legal-hold")
        default: break
        }
        if name.hasPrefix("existingobjecttag/") { return tag(name, "existingobjecttag/", object?.tags) }
        if name.hasPrefix("requestobjecttag/") { return tag(name, "requestobjecttag/", requestTags) }
        return name.hasPrefix("x-amz-") ? header(name) : nil
    }

    private func tag(_ name: String, _ prefix: String, _ tags: FieldList?) -> [String]? {
        let wanted = name.dropFirst(prefix.count)
        return tags?.fields.first { $0.name.lowercased() == wanted }.map { [$0.value] }
    }

    private var requestTags: FieldList? {
        header("x-amz-tagging").flatMap { try? FieldList(taggingHeader: $0[0]) }
    }

    private func header(_ name: String) -> [String]? { facts?.head.headers[name].map { [$0] } }

    /// Puts the values of `${key}` in place.
    func substituting(in pattern: String) -> String {
        guard pattern.utf8.contains(UInt8(ascii: "$")) else { return pattern }
        var result = "", rest = pattern[...]
        while let start = rest.firstIndex(of: "$") {
            result += rest[..<start]
            rest = rest[start...]
            guard rest.dropFirst().first == "{", let end = rest.firstIndex(of: "}") else {
                result += "$"
                rest = rest.dropFirst()
                continue
            }
            let name = String(rest[rest.index(start, offsetBy: 2)..<end])
            result += ["*", "?", "$"].contains(name) ? name : values(name)?.first ?? "\u{0}"
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}

extension RequestHead {
    /// A parameter of the query, decoded; empty where it has no value.
    package func parameter(_ name: String) -> String? {
        guard !query.isEmpty else { return nil }
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard formDecoded(sides[0]) == name else { continue }
            return sides.count == 2 ? formDecoded(sides[1]) : ""
        }
        return nil
    }
}

/// One operator with one key and its values.
struct PolicyCondition: Sendable {
    /// What is compared how.
    enum Comparison: String, Sendable {
        case stringEquals, stringNotEquals, stringEqualsIgnoreCase, stringNotEqualsIgnoreCase, stringLike
        case stringNotLike, numericEquals, numericNotEquals, numericLessThan, numericLessThanEquals
        case numericGreaterThan, numericGreaterThanEquals, dateEquals, dateNotEquals, dateLessThan
        case dateLessThanEquals, dateGreaterThan, dateGreaterThanEquals, bool, binaryEquals, ipAddress, notIpAddress
        case arnEquals, arnLike, arnNotEquals, arnNotLike, null

        var isNegated: Bool {
            switch self {
            case .stringNotEquals, .stringNotEqualsIgnoreCase, .stringNotLike, .numericNotEquals, .dateNotEquals,
                .notIpAddress, .arnNotEquals, .arnNotLike:
                true
            default: false
            }
        }
    }

    /// For keys with several values.
    enum Quantifier: Sendable { case none, any, all }

    var comparison: Comparison, key: String, values: [String]
    var ifExists: Bool, quantifier: Quantifier

    /// Whether all values are what they say, without wildcards or variables.
    var namesFixedValues: Bool {
        guard !comparison.isNegated, comparison != .null, !ifExists else { return false }
        return values.allSatisfy { value in
            if key.lowercased() == "aws:sourceip" { return Network(value).map { $0.bits >= 8 } ?? false }
            return !value.contains("*") && !value.contains("?") && !value.contains("${")
        }
    }

    func holds(_ context: PolicyContext) -> Bool {
        let found = context.values(key)
        if comparison == .null { return (found == nil) == (values.first?.lowercased() == "true") }
        guard let found, !found.isEmpty else { return ifExists || comparison.isNegated || quantifier == .all }
        let wanted = values.map { context.substituting(in: $0) }
        let isMatch: (String) -> Bool = { value in wanted.contains { matches($0, value) } }
        switch quantifier {
        case .none, .any:
            return comparison.isNegated && quantifier == .none
                ? !found.contains(where: isMatch) : found.contains { isMatch($0) != comparison.isNegated }
        case .all: return found.allSatisfy { isMatch($0) != comparison.isNegated }
        }
    }

    /// Whether one value fits one of the policy's, negation left out.
    private func matches(_ wanted: String, _ value: String) -> Bool {
        switch comparison {
        case .stringEquals, .stringNotEquals, .binaryEquals: return value == wanted
        case .stringEqualsIgnoreCase, .stringNotEqualsIgnoreCase, .bool:
            return value.lowercased() == wanted.lowercased()
        case .stringLike, .stringNotLike, .arnEquals, .arnLike, .arnNotEquals, .arnNotLike:
            return Wildcard.matches(wanted, value)
        case .numericEquals, .numericNotEquals: return compare(Double(value), Double(wanted), ==)
        case .numericLessThan: return compare(Double(value), Double(wanted), <)
        case .numericLessThanEquals: return compare(Double(value), Double(wanted), <=)
        case .numericGreaterThan: return compare(Double(value), Double(wanted), >)
        case .numericGreaterThanEquals: return compare(Double(value), Double(wanted), >=)
        case .dateEquals, .dateNotEquals: return compare(date(value), date(wanted), ==)
        case .dateLessThan: return compare(date(value), date(wanted), <)
        case .dateLessThanEquals: return compare(date(value), date(wanted), <=)
        case .dateGreaterThan: return compare(date(value), date(wanted), >)
        case .dateGreaterThanEquals: return compare(date(value), date(wanted), >=)
        case .ipAddress, .notIpAddress: return Network(wanted)?.contains(value) ?? false
        case .null: return false
        }
    }

    private func compare<Value>(_ value: Value?, _ wanted: Value?, _ test: (Value, Value) -> Bool) -> Bool {
        guard let value, let wanted else { return false }
        return test(value, wanted)
    }

    private func date(_ text: String) -> Instant? {
        Instant(iso8601: text) ?? Int64(text).map { Instant(seconds: $0) }
    }
}

extension PolicyCondition {
    static func conditions(_ value: JSONValue?) throws(ServiceError) -> [PolicyCondition] {
        guard let value else { return [] }
        guard let operators = value.object else { throw .malformedPolicy("Condition is not an object") }
        var conditions: [PolicyCondition] = []
        for entry in operators.members {
            guard let keys = entry.value.object else { throw .malformedPolicy("Conditions must be objects") }
            for key in keys.members {
                conditions.append(try PolicyCondition(entry.name, key.name, key.value))
            }
        }
        return conditions
    }

    private init(_ name: String, _ key: String, _ value: JSONValue) throws(ServiceError) {
        var rest = name[...]
        quantifier = .none
        if rest.hasPrefix("ForAnyValue:") {
            quantifier = .any
            rest = rest.dropFirst("ForAnyValue:".count)
        } else if rest.hasPrefix("ForAllValues:") {
            quantifier = .all
            rest = rest.dropFirst("ForAllValues:".count)
        }
        ifExists = rest.hasSuffix("IfExists")
        if ifExists { rest = rest.dropLast("IfExists".count) }
        let spelled = rest.prefix(1).lowercased() + rest.dropFirst()
        guard let comparison = Comparison(rawValue: spelled) else {
            throw .malformedPolicy("Invalid Condition type : \(name)")
        }
        guard key.contains(":") else { throw .malformedPolicy("Policy has an invalid condition key", key) }
        self.comparison = comparison
        self.key = key
        var values: [String] = []
        for value in value.array ?? [value] {
            guard let text = value.string ?? value.bool.map({ $0 ? "true" : "false" }) ?? value.number?.literal else {
                throw .malformedPolicy("Policy has an invalid condition value", key)
            }
            values.append(text)
        }
        if comparison == .ipAddress || comparison == .notIpAddress {
            guard values.allSatisfy({ Network($0) != nil }) else {
                throw .malformedPolicy("Invalid IP address in Conditions", key)
            }
        }
        self.values = values
    }
}

/// A range of addresses: `10.0.0.0/8`, `2001:db8::/32`.
struct Network {
    let bytes: [UInt8], bits: Int

    init?(_ text: String) {
        let sides = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = Self.address(String(sides[0])) else { return nil }
        bytes = address
        guard sides.count == 2 else {
            bits = address.count * 8
            return
        }
        guard let count = Int(sides[1]), (0...address.count * 8).contains(count) else { return nil }
        bits = count
    }

    func contains(_ text: String) -> Bool {
        guard let address = Self.address(text), address.count == bytes.count else { return false }
        return (0..<bits).allSatisfy { bit in
            (address[bit / 8] ^ bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }

    private static func address(_ text: String) -> [UInt8]? {
        let isVersion6 = text.utf8.contains(UInt8(ascii: ":"))
        var bytes = [UInt8](repeating: 0, count: isVersion6 ? 16 : 4)
        return inet_pton(isVersion6 ? AF_INET6 : AF_INET, text, &bytes) == 1 ? bytes : nil
    }
}
