// Reading dates. Every parser works on the bytes, accepts only its own form, and answers nil for anything else.

extension Instant {
    /// Reads `20201228T185958Z` (Signature Version 4) or nil.
    package init?(basicISO8601 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
            let year = number(bytes, 0, 4), let month = number(bytes, 4, 2), let day = number(bytes, 6, 2),
            let hour = number(bytes, 9, 2), let minute = number(bytes, 11, 2), let second = number(bytes, 13, 2)
        else { return nil }
        self.init(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    }

    /// Reads RFC 3339 forms: `2020-12-28`, `2020-12-28T18:59:58`, with fraction, with `Z` or an offset.
    package init?(iso8601 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = number(bytes, 0, 4), let month = number(bytes, 5, 2), let day = number(bytes, 8, 2)
        else { return nil }
        if bytes.count == 10 {
            self.init(year: year, month: month, day: day)
            return
        }
        guard bytes.count >= 19, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let hour = number(bytes, 11, 2), let minute = number(bytes, 14, 2), let second = number(bytes, 17, 2),
            let (micros, zone) = fraction(bytes[19...]), let offset = zoneOffset(zone),
            let local = Instant(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second, microsecond: micros)
        else { return nil }
        self = local - offset
    }

    /// Reads the preferred HTTP date form, `Mon, 28 Dec 2020 18:59:58 GMT` (RFC 9110, 5.6.7), or nil.
    package init?(httpDate text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 29, text.hasSuffix(" GMT"), bytes[3] == UInt8(ascii: ","), bytes[4] == UInt8(ascii: " "),
            bytes[7] == UInt8(ascii: " "), bytes[11] == UInt8(ascii: " "), bytes[16] == UInt8(ascii: " "),
            bytes[19] == UInt8(ascii: ":"), bytes[22] == UInt8(ascii: ":"),
            CivilTime.weekdays.contains(String(decoding: bytes[0..<3], as: UTF8.self)),
            let day = number(bytes, 5, 2), let year = number(bytes, 12, 4),
            let month = CivilTime.months.firstIndex(of: String(decoding: bytes[8..<11], as: UTF8.self)),
            let hour = number(bytes, 17, 2), let minute = number(bytes, 20, 2), let second = number(bytes, 23, 2)
        else { return nil }
        self.init(year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second)
    }
}

/// The number that `count` decimal digits spell, or nil where one of them is none.
private func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int? {
    guard start + count <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[start..<start + count] {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value
}

/// Splits an optional `.123456…` off; digits past the sixth are dropped.
private func fraction(_ rest: ArraySlice<UInt8>) -> (Int, ArraySlice<UInt8>)? {
    guard rest.first == UInt8(ascii: ".") else { return (0, rest) }
    let digits = rest.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard !digits.isEmpty else { return nil }
    var micros = 0
    for place in 0..<6 {
        let index = digits.startIndex + place
        micros = micros * 10 + (index < digits.endIndex ? Int(digits[index] - UInt8(ascii: "0")) : 0)
    }
    return (micros, rest[digits.endIndex...])
}

/// `Z`, nothing, or `+hh:mm`.
private func zoneOffset(_ zone: ArraySlice<UInt8>) -> Duration? {
    let bytes = Array(zone)
    if bytes.isEmpty || bytes == [UInt8(ascii: "Z")] { return .zero }
    guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = number(bytes, 1, 2),
        let minutes = number(bytes, 4, 2), hours < 24, minutes < 60
    else { return nil }
    let offset = Duration.seconds(hours * 3600 + minutes * 60)
    switch bytes[0] {
    case UInt8(ascii: "+"): return offset
    case UInt8(ascii: "-"): return .zero - offset
    default: return nil
    }
}
