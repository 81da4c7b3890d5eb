import Engine
import JSON
import Kernel
import Objects
import SQLite
import Services
import Shapes
import Store
import Testing

/// The stream of events: where it begins, and what stands in it.
@Suite struct EventsTests {
    /// Runs the feed beside a test.
    private func withFeed(_ test: @Sendable (ServiceFixture) async throws -> Void) async throws {
        let fixture = try await ServiceFixture()
        let feed = fixture.controls.feed
        fixture.store.events.arrivals.whenCommitted { feed.wake() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await feed.run() }
            try await test(fixture)
            group.cancelAll()
        }
    }

    /// Three events of a bucket.
    private func put(_ keys: [String], in fixture: ServiceFixture) async throws {
        let table = fixture.store.events
        try await fixture.store.writer.write { connection in
            try table.append(
                keys.map { key in
                    OutgoingEvent(
                        id: key, account: .standard, time: ServiceFixture.start, target: "arn:aws:sqs:us-east-1:1:q",
                        document: Array(#"{"source": "aws.s3", "key": "\#(key)"}"#.utf8))
                }, connection)
        }
    }

    private func open(
        _ fixture: ServiceFixture, _ request: Control.StreamEventsRequest
    ) async throws -> any BodySource {
        let (output, body) = try await fixture.controls.streamEvents(request, fixture.context())
        #expect(output.contentType == "text/event-stream" && output.cacheControl == "no-store")
        guard case .stream(let source, endsWithInput: true) = body else {
            throw ServiceError("NoStream", status: 500, "")
        }
        return source
    }

    private func text(_ source: any BodySource) async throws -> String {
        guard case .chunks(let chunks) = try await source.next() else { return "" }
        return chunks.map { String(decoding: $0.withUnsafeBytes { Array($0) }, as: UTF8.self) }.joined()
    }

    @Test func anEventIsItsOrdinalItsKindAndWhatTheListShows() async throws {
        try await withFeed { fixture in
            try await put(["a"], in: fixture)
            let source = try await open(fixture, Control.StreamEventsRequest(after: 0))
            let listed = try await fixture.controls.listNotifications(
                Control.ListNotificationsRequest(), fixture.context())
            let entry = try #require(try JSONValue(parsing: listed.document.bytes)["notifications"]?.array?.first)
            #expect(try await text(source) == "id: 1\nevent: s3\ndata: \(entry.compactText)\n\n")
        }
    }

    @Test func aStreamBeginsWithWhatComesFromNowOn() async throws {
        try await withFeed { fixture in
            try await put(["before"], in: fixture)
            let source = try await open(fixture, Control.StreamEventsRequest())
            try await put(["after"], in: fixture)
            #expect(try await text(source).hasPrefix("id: 2\n"))
        }
    }

    @Test func theHeaderOfAClientThatComesAgainGoesBeforeItsAddress() async throws {
        try await withFeed { fixture in
            try await put(["a", "b", "c"], in: fixture)
            let source = try await open(fixture, Control.StreamEventsRequest(lastEventId: 2, after: 0))
            #expect(try await text(source).hasPrefix("id: 3\n"))
        }
    }

    @Test func whatCannotBeFollowedIsRefused() async throws {
        let fixture = try await ServiceFixture()
        await expectRefusal("ValidationException", "behind 7", "newest is 0") {
            try await fixture.controls.streamEvents(Control.StreamEventsRequest(after: 7), fixture.context())
        }
        await expectRefusal("ValidationException", "'account'") {
            try await fixture.controls.streamEvents(Control.StreamEventsRequest(account: "me"), fixture.context())
        }
        for _ in 0..<Limits().eventStreams { _ = try await open(fixture, Control.StreamEventsRequest()) }
        await expectRefusal("TooManyEventStreams", "64") {
            try await fixture.controls.streamEvents(Control.StreamEventsRequest(), fixture.context())
        }
    }
}
