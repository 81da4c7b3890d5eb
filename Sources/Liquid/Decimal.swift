// Decimal numbers of limited length: a whole number of 10^-places.

struct Decimal: Sendable {
    /// The digits, with their sign.
    let mantissa: Int128
    /// How many of them stand behind the dot.
    let places: Int

    /// More digits than doubles have, and room to multiply.
    private static let mostDigits = 30

    init(mantissa: Int128, places: Int) {
        self.mantissa = mantissa
        self.places = places
    }

    /// Reads `-12.5` and `1.25e-3`; nil where the digits are too many.
    init?(_ text: String) {
        var mantissa: Int128 = 0, places = 0, digits = 0, isNegative = false, isFraction = false
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "+"): continue
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard let exponent = Int(String(rest) ?? ""), abs(exponent) <= Self.mostDigits else { return nil }
                places -= exponent
                rest = rest.suffix(0)
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += mantissa == 0 && byte == UInt8(ascii: "0") ? 0 : 1
                guard digits <= Self.mostDigits else { return nil }
                mantissa = mantissa * 10 + Int128(byte - UInt8(ascii: "0"))
                if isFraction { places += 1 }
            default: return nil
            }
        }
        guard places <= Self.mostDigits else { return nil }
        let sign: Int128 = isNegative ? -1 : 1
        guard places < 0 else {
            self.init(mantissa: sign * mantissa, places: places)
            return
        }
        guard digits - places <= Self.mostDigits else { return nil }
        self.init(mantissa: sign * mantissa * Self.power(-places), places: 0)
    }

    /// 10 to a power between 0 and 38.
    private static func power(_ exponent: Int) -> Int128 {
        (0..<min(exponent, 38)).reduce(1) { power, _ in power * 10 }
    }

    /// The nearest double.
    var double: Double { Double("\(mantissa)e\(-places)") ?? 0 }

    var negated: Decimal { Decimal(mantissa: -mantissa, places: places) }

    /// Both mantissas at the same number of places.
    private func aligned(_ other: Decimal) -> (left: Int128, right: Int128, places: Int)? {
        let places = max(places, other.places)
        guard let left = scaled(to: places), let right = other.scaled(to: places) else { return nil }
        return (left, right, places)
    }

    private func scaled(to places: Int) -> Int128? {
        let (result, overflows) = mantissa.multipliedReportingOverflow(by: Self.power(places - self.places))
        return overflows ? nil : result
    }

    func adding(_ other: Decimal) -> Decimal? {
        guard let (left, right, places) = aligned(other) else { return nil }
        let (sum, overflows) = left.addingReportingOverflow(right)
        return overflows ? nil : Decimal(mantissa: sum, places: places)
    }

    func multiplied(by other: Decimal) -> Decimal? {
        let (product, overflows) = mantissa.multipliedReportingOverflow(by: other.mantissa)
        return overflows ? nil : Decimal(mantissa: product, places: places + other.places)
    }

    /// What a division leaves, with the sign of the divisor, which is not zero.
    func modulo(_ other: Decimal) -> Decimal? {
        guard let (left, right, places) = aligned(other), right != -1 else { return nil }
        let rest = left % right
        return Decimal(mantissa: rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest, places: places)
    }

    /// With at most so many digits behind the dot; with a negative number of them, the last before the dot are zeros.
    func rounded(_ rule: FloatingPointRoundingRule, places wanted: Int) -> Decimal {
        guard wanted < places else { return self }
        let dropped = places - max(wanted, -Self.mostDigits)
        guard dropped <= 38 else { return Decimal(mantissa: 0, places: max(wanted, 0)) }
        let unit = Self.power(dropped)
        var (quotient, rest) = mantissa.quotientAndRemainder(dividingBy: unit)
        switch rule {
        case .up where rest > 0: quotient += 1
        case .down where rest < 0: quotient -= 1
        case .toNearestOrAwayFromZero where rest.magnitude >= unit.magnitude - rest.magnitude:
            quotient += mantissa < 0 ? -1 : 1
        default: break
        }
        guard wanted < 0 else { return Decimal(mantissa: quotient, places: wanted) }
        return Decimal(mantissa: quotient &* Self.power(-max(wanted, -Self.mostDigits)), places: 0)
    }
}
