// Query strings and form bodies, taken apart and decoded.

/// One `name=value` of a query or form; the value is nil where there is no `=`.
package struct QueryItem: Hashable, Sendable {
    /// Decoded.
    package let name: String
    /// Decoded; nil and empty differ: `?acl` is not `?acl=`.
    package let value: String?

    package init(_ name: String, _ value: String?) {
        self.name = name
        self.value = value
    }

    /// The items of a query in their order. A plus is a blank; broken escapes stay as they are.
    package static func parse(_ query: String) -> [QueryItem] {
        guard !query.isEmpty else { return [] }
        return query.utf8.split(separator: UInt8(ascii: "&")).map { part in
            guard let mark = part.firstIndex(of: UInt8(ascii: "=")) else { return QueryItem(decoded(part), nil) }
            return QueryItem(decoded(part[..<mark]), decoded(part[part.index(after: mark)...]))
        }
    }

    private static func decoded(_ text: Substring.UTF8View) -> String {
        PercentCoding.decode(text, plusIsBlank: true) ?? String(Substring(text))
    }
}

/// Percent-encoding of paths and queries (RFC 3986, 2.1).
enum PercentCoding {
    /// Nil where an escape is broken or the result is not UTF-8.
    static func decode(_ text: Substring.UTF8View, plusIsBlank: Bool = false) -> String? {
        let percent = UInt8(ascii: "%"), plus = UInt8(ascii: "+")
        guard text.contains(where: { $0 == percent || ($0 == plus && plusIsBlank) }) else {
            return String(Substring(text))
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == percent {
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(byte == plus && plusIsBlank ? UInt8(ascii: " ") : byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
