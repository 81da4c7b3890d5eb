// The head of an HTTP request as the layers below Server see it: no networking types, no copies of header values.

/// Method, target and header fields of a request, as received.
package struct RequestHead: Sendable {
    /// As sent; methods are compared with case (RFC 9110, 9.1).
    package var method: String
    /// The path as sent, still percent-encoded; always starts with `/`.
    package var path: String
    /// The query as sent, still percent-encoded, without the `?`; empty where there is none.
    package var query: String
    /// All fields, in the order received.
    package var headers: HeaderFields

    /// Takes a request target in origin form (RFC 9112, 3.2.1) apart at its first question mark.
    package init(method: String, target: String, headers: HeaderFields) {
        self.method = method
        self.headers = headers
        if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
            path = String(target[..<mark])
            query = String(target[target.utf8.index(after: mark)...])
        } else {
            path = target
            query = ""
        }
    }
}

/// Header fields in the order received; names compare without case (RFC 9110, 5.1).
package struct HeaderFields: Sendable {
    /// As received: names in the client's spelling, repeated names one by one.
    package var fields: [(name: String, value: String)]

    package init(_ fields: [(name: String, value: String)] = []) { self.fields = fields }

    /// The value of the first field of that name.
    package subscript(name: String) -> String? {
        for field in fields where isSameFieldName(field.name, name) { return field.value }
        return nil
    }

    /// All values of that name, in order.
    package func values(_ name: String) -> [String] {
        fields.lazy.filter { isSameFieldName($0.name, name) }.map(\.value)
    }
}

/// Whether two field names are equal but for ASCII case. Works on the bytes: this runs for every header of every
/// request.
package func isSameFieldName(_ left: String, _ right: String) -> Bool {
    let count = left.utf8.count
    guard count == right.utf8.count else { return false }
    let isSame = left.utf8.withContiguousStorageIfAvailable { left in
        right.utf8.withContiguousStorageIfAvailable { right in
            for place in 0..<count where left[place] != right[place] {
                let lowered = left[place] | 0x20
                guard lowered == right[place] | 0x20, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lowered)
                else { return false }
            }
            return true
        }
    }
    // Only text bridged from elsewhere does not lie in one piece.
    return isSame.flatMap(\.self) ?? (left.lowercased() == right.lowercased())
}
