// Arithmetic. Whole numbers stay whole; others are counted in decimal digits where they have few enough of them, so
// that 0.1 and 0.2 make 0.3.

internal import JSON

/// A number in the form that fits it.
enum Number: Sendable {
    case integer(Int)
    case decimal(Decimal)
    case double(Double)

    init(_ value: Double) { self = Decimal(String(value)).map(Number.decimal) ?? .double(value) }

    init(_ number: JSONNumber) {
        if let value = Int(number.literal) {
            self = .integer(value)
        } else {
            self = Decimal(number.literal).map(Number.decimal) ?? .double(number.double)
        }
    }

    /// The number that a text begins with, read as Liquid does: whole, unless all of it is digits around one dot.
    init(text: String) {
        let bytes = Array(text.utf8.drop(while: isSpace))
        let sign = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") ? 1 : 0
        let whole = bytes.dropFirst(sign).prefix(while: isDigit)
        guard !whole.isEmpty else {
            self = .integer(0)
            return
        }
        let rest = bytes[whole.endIndex...]
        let digits = String(decoding: bytes[..<whole.endIndex], as: UTF8.self)
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            if !fraction.isEmpty, bytes[fraction.endIndex...].allSatisfy(isSpace) {
                let text = digits + "." + String(decoding: fraction, as: UTF8.self)
                self = Decimal(text).map(Number.decimal) ?? .double(Double(text) ?? 0)
                return
            }
        }
        self = Int(digits).map(Number.integer) ?? .double(Double(digits) ?? 0)
    }

    var double: Double {
        switch self {
        case .integer(let value): Double(value)
        case .decimal(let value): value.double
        case .double(let value): value
        }
    }

    private var decimal: Decimal? {
        switch self {
        case .integer(let value): Decimal(mantissa: Int128(value), places: 0)
        case .decimal(let value): value
        case .double: nil
        }
    }

    /// As a value. What is out of every range is an error.
    func value() throws(Fault) -> Value {
        if case .integer(let value) = self { return .integer(value) }
        guard double.isFinite else { throw .value("a number too large: expected less than 1.8e308") }
        return .float(double)
    }

    // MARK: Comparing

    func equals(_ other: Number) -> Bool {
        if case .integer(let left) = self, case .integer(let right) = other { return left == right }
        return double == other.double
    }

    func isLess(_ other: Number) -> Bool {
        if case .integer(let left) = self, case .integer(let right) = other { return left < right }
        return double < other.double
    }

    // MARK: Calculating

    static func + (left: Number, right: Number) -> Number {
        calculate(left, right, { $0.addingReportingOverflow($1) }, { $0.adding($1) }, { $0 + $1 })
    }

    static func - (left: Number, right: Number) -> Number {
        calculate(
            left, right, { $0.subtractingReportingOverflow($1) }, { $0.adding($1.negated) }, { $0 - $1 })
    }

    static func * (left: Number, right: Number) -> Number {
        calculate(left, right, { $0.multipliedReportingOverflow(by: $1) }, { $0.multiplied(by: $1) }, { $0 * $1 })
    }

    private static func calculate(
        _ left: Number, _ right: Number, _ whole: (Int, Int) -> (partialValue: Int, overflow: Bool),
        _ exact: (Decimal, Decimal) -> Decimal?, _ rounded: (Double, Double) -> Double
    ) -> Number {
        if case .integer(let first) = left, case .integer(let second) = right {
            let (result, overflows) = whole(first, second)
            return overflows ? .double(rounded(Double(first), Double(second))) : .integer(result)
        }
        if let first = left.decimal, let second = right.decimal, let result = exact(first, second) {
            return .decimal(result)
        }
        return .double(rounded(left.double, right.double))
    }

    /// The quotient, rounded down where both are whole.
    func divided(by other: Number) throws(Fault) -> Number {
        guard other.double != 0 else { throw .value("division by zero: expected another divisor") }
        if case .integer(let first) = self, case .integer(let second) = other {
            let (quotient, overflows) = first.dividedReportingOverflow(by: second)
            guard !overflows else { return .double(-Double(first)) }
            return .integer(first % second != 0 && (first < 0) != (second < 0) ? quotient - 1 : quotient)
        }
        return .double(double / other.double)
    }

    /// What a division leaves, with the sign of the divisor.
    func modulo(_ other: Number) throws(Fault) -> Number {
        guard other.double != 0 else { throw .value("division by zero: expected another divisor") }
        if case .integer(let first) = self, case .integer(let second) = other {
            guard second != -1 else { return .integer(0) }
            let rest = first % second
            return .integer(rest != 0 && (rest < 0) != (second < 0) ? rest + second : rest)
        }
        if let first = decimal, let second = other.decimal, let rest = first.modulo(second) { return .decimal(rest) }
        let rest = double.truncatingRemainder(dividingBy: other.double)
        return .double(rest != 0 && (rest < 0) != (other.double < 0) ? rest + other.double : rest)
    }

    // MARK: Rounding

    /// Rounds to digits behind the dot, or before it where `digits` is negative. Without any the result is whole.
    func rounded(_ rule: FloatingPointRoundingRule, digits: Int = 0) -> Number {
        if case .integer = self, digits >= 0 { return self }
        guard let decimal else {
            let rounded = digits > 0 ? double : double.rounded(rule)
            return digits > 0 ? self : Int(exactly: rounded).map(Number.integer) ?? .double(rounded)
        }
        let rounded = decimal.rounded(rule, places: digits)
        guard digits <= 0 else { return .decimal(rounded) }
        return Int(exactly: rounded.mantissa).map(Number.integer) ?? .double(rounded.double)
    }

    var magnitude: Number {
        switch self {
        case .integer(let value): value == .min ? .double(-Double(value)) : .integer(abs(value))
        case .decimal(let value): .decimal(value.mantissa < 0 ? value.negated : value)
        case .double(let value): .double(abs(value))
        }
    }
}

extension Value {
    /// A number that is one, and not a text of digits.
    var plainNumber: Number? {
        switch self {
        case .integer(let value): .integer(value)
        case .float(let value): .double(value)
        case .json(.number(let number)): Number(number)
        default: nil
        }
    }

    /// What arithmetic takes it for: numbers, texts that begin with one, and 0 for everything else.
    var number: Number {
        switch self {
        case .float(let value): Number(value)
        case .json(.string(let text)): Number(text: text)
        default: plainNumber ?? .integer(0)
        }
    }

    /// A whole number, or a text of one.
    var wholeNumber: Int? {
        switch self {
        case .json(.string(let text)):
            let trimmed = text.utf8.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
            return Int(String(decoding: Array(trimmed), as: UTF8.self))
        case .integer(let value): return value
        default:
            guard case .integer(let value)? = plainNumber else { return nil }
            return value
        }
    }
}
