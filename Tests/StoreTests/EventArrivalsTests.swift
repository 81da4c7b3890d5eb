import Kernel
import SQLite
import Store
import TestSupport
import Testing

/// Who follows events hears of them after the commit that has brought them.
@Suite struct EventArrivalsTests {
    private struct Refused: Error {}

    private let event = OutgoingEvent(id: "e", account: .standard, time: .epoch, document: [])

    @Test func aCommitWithEventsIsAnnouncedOnceItCanBeRead() async throws {
        let folder = try TemporaryFolder(), calls = Monitor(0)
        let store = try LocalStore(DataDirectory(.path(folder.file("data")), port: 1))
        let table = store.events, event = event
        let reader = try store.makeReadConnection()
        let seen = Monitor((reader, [Int64]()))
        table.arrivals.whenCommitted {
            calls.update { $0 += 1 }
            seen.withLock { pair in
                pair.1.append((try? pair.0.first("SELECT count(*) FROM events") { $0.integer(0) } ?? 0) ?? -1)
            }
        }
        try await store.writer.write { try $0.execute("CREATE TABLE other(x)") }
        try await store.writer.write { try table.append([], $0) }
        await #expect(throws: Refused.self) {
            try await store.writer.write { connection -> Void in throw Refused() }
        }
        for number in 1...3 {
            try await store.writer.write { try table.append([event], $0) }
            calls.wait { $0 >= number ? () : nil }
        }
        #expect(seen.withLock { $0.1 } == [1, 2, 3])
        store.close()
    }
}
