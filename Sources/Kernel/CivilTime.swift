// Calendar fields of an instant, in UTC, and every text form of a date that our protocols and files use.
// The day arithmetic is the proleptic Gregorian one of RFC 3339, computed without tables or locale.

/// An instant taken apart into UTC calendar fields.
package struct CivilTime: Hashable, Sendable {
    /// The year as it is counted (not since 1900); months and days count from 1.
    package var year: Int, month: Int, day: Int
    /// The time of day in UTC, 24 hours; `microsecond` is the fraction of the second.
    package var hour: Int, minute: Int, second: Int, microsecond: Int
    /// 0 is Sunday.
    package var weekday: Int

    /// Takes an instant apart; dates before 1970 work too.
    package init(_ instant: Instant) {
        let (seconds, micros) = floorDivide(instant.microseconds, 1_000_000)
        let (days, secondOfDay) = floorDivide(seconds, 86_400)
        // Days are counted from 0000-03-01, so that the leap day is the last of its year.
        let shifted = days + 719_468
        let (era, dayOfEra) = floorDivide(shifted, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        hour = Int(secondOfDay / 3600)
        minute = Int(secondOfDay / 60 % 60)
        second = Int(secondOfDay % 60)
        microsecond = Int(micros)
        weekday = Int(floorDivide(days + 4, 7).remainder)
    }

    /// Days from 1970-01-01 to this date, or nil where a field is out of its range.
    static func daysFromEpoch(year: Int, month: Int, day: Int) -> Int64? {
        guard (1...12).contains(month), day >= 1, day <= daysIn(month: month, of: year), (0...9999).contains(year)
        else { return nil }
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let (era, yearOfEra) = floorDivide(shiftedYear, 400)
        let dayOfYear = (153 * Int64(month > 2 ? month - 3 : month + 9) + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func daysIn(month: Int, of year: Int) -> Int {
        if month == 2 { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}

extension Instant {
    /// Joins calendar fields to an instant; nil where a field is out of its range.
    package init?(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, microsecond: Int = 0
    ) {
        guard let days = CivilTime.daysFromEpoch(year: year, month: month, day: day),
            (0..<24).contains(hour), (0..<60).contains(minute), (0...60).contains(second)
        else { return nil }
        let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + min(second, 59))
        self.init(microseconds: seconds * 1_000_000 + Int64(microsecond))
    }

    /// `2020-12-28T18:59:58.321456`: creation dates in output manifests (no zone, six digits).
    package var creationDateText: String {
        written { pen, civil in
            pen.dateAndTime(civil, separator: "T")
            pen.text(".")
            pen.number(civil.microsecond, 6)
        }
    }
    /// `2020-12-28T18:59:58.321Z`: worker answers, and S3's listings.
    package var iso8601Milliseconds: String {
        written { pen, civil in
            pen.dateAndTime(civil, separator: "T")
            pen.text(".")
            pen.number(civil.microsecond / 1000, 3)
            pen.text("Z")
        }
    }
    /// `2020-12-28T18:59:58Z`.
    package var iso8601Seconds: String {
        written { pen, civil in
            pen.dateAndTime(civil, separator: "T")
            pen.text("Z")
        }
    }
    /// `2020-12-28_18:59:58`: names of worker-response and consolidation files.
    package var fileNameText: String { written { $0.dateAndTime($1, separator: "_") } }

    /// `Mon, 28 Dec 2020 18:59:58 GMT`: HTTP headers (RFC 9110, 5.6.7).
    package var httpDate: String {
        written { pen, civil in
            pen.text(CivilTime.weekdays[civil.weekday])
            pen.text(", ")
            pen.number(civil.day, 2)
            pen.text(" ")
            pen.text(CivilTime.months[civil.month - 1])
            pen.text(" ")
            pen.number(civil.year, 4)
            pen.text(" ")
            pen.timeOfDay(civil)
            pen.text(" GMT")
        }
    }

    /// `20201228T185958Z`: the `x-amz-date` of Signature Version 4.
    package var basicISO8601: String {
        written { pen, civil in
            pen.number(civil.year, 4)
            pen.number(civil.month, 2)
            pen.number(civil.day, 2)
            pen.text("T")
            pen.number(civil.hour, 2)
            pen.number(civil.minute, 2)
            pen.number(civil.second, 2)
            pen.text("Z")
        }
    }

    /// Dates are written for every object of a job and every response: straight into the string's own bytes.
    private func written(_ write: (inout DatePen, CivilTime) -> Void) -> String {
        String(unsafeUninitializedCapacity: 48) { buffer in
            var pen = DatePen(buffer: buffer)
            write(&pen, CivilTime(self))
            return pen.count
        }
    }
}

/// Writes the parts of a date one after the other.
private struct DatePen {
    let buffer: UnsafeMutableBufferPointer<UInt8>
    var count = 0

    mutating func text(_ text: String) {
        for byte in text.utf8 {
            buffer[count] = byte
            count += 1
        }
    }

    /// Decimal digits with leading zeros, more than `width` of them where the number needs them.
    mutating func number(_ value: Int, _ width: Int) {
        if value < 0 { text("-") }
        var digits = width, bound: UInt = 1
        for _ in 0..<width { bound *= 10 }
        while value.magnitude >= bound {
            digits += 1
            bound *= 10
        }
        var rest = value.magnitude
        for place in stride(from: count + digits - 1, through: count, by: -1) {
            buffer[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        count += digits
    }

    mutating func dateAndTime(_ civil: CivilTime, separator: String) {
        number(civil.year, 4)
        text("-")
        number(civil.month, 2)
        text("-")
        number(civil.day, 2)
        text(separator)
        timeOfDay(civil)
    }

    mutating func timeOfDay(_ civil: CivilTime) {
        number(civil.hour, 2)
        text(":")
        number(civil.minute, 2)
        text(":")
        number(civil.second, 2)
    }
}
