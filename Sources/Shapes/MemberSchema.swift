// What a member is called, where it stands, and what its value must satisfy.

package import Kernel

/// One member of a structure, or the element of a list or map.
package final class MemberSchema: Sendable {
    /// Where a member is found in a request or an answer.
    package enum Location: Hashable, Sendable {
        case body
        /// The body is this member and nothing else.
        case payload
        case header
        /// A map of all headers that begin with the wire name.
        case headerPrefix
        case query
        /// A part of the path.
        case label
    }

    /// What the program does with a member of a request.
    package enum Standing: Hashable, Sendable {
        case served
        /// Stored and echoed, without effect.
        case inert
        /// Refused by name, save for values that ask for what is done anyway.
        case unserved(accepts: [String])
    }

    package enum TimestampFormat: Hashable, Sendable { case protocolDefault, iso8601, httpDate, epochSeconds }

    /// S3's own answer to a value that breaks a constraint or cannot be read.
    package struct Refusal: Hashable, Sendable {
        package let code: String, message: String

        package init(_ code: String, _ message: String) {
            self.code = code
            self.message = message
        }
    }

    package let name: String
    package let wireName: String
    package let location: Location
    package let isRequired: Bool
    package let standing: Standing
    package let constraints: Constraints?
    package let timestampFormat: TimestampFormat
    package let refusal: Refusal?
    /// Of a list: its element. Of a map: its value.
    package let element: MemberSchema?
    /// Of a map: its key.
    package let key: MemberSchema?
    /// A list without an element around its elements (XML, query).
    package let isFlattened: Bool

    package init(
        _ name: String, wire: String? = nil, at location: Location = .body, required: Bool = false,
        standing: Standing = .served, constraints: Constraints? = nil, timestamp: TimestampFormat = .protocolDefault,
        refusal: Refusal? = nil, element: MemberSchema? = nil, key: MemberSchema? = nil, flattened: Bool = false
    ) {
        self.name = name
        wireName = wire ?? name
        self.location = location
        isRequired = required
        self.standing = standing
        self.constraints = constraints
        timestampFormat = timestamp
        self.refusal = refusal
        self.element = element
        self.key = key
        isFlattened = flattened
    }

    /// The name with a small first letter, as validation messages spell it.
    package var pathName: String {
        guard let first = name.unicodeScalars.first, first.isASCII else { return name }
        return String(first).lowercased() + name.unicodeScalars.dropFirst().map(String.init).joined()
    }
}

/// What the model demands of a string, a number, a list or a map.
package final class Constraints: Sendable {
    /// Bounds of a length or of a number.
    package let minimum: Double?
    package let maximum: Double?
    package let pattern: PatternMatcher?
    /// Compared without case; handed on in the model's spelling.
    package let ignoresCase: Bool
    /// Values of an enumeration that the program refuses by name.
    package let unservedValues: [String]
    /// Never shown in a message.
    package let isSensitive: Bool

    package init(
        minimum: Double? = nil, maximum: Double? = nil, pattern: PatternMatcher? = nil, ignoresCase: Bool = false,
        unservedValues: [String] = [], isSensitive: Bool = false
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.pattern = pattern
        self.ignoresCase = ignoresCase
        self.unservedValues = unservedValues
        self.isSensitive = isSensitive
    }
}
