// The times that the filter `date` is given: seconds since 1970, `now`, or a date as people and programs write it.

internal import JSON
internal import Kernel

/// A point in time, and how far its place is from UTC.
struct LocalTime {
    var instant: Instant
    /// Seconds east of UTC.
    var offset = 0
    /// Whether it was said to be in UTC or came without a zone.
    var isUTC = true

    /// Reads a value; nil where it is no date.
    init?(_ value: Value, now: Instant) {
        if case .integer(let seconds) = value.plainNumber {
            instant = Instant(seconds: Int64(seconds))
            return
        }
        guard case .json(.string(let text)) = value else { return nil }
        if text == "now" || text == "today" {
            instant = now
        } else if let seconds = Int64(text), text.utf8.allSatisfy(isDigit) {
            instant = Instant(seconds: seconds)
        } else if text.utf8.count <= 100, let time = DateReader.time(text, now: now) {
            self = time
        } else {
            return nil
        }
    }

    init(instant: Instant, offset: Int, isUTC: Bool) {
        self.instant = instant
        self.offset = offset
        self.isUTC = isUTC
    }

    /// The fields of the calendar where it was written.
    var civil: CivilTime { CivilTime(offset == 0 ? instant : instant + .seconds(offset)) }
}

/// Reads a date word by word, in whatever order its parts stand.
private struct DateReader {
    private let bytes: [UInt8]
    private var place = 0
    private var year: Int?, month: Int?, day: Int?
    private var hour: Int?, minute = 0, second = 0, microsecond = 0
    private var offset: Int?
    private var isUTC = true
    private var isKnown = false

    private init(_ text: String) { bytes = Array(text.utf8) }

    static func time(_ text: String, now: Instant) -> LocalTime? {
        var reader = DateReader(text)
        return reader.time(now: now)
    }

    private mutating func time(now: Instant) -> LocalTime? {
        while place < bytes.count {
            guard part() else { return nil }
        }
        guard isKnown else { return nil }
        let today = CivilTime(now)
        let isTimeOnly = year == nil && month == nil && day == nil
        let local = Instant(
            year: year ?? today.year, month: month ?? (year == nil ? today.month : 1),
            day: day ?? (isTimeOnly ? today.day : 1), hour: hour ?? 0, minute: minute, second: second,
            microsecond: microsecond)
        guard let local else { return nil }
        let offset = offset ?? 0
        return LocalTime(instant: local - .seconds(offset), offset: offset, isUTC: isUTC)
    }

    private func byte(_ ahead: Int = 0) -> UInt8? { place + ahead < bytes.count ? bytes[place + ahead] : nil }

    private mutating func skip(_ wanted: Character) -> Bool {
        guard byte() == wanted.asciiValue else { return false }
        place += 1
        return true
    }

    private mutating func part() -> Bool {
        guard let first = byte() else { return false }
        if isSpace(first) || first == UInt8(ascii: ",") || first == UInt8(ascii: ".") {
            place += 1
            return true
        }
        if isDigit(first) { return number() }
        if first == UInt8(ascii: "+") || first == UInt8(ascii: "-") { return hour != nil && zone() }
        return word()
    }

    // MARK: Words

    private mutating func word() -> Bool {
        let start = place
        while let byte = byte(), byte != UInt8(ascii: "_"), byte < 0x80, isWordStart(byte) { place += 1 }
        let word = String(decoding: bytes[start..<place], as: UTF8.self).lowercased()
        switch word {
        case "t", "at", "of", "the": return true
        case "st", "nd", "rd", "th": return day != nil
        case "z", "utc", "gmt":
            offset = 0
            return true
        case "am", "pm":
            guard let hour, (1...12).contains(hour) else { return false }
            self.hour = hour % 12 + (word == "pm" ? 12 : 0)
            return true
        default: break
        }
        if let index = names(dateMonths, beginWith: word) {
            guard month == nil else { return false }
            month = index + 1
            isKnown = true
            return true
        }
        return names(dateWeekdays, beginWith: word) != nil
    }

    private func names(_ names: [String], beginWith word: String) -> Int? {
        guard word.utf8.count >= 3 else { return nil }
        return names.firstIndex { $0.lowercased() == word || $0.lowercased().prefix(3) == word }
            ?? (word == "sept" ? names.firstIndex(of: "September") : nil)
    }

    // MARK: Numbers

    private mutating func digits(_ most: Int = 9) -> (value: Int, count: Int)? {
        var value = 0, count = 0
        while count < most, let byte = byte(), isDigit(byte) {
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            count += 1
            place += 1
        }
        return count == 0 ? nil : (value, count)
    }

    private mutating func number() -> Bool {
        guard let (value, count) = digits() else { return false }
        isKnown = true
        if byte() == UInt8(ascii: ":"), hour == nil, count <= 2 { return clock(value) }
        if count == 8, year == nil {
            (year, month, day) = (value / 10_000, value / 100 % 100, value % 100)
            return true
        }
        if count == 6, year != nil, hour == nil {
            (hour, minute, second) = (value / 10_000, value / 100 % 100, value % 100)
            return true
        }
        if count == 4, year == nil, month == nil, skip("-") || skip("/") {
            guard let (month, _) = digits(2) else { return false }
            (self.year, self.month) = (value, month)
            guard skip("-") || skip("/") else { return true }
            day = digits(2)?.value
            return day != nil
        }
        if count == 4, year == nil {
            year = value
            return true
        }
        guard count <= 2 else { return false }
        if isHalfOfDay() {
            hour = value
            return true
        }
        if day == nil, (1...31).contains(value) {
            day = value
            _ = skip("-")
            return true
        }
        return false
    }

    /// Whether `am` or `pm` follows.
    private func isHalfOfDay() -> Bool {
        var ahead = 0
        while let byte = byte(ahead), isSpace(byte) { ahead += 1 }
        guard let first = byte(ahead), let second = byte(ahead + 1) else { return false }
        return second | 0x20 == UInt8(ascii: "m")
            && (first | 0x20 == UInt8(ascii: "a") || first | 0x20 == UInt8(ascii: "p"))
            && byte(ahead + 2).map { !isWordStart($0) } != false
    }

    /// What follows an hour: minutes, seconds and their fraction.
    private mutating func clock(_ hour: Int) -> Bool {
        self.hour = hour
        guard skip(":"), let (minute, _) = digits(2) else { return false }
        self.minute = minute
        guard skip(":") else { return true }
        guard let (second, _) = digits(2) else { return false }
        self.second = second
        guard byte() == UInt8(ascii: "."), byte(1).map(isDigit) == true else { return true }
        place += 1
        guard let (fraction, count) = digits(6) else { return false }
        microsecond = (count..<6).reduce(fraction) { value, _ in value * 10 }
        while let byte = byte(), isDigit(byte) { place += 1 }
        return true
    }

    private mutating func zone() -> Bool {
        let sign = bytes[place] == UInt8(ascii: "-") ? -1 : 1
        place += 1
        guard let (value, count) = digits(4) else { return false }
        var (hours, minutes) = count > 2 ? (value / 100, value % 100) : (value, 0)
        if count <= 2, skip(":") { minutes = digits(2)?.value ?? 60 }
        guard hours < 24, minutes < 60 else { return false }
        hours *= sign
        offset = hours * 3600 + sign * minutes * 60
        isUTC = false
        return true
    }
}

let dateMonths = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
]
let dateWeekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
