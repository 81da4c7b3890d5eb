// The directives of strftime, with the flags and widths that Ruby's knows: `%-d`, `%^b`, `%3N`, `%:z`.

internal import Kernel

extension LocalTime {
    func formatted(_ format: String, limit: Int) throws(Fault) -> String {
        var writer = TimeWriter(self, limit: limit)
        try writer.write(Array(format.utf8), depth: 0)
        return String(decoding: writer.result, as: UTF8.self)
    }
}

private struct TimeWriter {
    private struct Flags {
        var padding: Character?
        var isUpper = false
        var swapsCase = false
        var colons = 0
        var width: Int?
    }

    private let time: LocalTime
    private let civil: CivilTime
    private let limit: Int
    private(set) var result: [UInt8] = []

    init(_ time: LocalTime, limit: Int) {
        self.time = time
        self.limit = limit
        civil = time.civil
    }

    mutating func write(_ format: [UInt8], depth: Int) throws(Fault) {
        var place = 0
        while place < format.count {
            guard format[place] == UInt8(ascii: "%") else {
                result.append(format[place])
                place += 1
                continue
            }
            let start = place
            place += 1
            let flags = flags(format, &place)
            guard place < format.count, try directive(format[place], flags, depth: depth) else {
                // What is no directive stands for itself.
                result += format[start..<min(place + 1, format.count)]
                place += 1
                continue
            }
            place += 1
            guard result.count <= limit else {
                throw Fault(.bound, "outputBytes: a text has at most \(limit) bytes")
            }
        }
    }

