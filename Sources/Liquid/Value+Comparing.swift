// Equality, order and `contains`.

internal import JSON

/// The same bytes; Swift's own `==` would take differently composed letters for the same.
func isSame(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
}

/// By scalars, which is by bytes.
func precedes(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }

extension Value {
    func equals(_ other: Value) -> Bool {
        switch (self, other) {
        case (.blank, .blank), (.empty, .empty): true
        case (.blank, _): other.isBlank
        case (_, .blank): isBlank
        case (.empty, _): other.isEmpty
        case (_, .empty): isEmpty
        case (.range(let first, let last), .range(let otherFirst, let otherLast)):
            first == otherFirst && last == otherLast
        case (.json(let left), .json(let right)): left.equals(right)
        default:
            if let left = plainNumber, let right = other.plainNumber {
                left.equals(right)
            } else {
                isNil && other.isNil
            }
        }
    }

    /// Whether the first stands before the second. What has no order is neither less nor greater, but to ask it of a
    /// number and a text is a mistake.
    func isLess(_ other: Value, orEqual: Bool) throws(Fault) -> Bool {
        let (number, otherNumber) = (plainNumber, other.plainNumber)
        if let number, let otherNumber { return number.isLess(otherNumber) || (orEqual && number.equals(otherNumber)) }
        switch (self, other) {
        case (.json(.string(let left)), .json(.string(let right))):
            return precedes(left, right) || (orEqual && isSame(left, right))
        case (.json(.string), _) where otherNumber != nil, (_, .json(.string)) where number != nil:
            throw .value("cannot compare \(kind) with \(other.kind): expected two numbers or two texts")
        default: return false
        }
    }

    /// Whether a text holds another, an array an element, or an object a name.
    func contains(_ other: Value) -> Bool {
        guard !other.isNil else { return false }
        switch self {
        case .json(.string(let text)): return firstRange(of: Array(other.text.utf8), in: Array(text.utf8)) != nil
        case .json(.array(let elements)): return elements.contains { Value.json($0).equals(other) }
        case .json(.object(let object)):
            guard case .json(.string(let name)) = other else { return false }
            return object[name] != nil
        case .range(let first, let last):
            guard case .integer(let value)? = other.plainNumber else { return false }
            return first <= value && value <= last
        default: return false
        }
    }
}

extension JSONValue {
    /// Numbers by their value, objects whatever the order of their members.
    func equals(_ other: JSONValue) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.string(let left), .string(let right)): isSame(left, right)
        case (.number(let left), .number(let right)):
            left.literal == right.literal || Number(left).equals(Number(right))
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.members.allSatisfy { member in right[member.name].map(member.value.equals) ?? false }
        default: false
        }
    }
}

/// Where the bytes first stand, searched from `start`; an empty text stands everywhere. Takes time in proportion to
/// both lengths, whatever they hold (Knuth, Morris and Pratt).
func firstRange(of wanted: [UInt8], in bytes: [UInt8], from start: Int = 0) -> Range<Int>? {
    guard !wanted.isEmpty else { return start <= bytes.count ? start..<start : nil }
    guard wanted.count <= bytes.count - start else { return nil }
    // How much of the beginning stands again at the end of each part that has been found.
    var borders = [0]
    for place in wanted.indices.dropFirst() {
        var border = borders[place - 1]
        while border > 0, wanted[border] != wanted[place] { border = borders[border - 1] }
        borders.append(wanted[border] == wanted[place] ? border + 1 : 0)
    }
    return bytes.withUnsafeBufferPointer { bytes in
        var found = 0
        for place in start..<bytes.count {
            while found > 0, wanted[found] != bytes[place] { found = borders[found - 1] }
            if wanted[found] == bytes[place] { found += 1 }
            if found == wanted.count { return place + 1 - found..<place + 1 }
        }
        return nil
    }
}

/// Where the bytes last stand.
func lastRange(of wanted: [UInt8], in bytes: [UInt8]) -> Range<Int>? {
    firstRange(of: wanted.reversed(), in: bytes.reversed()).map { found in
        bytes.count - found.upperBound..<bytes.count - found.lowerBound
    }
}
