// Target "headers": ranges and dates. An input is a size in its first eight bytes, and the text of a header.

internal import Kernel
internal import Objects

extension FuzzTarget {
    static let headers = FuzzTarget("headers", seeds: headerSeeds, fuzzHeaders)
}

/// A range lies within the object; a date that is read is the same when written and read again.
private func fuzzHeaders(_ bytes: [UInt8]) throws(Flaw) {
    var draws = Draws(bytes)
    var size: Int64 = 0
    for _ in 0..<8 { size = size << 8 | Int64(draws.byte()) }
    let text = String(decoding: draws.rest, as: UTF8.self)
    try checkRange(text, sizes: [0, 1, 100, size & .max, .max])
    for instant in [Instant(httpDate: text), Instant(basicISO8601: text)].compactMap(\.self) {
        try require(Instant(httpDate: instant.httpDate) == instant, "\(text) is written \(instant.httpDate)")
        try require(Instant(basicISO8601: instant.basicISO8601) == instant, "\(text), \(instant.basicISO8601)")
    }
    if let instant = Instant(iso8601: text) { try checkCalendar(instant, text) }
    try checkCalendar(Instant(microseconds: (size >> 8) & .max), text)
}

private func checkRange(_ text: String, sizes: [Int64]) throws(Flaw) {
    guard let range = ByteRange(text) else { return }
    for size in sizes {
        guard let bytes = range.resolved(size: size) else { continue }
        try require(!bytes.isEmpty && bytes.lowerBound >= 0 && bytes.upperBound <= size, "\(text) of \(size): \(bytes)")
    }
}

/// Years of four digits, which are all that can be written.
private func checkCalendar(_ instant: Instant, _ text: String) throws(Flaw) {
    let civil = CivilTime(instant)
    guard (0...9999).contains(civil.year) else { return }
    let joined = Instant(
        year: civil.year, month: civil.month, day: civil.day, hour: civil.hour, minute: civil.minute,
        second: civil.second, microsecond: civil.microsecond)
    try require(joined == instant, "\(text) is taken apart as \(civil)")
    try require(Instant(iso8601: instant.creationDateText) == instant, "\(text), \(instant.creationDateText)")
    let seconds = Instant(iso8601: instant.iso8601Seconds)
    try require(seconds == Instant(httpDate: instant.httpDate), "\(text), \(instant.iso8601Seconds)")
}

private let size = "\0\0\0\0\0\0\u{04}\0"
private let headerSeeds = [
    "bytes=0-99", "bytes=100-", "bytes=-1", "bytes=5-9223372036854775807", "bytes=-99999999999999999999",
    "Mon, 28 Dec 2020 18:59:58 GMT", "Sat, 31 Dec 2016 23:59:60 GMT", "20201228T185958Z",
    "2020-02-29T18:59:58.123456+05:30", "0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59", "2020-12-28",
].map { size + $0 }
