// Events in SQLite. Rows are appended inside the transactions of others; the oldest go when there are too many.

package import Kernel
package import SQLite

/// Appends events inside a transaction.
package struct EventTable: Sendable {
    /// Whether somebody sends what goes to EventBridge; otherwise it is only listed.
    package var isSent: Bool
    /// Most events that are kept; older ones go, sent or not.
    package var capacity: Int
    /// Rung after every commit that has brought events.
    package let arrivals = EventArrivals()

    package init(isSent: Bool = false, capacity: Int) {
        self.isSent = isSent
        self.capacity = capacity
    }

    /// The schema, in a file that other parts share.
    package static let migrations = Migrations(
        part: "events",
        [
            Migration(
                "events",
                sql: """
                    CREATE TABLE events(
                        ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
                        id TEXT NOT NULL,
                        account TEXT NOT NULL,
                        time INTEGER NOT NULL,
                        target TEXT,
                        document BLOB NOT NULL,
                        documented INTEGER NOT NULL,
                        unsent INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX events_unsent ON events(ordinal) WHERE unsent;
                    """)
        ])

    /// Keeps what `make` says of a change.
    func append(_ change: AnnouncedChange, _ announcer: ChangeAnnouncer, _ connection: Connection) throws {
        let next = try connection.first("SELECT seq + 1 FROM sqlite_sequence WHERE name = 'events'") { $0.integer(0) }
        try append(announcer.make(change, next ?? 1), connection)
    }

    /// Keeps events.
    package func append(_ events: [OutgoingEvent], _ connection: Connection) throws {
        for event in events {
            try connection.execute(
                """
                INSERT INTO events(id, account, time, target, document, documented, unsent)
                VALUES(:id, :account, :time, :target, :document, :documented, :unsent)
                """,
                [
                    ":id": event.id, ":account": event.account.description, ":time": event.time,
                    ":target": event.target, ":document": event.document, ":documented": event.isDocumented,
                    ":unsent": isSent && event.target == nil,
                ])
        }
        guard !events.isEmpty else { return }
        arrivals.noteAppended()
        try connection.execute(
            "DELETE FROM events WHERE ordinal <= :last - :capacity",
            [":last": connection.lastInsertedRow, ":capacity": capacity])
    }
}

/// The events of one program.
package struct LocalEventStore: EventStore {
    private let writer: Writer
    private let readers: ReaderPool

    /// Shares writer and readers with the other stores of the file.
    package init(writer: Writer, readers: ReaderPool) {
        self.writer = writer
        self.readers = readers
    }

    package func events(
        of account: AccountID?, after ordinal: Int64, limit: Int
    ) async throws -> [KeptEvent] {
        try await readers.read { connection in
            try connection.all(
                """
                SELECT \(KeptEvent.columns) FROM events
                WHERE ordinal > :after AND (:account IS NULL OR account = :account) ORDER BY ordinal LIMIT :limit
                """, [":after": ordinal, ":account": account?.description, ":limit": limit], KeptEvent.init
            ).compactMap { $0 }
        }
    }

    package func newest() async throws -> Int64 {
        try await readers.read { connection in
            try connection.first("SELECT seq FROM sqlite_sequence WHERE name = 'events'") { $0.integer(0) } ?? 0
        }
    }

    package func unsent(limit: Int) async throws -> [KeptEvent] {
        try await readers.read { connection in
            try connection.all(
                "SELECT \(KeptEvent.columns) FROM events WHERE unsent ORDER BY ordinal LIMIT :limit",
                [":limit": limit], KeptEvent.init
            ).compactMap { $0 }
        }
    }

    package func markSent(_ ordinal: Int64) async throws {
        try await writer.write { connection in
            try connection.execute("UPDATE events SET unsent = 0 WHERE ordinal = :ordinal", [":ordinal": ordinal])
        }
    }

    package func reset(_ account: AccountID?) async throws {
        try await writer.write { connection in
            try connection.execute(
                "DELETE FROM events WHERE :account IS NULL OR account = :account", [":account": account?.description])
        }
    }
}

extension KeptEvent {
    fileprivate static let columns = "ordinal, id, account, time, target, document, documented"

    fileprivate init?(_ row: Row) {
        guard let account = AccountID(row.text(2)) else { return nil }
        ordinal = row.integer(0)
        event = OutgoingEvent(
            id: row.text(1), account: account, time: row.instant(3), target: row.optionalText(4), document: row.blob(5),
            isDocumented: row.bool(6))
    }
}
