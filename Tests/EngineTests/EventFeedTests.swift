import Engine
import Kernel
import Logging
import SQLite
import ServiceLifecycle
import Store
import Synchronization
import TestSupport
import Testing

/// Streams of events over a real store: everything in order and once, however slowly it is taken.
@Suite struct EventFeedTests {
    private static let other = AccountID("111122223333") ?? .standard

    /// A store, its feed, and the feed's beats in the test's hand.
    private final class Fixture: Sendable {
        let folder: TemporaryFolder
        let store: LocalStore
        let events: LocalEventStore
        let feed: EventFeed
        private let beats: AsyncStream<Void>.Continuation

        init(_ limits: Limits = Limits()) throws {
            folder = try TemporaryFolder()
            store = try LocalStore(DataDirectory(.path(folder.file("data")), port: 1), LocalStore.Settings())
            events = LocalEventStore(writer: store.writer, readers: store.readers)
            let (stream, beats) = AsyncStream.makeStream(of: Void.self)
            self.beats = beats
            feed = EventFeed(
                events: events, limits: limits, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ) { _ in
                for await _ in stream { return }
            }
            let feed = feed
            store.events.arrivals.whenCommitted { feed.wake() }
        }

        func beat() { beats.yield() }

        func append(_ numbers: ClosedRange<Int>, _ account: AccountID = .standard) async throws {
            let table = store.events
            try await store.writer.write { connection in
                try table.append(
                    numbers.map { OutgoingEvent(id: "\($0)", account: account, time: .epoch, document: []) }, connection
                )
            }
        }

        func open(_ account: AccountID? = nil, after ordinal: Int64 = 0) throws -> EventStream {
            try #require(feed.open(of: account, after: ordinal) { Array("\($0.event.id) ".utf8) })
        }

        /// Runs the feed beside a test.
        func run(_ test: @Sendable () async throws -> Void) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.feed.run() }
                try await test()
                group.cancelAll()
            }
            store.close()
        }
    }

    /// The next words of a stream; nil at its end.
    private func next(_ stream: EventStream) async throws -> String? {
        guard case .chunks(let chunks) = try await stream.next() else { return nil }
        return chunks.map { String(decoding: $0.withUnsafeBytes { Array($0) }, as: UTF8.self) }.joined()
    }

    /// Reads until as many words have come.
    private func words(_ count: Int, of stream: EventStream) async throws -> [String] {
        var words: [String] = []
        while words.count < count, let text = try await next(stream) {
            words += text.split(separator: " ").map(String.init)
        }
        return words
    }

    @Test func whatWasThereComesFirstAndThenWhatIsCommitted() async throws {
        let fixture = try Fixture()
        try await fixture.append(1...3)
        try await fixture.run {
            let stream = try fixture.open(after: 1)
            #expect(try await words(2, of: stream) == ["2", "3"])
            async let later = words(2, of: stream)
            try await fixture.append(4...4)
            try await fixture.append(5...5)
            #expect(try await later == ["4", "5"])
        }
    }

    @Test func pagesFollowOneAnotherWithoutGap() async throws {
        var limits = Limits()
        limits.eventStreamPage = 3
        let fixture = try Fixture(limits)
        try await fixture.append(1...20)
        try await fixture.run {
            #expect(try await words(20, of: fixture.open()) == (1...20).map(String.init))
            let stream = try fixture.open()
            #expect(try await next(stream) == "1 2 3 ", "one page at a time")
        }
    }

    @Test func aStreamHasTheEventsOfItsAccount() async throws {
        var limits = Limits()
        limits.eventStreamPage = 2
        let fixture = try Fixture(limits)
        try await fixture.run {
            let mine = try fixture.open(.standard), theirs = try fixture.open(Self.other), all = try fixture.open()
            for number in 1...6 {
                try await fixture.append(number...number, number.isMultiple(of: 3) ? Self.other : .standard)
            }
            #expect(try await words(4, of: mine) == ["1", "2", "4", "5"])
            #expect(try await words(2, of: theirs) == ["3", "6"])
            #expect(try await words(6, of: all) == ["1", "2", "3", "4", "5", "6"])
        }
    }

    @Test func aStreamOfNothingShowsThatItIsThere() async throws {
        let fixture = try Fixture()
        try await fixture.run {
            let stream = try fixture.open()
            let first = await withCheckedContinuation { continuation in
                stream.next { continuation.resume(returning: $0) }
                fixture.beat()
            }
            guard case .chunks(let chunks) = try first.get() else {
                Issue.record("no comment")
                return
            }
            #expect(chunks[0].withUnsafeBytes { Array($0) } == Array(": nothing new\n\n".utf8))
            async let second = words(1, of: stream)
            try await fixture.append(1...1)
            #expect(try await second == ["1"], "a comment takes nothing away")
        }
    }

    @Test func thereAreOnlySoManyStreams() async throws {
        var limits = Limits()
        limits.eventStreams = 2
        let fixture = try Fixture(limits)
        try await fixture.run {
            let first = try fixture.open()
            _ = try fixture.open()
            #expect(fixture.feed.open(of: nil, after: 0, { _ in [] }) == nil)
            first.cancel()
            _ = try fixture.open()
            #expect(try await next(first) == nil)
        }
    }

    @Test func everyStreamEndsWithTheFeed() async throws {
        let fixture = try Fixture()
        let waiting = try fixture.open(), late = try fixture.open()
        try await fixture.append(1...1)
        async let rest = words(9, of: waiting)
        let running = Task { try await fixture.feed.run() }
        running.cancel()
        try await running.value
        #expect(try await ["1"].starts(with: rest))
        #expect(try await next(late) == nil)
        #expect(fixture.feed.open(of: nil, after: 0, { _ in [] }) == nil)
        fixture.store.close()
    }
}
