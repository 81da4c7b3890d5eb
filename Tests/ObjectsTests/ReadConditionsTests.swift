import Kernel
import Objects
import Testing

/// RFC 9110, section 13.2.2, as a table.
struct ReadConditionsTests {
    static let modified = Instant(seconds: 1_000_000) + .milliseconds(700)
    static let before = Instant(seconds: 999_999)
    static let same = Instant(seconds: 1_000_000)
    static let after = Instant(seconds: 1_000_001)

    struct Case: Sendable {
        var conditions: ReadConditions, verdict: ReadConditions.Verdict
        init(_ conditions: ReadConditions, _ verdict: ReadConditions.Verdict) {
            self.conditions = conditions
            self.verdict = verdict
        }
    }

    static let table: [Case] = [
        Case(ReadConditions(), .proceed),
        // If-Match: strong comparison.
        Case(ReadConditions(ifMatch: "\"abc\""), .proceed),
        Case(ReadConditions(ifMatch: "abc"), .proceed),
        Case(ReadConditions(ifMatch: "*"), .proceed),
        Case(ReadConditions(ifMatch: "\"x\" , \"abc\""), .proceed),
        Case(ReadConditions(ifMatch: "W/\"abc\""), .failed("If-Match")),
        Case(ReadConditions(ifMatch: "\"ab\""), .failed("If-Match")),
        // If-Unmodified-Since: only without If-Match, in whole seconds.
        Case(ReadConditions(ifUnmodifiedSince: same), .proceed),
        Case(ReadConditions(ifUnmodifiedSince: after), .proceed),
        Case(ReadConditions(ifUnmodifiedSince: before), .failed("If-Unmodified-Since")),
        Case(ReadConditions(ifMatch: "\"abc\"", ifUnmodifiedSince: before), .proceed),
        Case(ReadConditions(ifMatch: "\"x\"", ifUnmodifiedSince: after), .failed("If-Match")),
        // If-None-Match: weak comparison.
        Case(ReadConditions(ifNoneMatch: "\"abc\""), .notModified),
        Case(ReadConditions(ifNoneMatch: "W/\"abc\""), .notModified),
        Case(ReadConditions(ifNoneMatch: "*"), .notModified),
        Case(ReadConditions(ifNoneMatch: "\"x\", \"y\""), .proceed),
        // If-Modified-Since: only without If-None-Match.
        Case(ReadConditions(ifModifiedSince: same), .notModified),
        Case(ReadConditions(ifModifiedSince: after), .notModified),
        Case(ReadConditions(ifModifiedSince: before), .proceed),
        Case(ReadConditions(ifNoneMatch: "\"x\"", ifModifiedSince: after), .proceed),
        Case(ReadConditions(ifNoneMatch: "\"abc\"", ifModifiedSince: before), .notModified),
        // The first pair goes before the second.
        Case(ReadConditions(ifMatch: "\"x\"", ifNoneMatch: "\"abc\""), .failed("If-Match")),
        Case(ReadConditions(ifMatch: "\"abc\"", ifNoneMatch: "\"abc\""), .notModified),
        Case(ReadConditions(ifModifiedSince: before, ifUnmodifiedSince: before), .failed("If-Unmodified-Since")),
        Case(ReadConditions(ifModifiedSince: same, ifUnmodifiedSince: same), .notModified),
    ]

    @Test(arguments: table) func conditionsHavePrecedence(_ row: Case) {
        #expect(row.conditions.verdict(etag: "abc", modified: Self.modified) == row.verdict)
    }
}
