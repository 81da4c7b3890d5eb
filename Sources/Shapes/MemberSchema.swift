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
        /// An attribute of the structure's XML element; the wire name holds its prefix.
        case attribute
    }

    /// What the program does with a member of a request.
    package enum Standing: Hashable, Sendable {
        case served
        /// Stored and echoed, without effect.
        case inert
        /// Refused by name, save for values that ask for what is done anyway.
        case unserved(accepts: [String])
    }

    /// How a date is written (Smithy: `timestampFormat`). The default follows protocol and location.
    package enum TimestampFormat: Hashable, Sendable { case protocolDefault, iso8601, httpDate, epochSeconds }

    /// S3's own answer to a value that breaks a constraint or cannot be read.
    package struct Refusal: Hashable, Sendable {
        /// AWS's error code, and the message to go with it.
        package let code: String, message: String

        package init(_ code: String, _ message: String) {
            self.code = code
            self.message = message
        }
    }

    /// As in the model; places in the schema stand for it everywhere else.
    package let name: String
    /// As on the wire: JSON name, XML element, header, query key or path label.
    package let wireName: String
    /// Where a request or an answer carries the member.
    package let location: Location
    /// A request without it is refused.
    package let isRequired: Bool
    /// Whether a request may use it, and to what effect.
    package let standing: Standing
    /// Nil where the model demands nothing beyond the type.
    package let constraints: Constraints?
    /// Of a date: its form in this place.
    package let timestampFormat: TimestampFormat
    /// What S3 answers instead of a ValidationException; nil for every other service.
    package let refusal: Refusal?
    /// Of a list: its element. Of a map: its value.
    package let element: MemberSchema?
    /// Of a map: its key.
    package let key: MemberSchema?
    /// A list without an element around its elements (XML, query).
    package let isFlattened: Bool
    /// The tags of the member's XML element.
    package let tags: ElementTags

    /// `wire` is left out where it is the name itself.
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
        tags = ElementTags(wireName, isAttribute: location == .attribute)
    }

    /// The name with a small first letter, as validation messages spell it.
    package var pathName: String {
        guard let first = name.unicodeScalars.first, first.isASCII else { return name }
        return String(first).lowercased() + name.unicodeScalars.dropFirst().map(String.init).joined()
    }
}

/// The tags of an XML element, ready to be written: listings write thousands of them, and what counts no references
/// costs none of its own (measured).
///
/// Unchecked, because the bytes never change and are never freed: schemas live as long as the program.
package struct ElementTags: @unchecked Sendable {
    /// `<Name>` and `</Name>`.
    package let start: UnsafeBufferPointer<UInt8>, end: UnsafeBufferPointer<UInt8>
    /// The member is no element but an attribute of the one around it.
    package let isAttribute: Bool

    init(_ name: String, isAttribute: Bool) {
        start = Self.kept("<\(name)>")
        end = Self.kept("</\(name)>")
        self.isAttribute = isAttribute
    }

    private static func kept(_ text: String) -> UnsafeBufferPointer<UInt8> {
        let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
        _ = bytes.initialize(from: text.utf8)
        return UnsafeBufferPointer(bytes)
    }
}

/// What the model demands of a string, a number, a list or a map.
package final class Constraints: Sendable {
    /// Bounds of a length or of a number.
    package let minimum: Double?
    /// The upper bound; nil leaves that side open.
    package let maximum: Double?
    /// What the whole of a string must match.
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
