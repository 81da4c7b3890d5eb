// Labeling jobs in SQLite.

package import Kernel
package import SQLite

/// The job store of one program.
package struct LocalJobStore: JobStore {
    private let writer: Writer
    private let readers: ReaderPool
    private let events: EventTable

    /// Shares writer and readers with the other stores of the file.
    package init(writer: Writer, readers: ReaderPool, events: EventTable) {
        self.events = events
        self.writer = writer
        self.readers = readers
    }

    package func create(_ job: NewJob, archivesTerminal: Bool) async throws -> JobID? {
        try await writer.write { connection in
            let name = job.name
            if let existing = try Self.job(name, connection) {
                guard archivesTerminal, existing.isTerminal else { return nil }
                try connection.execute(
                    "UPDATE labeling_jobs SET is_archived = 1 WHERE id = :id", [":id": existing.id.value])
            }
            try connection.execute(
                """
                INSERT INTO labeling_jobs (account, region, name, name_key, created, modified, status, due,
                    specification, state)
                VALUES (:account, :region, :name, :key, :created, :created, :status, :due, :specification, :state)
                """,
                [
                    ":account": name.account.description, ":region": name.region.description, ":name": name.name,
                    ":key": name.key, ":created": job.created, ":status": job.status, ":due": job.due,
                    ":specification": job.specification, ":state": job.state,
                ])
            let id = JobID(connection.lastInsertedRow)
            try events.append(job.events, connection)
            return id
        }
    }

    package func change<Value: Sendable>(
        _ job: JobID, _ priority: ChangePriority, _ body: @escaping @Sendable (any JobTransaction) throws -> Value
    ) async throws -> Value {
        try await writer.write(priority == .engine ? .engine : .interactive) { connection in
            try body(LocalJobTransaction(connection: connection, id: job, events: events))
        }
    }

    package func read<Value: Sendable>(
        _ job: JobID, _ body: @escaping @Sendable (any JobReading) throws -> Value
    ) async throws -> Value {
        try await readers.read { try body(LocalJobTransaction(connection: $0, id: job, events: events)) }
    }

    package func job(_ id: JobID) async throws -> JobRow? {
        try await readers.read { try Self.job(id, $0) }
    }

    package func job(_ name: JobName) async throws -> JobRow? {
        try await readers.read { try Self.job(name, $0) }
    }

    package func jobs(_ query: JobQuery) async throws -> [JobRow] {
        try await readers.read { connection in
            let order =
                switch query.order {
                case .name: "name_key"
                case .creationTime: "created"
                case .status: "status"
                }
            let direction = query.isDescending ? "DESC" : "ASC"
            return try connection.all(
                """
                SELECT \(Self.columns) FROM labeling_jobs
                WHERE account = :account AND region = :region AND is_archived = 0
                    AND (:createdAfter IS NULL OR created > :createdAfter)
                    AND (:createdBefore IS NULL OR created < :createdBefore)
                    AND (:modifiedAfter IS NULL OR modified > :modifiedAfter)
                    AND (:modifiedBefore IS NULL OR modified < :modifiedBefore)
                    AND (:contains IS NULL OR instr(name_key, :contains) > 0)
                ORDER BY \(order) \(direction), id \(direction)
                """,
                [
                    ":account": query.account.description, ":region": query.region.description,
                    ":createdAfter": query.createdAfter, ":createdBefore": query.createdBefore,
                    ":modifiedAfter": query.modifiedAfter, ":modifiedBefore": query.modifiedBefore,
                    ":contains": query.nameContains?.lowercased(),
                ], Self.row)
        }
    }

    package func activeJobs() async throws -> [DueJob] {
        try await readers.read { connection in
            try connection.all("SELECT id, due FROM labeling_jobs WHERE due IS NOT NULL ORDER BY due, id") {
                DueJob(id: JobID($0.integer(0)), due: $0.instant(1))
            }
        }
    }

    package func nextEffect(of job: JobID) async throws -> OutboxRow? {
        try await readers.read { connection in
            try connection.first(
                "SELECT sequence, effect FROM outbox WHERE job = :job ORDER BY sequence LIMIT 1", [":job": job.value]
            ) { OutboxRow(sequence: $0.integer(0), effect: $0.blob(1)) }
        }
    }

    package func timeline(of job: JobID, after position: Int, limit: Int) async throws -> [TimelineRow] {
        try await readers.read { connection in
            try connection.all(
                """
                SELECT at, served, entry FROM timelines WHERE job = :job ORDER BY sequence LIMIT :limit OFFSET :after
                """, [":job": job.value, ":limit": limit, ":after": position]
            ) { TimelineRow(at: $0.instant(0), served: $0.instant(1), entry: $0.blob(2)) }
        }
    }

    package func batch(_ round: Int, of job: JobID) async throws -> BatchRow? {
        try await read(job) { try $0.batch(round) }
    }

    package func remove(_ job: JobID) async throws {
        try await writer.write { try Self.remove(job, $0) }
    }

    package func removeAll(of account: AccountID?) async throws -> [JobID] {
        try await writer.write { connection in
            let jobs = try connection.all(
                "SELECT id FROM labeling_jobs WHERE :account IS NULL OR account = :account",
                [":account": account?.description]
            ) { JobID($0.integer(0)) }
            for job in jobs { try Self.remove(job, connection) }
            return jobs
        }
    }

    // MARK: Statements

    private static let columns =
        "id, account, region, name, created, modified, status, is_terminal, specification, state"

    static func job(_ id: JobID, _ connection: Connection) throws -> JobRow? {
        try connection.first("SELECT \(columns) FROM labeling_jobs WHERE id = :id", [":id": id.value], row)
    }

    static func job(_ name: JobName, _ connection: Connection) throws -> JobRow? {
        try connection.first(
            """
            SELECT \(columns) FROM labeling_jobs
            WHERE account = :account AND region = :region AND name_key = :key AND is_archived = 0
            """,
            [":account": name.account.description, ":region": name.region.description, ":key": name.key], row)
    }

    private static func remove(_ job: JobID, _ connection: Connection) throws {
        for table in [
            "manifest_lines", "task_inputs", "data_objects", "batches", "job_documents", "outbox", "timelines",
        ] {
            try connection.execute("DELETE FROM \(table) WHERE job = :job", [":job": job.value])
        }
        try connection.execute("DELETE FROM labeling_jobs WHERE id = :job", [":job": job.value])
    }

    private static func row(_ row: Row) throws -> JobRow {
        guard let account = AccountID(row.text(1)), let region = Region(row.text(2)) else {
            throw JobStoreError.noSuchJob(JobID(row.integer(0)))
        }
        return JobRow(
            id: JobID(row.integer(0)), name: JobName(account: account, region: region, name: row.text(3)),
            created: row.instant(4), modified: row.instant(5), status: row.text(6), isTerminal: row.bool(7),
            specification: row.blob(8), state: row.blob(9))
    }
}
