import Kernel
import Testing

@Suite struct CivilTimeTests {
    @Test func datesReadAndWriteAsPythonDoes() throws {
        let lines = goldenLines("dates.csv")
        #expect(lines.count == 260)
        for line in lines {
            let parts = line.split(separator: ";").map(String.init)
            let instant = Instant(microseconds: try #require(Int64(parts[0])))
            #expect(instant.creationDateText == parts[1])
            #expect(Instant(iso8601: parts[1]) == instant)
            #expect(Instant(iso8601: parts[1] + "Z") == instant)
            #expect(instant.httpDate == parts[2])
            #expect(Instant(httpDate: parts[2]) == instant.wholeSecond)
            #expect(Instant(basicISO8601: instant.basicISO8601) == instant.wholeSecond)
        }
    }

    @Test func everyFormOfOneDate() throws {
        let instant = try #require(
            Instant(year: 2020, month: 12, day: 28, hour: 18, minute: 59, second: 58, microsecond: 321_456))
        #expect(instant.creationDateText == "2020-12-28T18:59:58.321456")
        #expect(instant.iso8601Milliseconds == "2020-12-28T18:59:58.321Z")
        #expect(instant.iso8601Seconds == "2020-12-28T18:59:58Z")
        #expect(instant.fileNameText == "2020-12-28_18:59:58")
        #expect(instant.httpDate == "Mon, 28 Dec 2020 18:59:58 GMT")
        #expect(instant.basicISO8601 == "20201228T185958Z")
    }

    @Test func everyDayOfFourCenturiesComesBack() throws {
        var day = try #require(Instant(year: 1899, month: 12, day: 31))
        for _ in 0..<146_097 {
            day = day + .seconds(86_400)
            let civil = CivilTime(day)
            if Instant(year: civil.year, month: civil.month, day: civil.day) != day { Issue.record("\(civil)") }
        }
        #expect(day == Instant(year: 2299, month: 12, day: 31))
    }

    @Test(arguments: [
        (1900, 2, 29), (2023, 2, 29), (2024, 2, 30), (2024, 13, 1), (2024, 0, 1), (2024, 4, 31), (2024, 1, 0),
        (10_000, 1, 1), (-1, 1, 1),
    ])
    func datesThatDoNotExistAreRefused(year: Int, month: Int, day: Int) {
        #expect(Instant(year: year, month: month, day: day) == nil)
    }

    @Test func timesOfDayAreChecked() {
        #expect(Instant(year: 2024, month: 1, day: 1, hour: 24) == nil)
        #expect(Instant(year: 2024, month: 1, day: 1, minute: 60) == nil)
        #expect(Instant(year: 2024, month: 1, day: 1, second: 61) == nil)
        #expect(Instant(year: 2024, month: 1, day: 1, hour: -1) == nil)
    }

    /// Time here has no leap seconds: the second 60 is the one before it.
    @Test func leapSecondsAreFoldedIntoTheSecondBefore() {
        #expect(Instant(iso8601: "2016-12-31T23:59:60Z") == Instant(iso8601: "2016-12-31T23:59:59Z"))
    }

    @Test func offsetsAndFractionsOfRFC3339() throws {
        let noon = try #require(Instant(iso8601: "2024-06-01T12:00:00Z"))
        #expect(Instant(iso8601: "2024-06-01T14:00:00+02:00") == noon)
        #expect(Instant(iso8601: "2024-06-01T06:30:00-05:30") == noon)
        #expect(Instant(iso8601: "2024-06-01 12:00:00") == noon)
        #expect(Instant(iso8601: "2024-06-01T12:00:00.5Z") == noon + .milliseconds(500))
        #expect(Instant(iso8601: "2024-06-01T12:00:00.1234567Z") == noon + .microseconds(123_456))
        #expect(Instant(iso8601: "2024-06-01") == Instant(iso8601: "2024-06-01T00:00:00Z"))
    }

    @Test(arguments: [
        "", "2024", "2024-06-1", "2024-06-01T", "2024-06-01T12:00", "2024-06-01T12:00:00.", "2024-06-01T12:00:00X",
        "2024-06-01T12:00:00+2:00", "2024-06-01T12:00:00+24:00", "2024-06-01T12:00:00+02:60",
        "2024-06-01T12:00:00+0200", "2024/06/01", "+024-06-01", "2024-06-01T1a:00:00Z", "2024-06-01T12:00:00ZZ",
        "２０２４-06-01", "2024-06-01Z",
    ])
    func textThatIsNoRFC3339DateIsRefused(text: String) {
        #expect(Instant(iso8601: text) == nil)
    }

    @Test(arguments: [
        "Mon, 28 Dec 2020 18:59:58", "Mon, 28 Dec 2020 18:59:58 UTC", "Mon, 28 dec 2020 18:59:58 GMT",
        "Mon 28 Dec 2020 18:59:58  GMT", "Mon, 31 Feb 2020 18:59:58 GMT", "Mon, 28 Dec 2020 18.59.58 GMT",
        "Mon,_28_Dec_2020_18:59:58 GMT", "Xyz, 28 Dec 2020 18:59:58 GMT",
    ])
    func textThatIsNoHTTPDateIsRefused(text: String) {
        #expect(Instant(httpDate: text) == nil)
    }

    @Test(arguments: [
        "20201228T185958", "20201228 185958Z", "2020-12-28T18:59:58Z", "20201328T185958Z", "20201228T2a5958Z",
    ])
    func textThatIsNoSignatureDateIsRefused(text: String) {
        #expect(Instant(basicISO8601: text) == nil)
    }
}

@Suite struct InstantTests {
    @Test func wholeUnitsRoundDownBeforeTheEpochToo() {
        #expect(Instant(microseconds: -1).seconds == -1)
        #expect(Instant(microseconds: -1).wholeSecond == Instant(seconds: -1))
        #expect(Instant(microseconds: -1).wholeMillisecond == Instant(microseconds: -1000))
        #expect(Instant(microseconds: 1_999_999).wholeSecond == Instant(seconds: 1))
        #expect(Instant(microseconds: 1_999_999).wholeMillisecond == Instant(microseconds: 1_999_000))
    }

    @Test func additionAndDifferenceAgree() {
        let start = Instant(seconds: 1000)
        for duration in [Duration.zero, .microseconds(1), .milliseconds(-1500), .seconds(86_400)] {
            #expect((start + duration) - start == duration)
            #expect((start + duration) - duration == start)
        }
        #expect(Duration.milliseconds(1500).inSeconds == 1.5)
        #expect(Duration.nanoseconds(1999).inMicroseconds == 1)
    }

    @Test func secondsWithFractionKeepMilliseconds() {
        #expect(Instant(microseconds: 1_609_181_998_321_000).secondsWithFraction == 1_609_181_998.321)
    }
}
