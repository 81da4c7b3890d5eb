// What expressions come to. Data stays JSON as it came; only what Liquid itself makes has other forms.

internal import JSON

enum Value: Sendable {
    case json(JSONValue)
    case integer(Int)
    case float(Double)
    /// From one whole number to another, both included; empty where the second is smaller.
    case range(Int, Int)
    /// The words that stand for anything that is blank or empty.
    case blank, empty
    /// `forloop` and `tablerowloop`: the place of their frame.
    case loop(Int)
    case undefined

    static let null = Value.json(.null)

    static func text(_ text: String) -> Value { .json(.string(text)) }
    static func bool(_ bool: Bool) -> Value { .json(.bool(bool)) }

    var isNil: Bool {
        switch self {
        case .undefined, .json(.null): true
        default: false
        }
    }

    /// Only nil and false are not true.
    var isTrue: Bool {
        switch self {
        case .undefined, .json(.null), .json(.bool(false)): false
        default: true
        }
    }

    var isEmpty: Bool {
        switch self {
        case .json(.string(let text)): text.isEmpty
        case .json(.array(let elements)): elements.isEmpty
        case .json(.object(let object)): object.isEmpty
        case .range(let first, let last): last < first
        case .empty, .blank: true
        default: false
        }
    }

    var isBlank: Bool {
        switch self {
        case .undefined, .json(.null), .json(.bool(false)): true
        case .json(.string(let text)): text.utf8.allSatisfy(isSpace)
        default: isEmpty
        }
    }

    /// What it is, for messages.
    var kind: String {
        switch self {
        case .json(let value): value.isNull ? "nil" : value.kind
        case .integer, .float: "a number"
        case .range: "a range"
        case .blank: "blank"
        case .empty: "empty"
        case .loop: "a loop"
        case .undefined: "nil"
        }
    }

    // MARK: As text

    /// What filters and comparisons take it for.
    var text: String {
        switch self {
        case .json(.string(let text)): text
        case .json(let value): value.text
        case .integer(let value): String(value)
        case .float(let value): String(value)
        case .range(let first, let last): "\(first)..\(last)"
        case .loop: "forloop"
        case .undefined, .blank, .empty: ""
        }
    }

    // MARK: As data

    /// Makes JSON of it; a range becomes its numbers, at most `limit` of them.
    func json(limit: Int) throws(Fault) -> JSONValue {
        switch self {
        case .json(let value): return value
        case .integer(let value): return .integer(value)
        case .float(let value): return JSONValue.liquidFloat(value)
        case .range: return .array(try elements(limit: limit))
        case .blank, .empty: return ""
        case .loop, .undefined: return .null
        }
    }

    /// The elements of an array or range.
    func elements(limit: Int) throws(Fault) -> [JSONValue] {
        switch self {
        case .json(.array(let elements)): return elements
        case .range(let first, let last) where first <= last:
            let (distance, overflows) = last.subtractingReportingOverflow(first)
            guard !overflows, distance < limit else {
                throw Fault(.bound, "steps: a range of more than \(limit) elements")
            }
            return (first...last).map { .integer($0) }
        default: return []
        }
    }
}

extension JSONValue {
    /// A step is an element, or so many bytes of text.
    static let bytesPerStep = 64

    /// Adds the steps that looking at all of it takes, up to where they are more than the limit.
    func addWork(to work: inout Int, limit: Int) {
        switch self {
        case .string(let text): work += text.utf8.count / Self.bytesPerStep
        case .array(let elements):
            work += elements.count
            for element in elements where work <= limit { element.addWork(to: &work, limit: limit) }
        case .object(let object):
            work += object.count
            for member in object.members where work <= limit { member.value.addWork(to: &work, limit: limit) }
        default: break
        }
    }

    /// Liquid shows that a number is not whole, or was not: `2.0`.
    static func liquidFloat(_ value: Double) -> JSONValue {
        (try? JSONValue(parsing: String(value))) ?? .double(value)
    }

    /// What it is as text; arrays and objects are JSON.
    var text: String {
        switch self {
        case .null: ""
        case .bool(let value): value ? "true" : "false"
        case .number(let number): number.literal
        case .string(let text): text
        case .array, .object: spacedText
        }
    }

    /// What printing it writes, where arrays are printed as their elements one after the other.
    var printed: String {
        guard case .array(let elements) = self else { return text }
        return elements.lazy.map(\.printed).joined()
    }

    /// JSON with a blank after every comma and colon.
    var spacedText: String {
        var bytes: [UInt8] = []
        appendSpaced(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func appendSpaced(to bytes: inout [UInt8]) {
        switch self {
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(contentsOf: ", ".utf8) }
                element.appendSpaced(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { bytes.append(contentsOf: ", ".utf8) }
                bytes.append(contentsOf: JSONValue.string(member.name).compactBytes)
                bytes.append(contentsOf: ": ".utf8)
                member.value.appendSpaced(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        default: bytes.append(contentsOf: compactBytes)
        }
    }
}
