import Engine
import Kernel
import Logging
import Services
import Shapes
import Store
import Testing

/// Reading logs: pages, words, times.
@Suite struct LogsTests {
    private static let group = "/aws/sagemaker/TrainingJobs"

    private func service(
        _ fixture: ServiceFixture, _ streams: [(name: String, lines: [(second: Int64, text: String)])]
    ) async throws -> LogsService {
        for stream in streams {
            let events = stream.lines.map { LogStream.Event(at: Instant(seconds: $0.second), message: $0.text) }
            try await fixture.control.put(
                LogStream(
                    group: .trainingJobs, name: stream.name, created: events.first?.at ?? .epoch, events: events
                ).resource(of: .standard, .standard))
        }
        return LogsService(
            control: fixture.control, jobs: fixture.jobs,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func pagesMeetWithoutGapOrOverlap() async throws {
        let fixture = try await ServiceFixture()
        let logs = try await service(fixture, [("a", (0..<10).map { (Int64($0), "line \($0)") })])
        var seen: [String] = [], token: String?
        while true {
            let page = try await logs.getLogEvents(
                Logs.GetLogEventsRequest(
                    logGroupName: Self.group, logStreamName: "a", nextToken: token, limit: 3, startFromHead: true),
                fixture.context())
            if page.nextForwardToken == token { break }
            seen += page.events?.compactMap(\.message) ?? []
            token = page.nextForwardToken
        }
        #expect(seen == (0..<10).map { "line \($0)" })
        let last = try await logs.getLogEvents(
            Logs.GetLogEventsRequest(logGroupName: Self.group, logStreamName: "a", limit: 2), fixture.context())
        #expect(last.events?.map(\.message) == ["line 8", "line 9"])
        let before = try await logs.getLogEvents(
            Logs.GetLogEventsRequest(
                logGroupName: Self.group, logStreamName: "a", nextToken: last.nextBackwardToken, limit: 2),
            fixture.context())
        #expect(before.events?.map(\.message) == ["line 6", "line 7"])
    }

    @Test func timesAreFromAndBefore() async throws {
        let fixture = try await ServiceFixture()
        let logs = try await service(fixture, [("a", (0..<5).map { (Int64($0), "line \($0)") })])
        let page = try await logs.getLogEvents(
            Logs.GetLogEventsRequest(
                logGroupName: Self.group, logStreamName: "a", startTime: 1000, endTime: 3000), fixture.context())
        #expect(page.events?.map(\.timestamp) == [1000, 2000])
    }

    @Test(arguments: [
        ("", ["one two", "two", "three \"two one\""]), ("two", ["one two", "two", "three \"two one\""]),
        ("one two", ["one two", "three \"two one\""]), ("\"one two\"", ["one two"]),
        ("?three ?none", ["three \"two one\""]), ("two -one", ["two"]), ("TWO", []),
        ("  two   -\"two one\" ", ["one two", "two"]),
    ])
    func wordsNarrowASearch(pattern: String, found: [String]) async throws {
        let fixture = try await ServiceFixture()
        let logs = try await service(
            fixture, [("b", [(1, "one two"), (3, "three \"two one\"")]), ("a", [(2, "two")])])
        let page = try await logs.filterLogEvents(
            Logs.FilterLogEventsRequest(logGroupName: Self.group, filterPattern: pattern), fixture.context())
        #expect(page.events?.compactMap(\.message) == found)
    }

    @Test(arguments: ["\"open", "?\"open"]) func aBrokenPatternIsRefused(pattern: String) async throws {
        let fixture = try await ServiceFixture()
        let logs = try await service(fixture, [("a", [(1, "x")])])
        await expectRefusal("InvalidParameterException", "quotation mark") {
            try await logs.filterLogEvents(
                Logs.FilterLogEventsRequest(logGroupName: Self.group, filterPattern: pattern), fixture.context())
        }
    }

    @Test func whatBelongsToOthersIsNotThere() async throws {
        let fixture = try await ServiceFixture()
        let logs = try await service(fixture, [("a", [(1, "x")])])
        let other = try #require(AccountID("111111111111"))
        #expect(
            try await logs.describeLogGroups(Logs.DescribeLogGroupsRequest(), fixture.context(other)).logGroups == [])
        await expectRefusal("ResourceNotFoundException", "log group") {
            try await logs.describeLogStreams(
                Logs.DescribeLogStreamsRequest(logGroupName: Self.group), fixture.context(other))
        }
    }
}