    private func flags(_ format: [UInt8], _ place: inout Int) -> Flags {
        var flags = Flags()
        while place < format.count {
            switch format[place] {
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "0"):
                flags.padding = Character(UnicodeScalar(format[place]))
            case UInt8(ascii: "^"): flags.isUpper = true
            case UInt8(ascii: "#"): flags.swapsCase = true
            case UInt8(ascii: ":"): flags.colons += 1
            case UInt8(ascii: "1")...UInt8(ascii: "9"):
                var width = 0
                while place < format.count, isDigit(format[place]) {
                    // Wider than anything sensible, and far from overflowing.
                    width = min(width * 10 + Int(format[place] - UInt8(ascii: "0")), 1000)
                    place += 1
                }
                flags.width = width
                continue
            default: return flags
            }
            place += 1
        }
        return flags
    }

    // MARK: Directives

    /// Directives that stand for several others.
    private static let combined: [Character: String] = [
        "D": "%m/%d/%y", "x": "%m/%d/%y", "F": "%Y-%m-%d", "T": "%H:%M:%S", "X": "%H:%M:%S", "R": "%H:%M",
        "r": "%I:%M:%S %p", "c": "%a %b %e %H:%M:%S %Y", "v": "%e-%^b-%Y", "+": "%a %b %e %H:%M:%S %Z %Y",
    ]

    private mutating func directive(_ letter: UInt8, _ flags: Flags, depth: Int) throws(Fault) -> Bool {
        let letter = Character(UnicodeScalar(letter))
        if number(letter, flags) || name(letter, flags) || zone(letter, flags) { return true }
        guard depth == 0, let format = Self.combined[letter] else { return false }
        let start = result.count
        try write(Array(format.utf8), depth: 1)
        let text = String(decoding: result[start...], as: UTF8.self)
        result.removeSubrange(start...)
        self.text(text, flags)
        return true
    }

    private mutating func number(_ letter: Character, _ flags: Flags) -> Bool {
        switch letter {
        case "Y": digits(civil.year, civil.year < 0 ? 5 : 4, flags)
        case "C": digits(floorDivided(civil.year, 100).quotient, 2, flags)
        case "y": digits(floorDivided(civil.year, 100).rest, 2, flags)
        case "m": digits(civil.month, 2, flags)
        case "d": digits(civil.day, 2, flags)
        case "e": digits(civil.day, 2, flags, padding: "_")
        case "j": digits(dayOfYear, 3, flags)
        case "H": digits(civil.hour, 2, flags)
        case "k": digits(civil.hour, 2, flags, padding: "_")
        case "I": digits((civil.hour + 11) % 12 + 1, 2, flags)
        case "l": digits((civil.hour + 11) % 12 + 1, 2, flags, padding: "_")
        case "M": digits(civil.minute, 2, flags)
        case "S": digits(civil.second, 2, flags)
        case "L": fraction(flags.width ?? 3)
        case "N": fraction(flags.width ?? 9)
        case "s": digits(Int(time.instant.seconds), 1, flags)
        case "u": digits((civil.weekday + 6) % 7 + 1, 1, flags)
        case "w": digits(civil.weekday, 1, flags)
        case "U": digits((dayOfYear + 6 - civil.weekday) / 7, 2, flags)
        case "W": digits((dayOfYear + 6 - (civil.weekday + 6) % 7) / 7, 2, flags)
        case "V": digits(isoWeek.week, 2, flags)
        case "G": digits(isoWeek.year, 4, flags)
        case "g": digits(floorDivided(isoWeek.year, 100).rest, 2, flags)
        default: return false
        }
        return true
    }

    private mutating func name(_ letter: Character, _ flags: Flags) -> Bool {
        switch letter {
        case "A": text(dateWeekdays[civil.weekday], flags)
        case "a": text(String(dateWeekdays[civil.weekday].prefix(3)), flags)
        case "B": text(dateMonths[civil.month - 1], flags)
        case "b", "h": text(String(dateMonths[civil.month - 1].prefix(3)), flags)
        case "p": text(flags.swapsCase ? half.lowercased() : half, flags)
        case "P": text(half.lowercased(), flags)
        case "n": text("\n", flags)
        case "t": text("\t", flags)
        case "%": text("%", flags)
        default: return false
        }
        return true
    }

    private mutating func zone(_ letter: Character, _ flags: Flags) -> Bool {
        switch letter {
        case "Z": text(time.isUTC ? "UTC" : "", flags)
        case "z":
            let seconds = abs(time.offset)
            var text = time.offset < 0 ? "-" : "+"
            let parts = [seconds / 3600, seconds / 60 % 60] + (flags.colons > 1 ? [seconds % 60] : [])
            text += parts.map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: flags.colons > 0 ? ":" : "")
            self.text(text, flags)
        default: return false
        }
        return true
    }

    // MARK: Fields

    private var half: String { civil.hour < 12 ? "AM" : "PM" }

    private var dayOfYear: Int { dayOfYear(month: civil.month, day: civil.day) }

    private func dayOfYear(month: Int, day: Int) -> Int {
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month - 1]
        return before + day + (month > 2 && daysIn(civil.year) == 366 ? 1 : 0)
    }

    private func daysIn(_ year: Int) -> Int { (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 366 : 365 }

    /// Weeks begin on Monday, and the first of a year is the one with its first Thursday (ISO 8601).
    private var isoWeek: (year: Int, week: Int) {
        let thursday = dayOfYear + 3 - (civil.weekday + 6) % 7
        if thursday < 1 { return (civil.year - 1, (thursday + daysIn(civil.year - 1) - 1) / 7 + 1) }
        if thursday > daysIn(civil.year) { return (civil.year + 1, 1) }
        return (civil.year, (thursday - 1) / 7 + 1)
    }

    // MARK: Writing

    private mutating func digits(_ value: Int, _ width: Int, _ flags: Flags, padding: Character = "0") {
        let padding = flags.padding ?? padding
        var text = String(value.magnitude)
        let wanted = padding == "-" ? 0 : (flags.width ?? width) - (value < 0 ? 1 : 0)
        let blanks = String(repeating: padding == "_" ? " " : "0", count: max(wanted - text.utf8.count, 0))
        let sign = value < 0 ? "-" : ""
        text = padding == "_" ? blanks + sign + text : sign + blanks + text
        result += text.utf8
    }

    private mutating func fraction(_ count: Int) {
        var text = String(civil.microsecond + 1_000_000).dropFirst() + "000"
        text += String(repeating: "0", count: max(count - 9, 0))
        result += text.prefix(count).utf8
    }

    private mutating func text(_ text: String, _ flags: Flags) {
        let text = flags.isUpper || flags.swapsCase && text != half.lowercased() ? text.uppercased() : text
        let blank = flags.padding == "0" ? "0" : " "
        if flags.padding != "-" {
            result += String(repeating: blank, count: max((flags.width ?? 0) - text.utf8.count, 0)).utf8
        }
        result += text.utf8
    }
}

private func floorDivided(_ value: Int, _ by: Int) -> (quotient: Int, rest: Int) {
    let rest = ((value % by) + by) % by
    return ((value - rest) / by, rest)
}
