import Kernel
import SQLite
import Store
import TestSupport
import Testing

/// What every event store must do.
@Suite struct EventStoreConformance {
    private func open(_ table: EventTable) throws -> (store: LocalStore, kept: any EventStore, folder: TemporaryFolder)
    {
        let folder = try TemporaryFolder()
        var settings = LocalStore.Settings()
        settings.events = table
        let store = try LocalStore(DataDirectory(.path(folder.file("data")), port: 1), settings)
        return (store, LocalEventStore(writer: store.writer, readers: store.readers), folder)
    }

    private func event(_ number: Int, _ account: AccountID = .standard, target: String? = nil) -> OutgoingEvent {
        OutgoingEvent(
            id: "event-\(number)", account: account, time: Instant(seconds: Int64(number)), target: target,
            document: Array("{}".utf8))
    }

    private func append(_ events: [OutgoingEvent], to store: LocalStore, _ table: EventTable) async throws {
        try await store.writer.write { try table.append(events, $0) }
    }

    @Test func eventsComeInOrderAndByAccount() async throws {
        let table = EventTable(isSent: true, capacity: 100), other = try #require(AccountID("111122223333"))
        let (store, kept, folder) = try open(table)
        defer { store.close() }
        #expect(try await kept.newest() == 0)
        try await append([event(1), event(2, other), event(3, target: "arn:aws:sqs:us-east-1:1:q")], to: store, table)
        let all = try await kept.events(of: nil, after: 0, limit: 10)
        #expect(all.map(\.event) == [event(1), event(2, other), event(3, target: "arn:aws:sqs:us-east-1:1:q")])
        #expect(all.map(\.ordinal) == all.map(\.ordinal).sorted() && Set(all.map(\.ordinal)).count == 3)
        #expect(try await kept.events(of: .standard, after: all[0].ordinal, limit: 10).map(\.event.id) == ["event-3"])
        #expect(try await kept.events(of: nil, after: 0, limit: 2).count == 2)
        // Only what goes to EventBridge is sent.
        #expect(try await kept.unsent(limit: 10).map(\.event.id) == ["event-1", "event-2"])
        try await kept.markSent(all[0].ordinal)
        #expect(try await kept.unsent(limit: 10).map(\.event.id) == ["event-2"])
        try await kept.reset(other)
        #expect(try await kept.events(of: nil, after: 0, limit: 10).map(\.event.id) == ["event-1", "event-3"])
        try await kept.reset(nil)
        #expect(try await kept.events(of: nil, after: 0, limit: 10).isEmpty)
        #expect(try await kept.newest() == all[2].ordinal, "an ordinal is given once")
        _ = folder
    }

    @Test func theOldestGoWhenThereAreTooMany() async throws {
        let table = EventTable(isSent: true, capacity: 3)
        let (store, kept, folder) = try open(table)
        defer { store.close() }
        try await append((1...5).map { event($0) }, to: store, table)
        #expect(
            try await kept.events(of: nil, after: 0, limit: 10).map(\.event.id) == ["event-3", "event-4", "event-5"])
        _ = folder
    }

    @Test func whatNobodySendsIsOnlyListed() async throws {
        let table = EventTable(capacity: 3)
        let (store, kept, folder) = try open(table)
        defer { store.close() }
        try await append([event(1)], to: store, table)
        #expect(try await kept.unsent(limit: 10).isEmpty)
        #expect(try await kept.events(of: nil, after: 0, limit: 10).count == 1)
        _ = folder
    }

    /// A change and its events are one: a commit that fails leaves neither.
    @Test func aChangeThatFailsHasNoEvent() async throws {
        let table = EventTable(isSent: true, capacity: 10)
        let (store, kept, folder) = try open(table)
        defer { store.close() }
        let record = BucketRecord(name: "bkt", owner: .standard, region: .standard, created: .epoch)
        try await store.index.apply(.createBucket(record, limit: 1))
        var reference = record.reference
        let event = event(1)
        reference.announcer = ChangeAnnouncer { change, _ in change.key == "b" ? [] : [event] }
        let body = ObjectRecord(etag: "e", size: 0, modified: .epoch, body: .inline([]))
        // The second write is refused after the first has been announced.
        await #expect(throws: IndexRefusal.noObject) {
            try await store.index.apply(
                .put(reference, [ObjectWrite("a", body), ObjectWrite("b", body, expecting: .present)]))
        }
        #expect(try await kept.events(of: nil, after: 0, limit: 10).isEmpty)
        try await store.index.apply(.put(reference, [ObjectWrite("a", body)]))
        #expect(try await kept.events(of: nil, after: 0, limit: 10).map(\.event) == [event])
        _ = folder
    }
}
