// One open database. A connection belongs to one thread at a time: the writer's, a reader's, or an event loop's.

internal import CSQLite
internal import Kernel

/// A connection to a database file, with its prepared statements kept by their SQL text.
package final class Connection {
    /// How the file is opened.
    package enum Access: Sendable { case readWrite, readOnly }

    /// What a commit waits for.
    package enum Synchronization: Sendable {
        /// Nothing: the data is thrown away at exit.
        case off
        /// Survives the end of the process, not of the power.
        case relaxed
        /// Survives a power loss.
        case full
    }

    /// Settings of a connection.
    package struct Settings: Sendable {
        /// What a commit waits for; readers do not use it.
        package var synchronization = Synchronization.relaxed
        /// How long to wait for a lock that another connection holds.
        package var busyTimeout = Duration.seconds(5)
        /// Memory for pages, for each connection.
        package var pageCacheBytes = 8 << 20
        /// The write-ahead log is folded into the database when it has grown to so many pages.
        package var checkpointPages = 4000
        /// The registered VFS to go through; nil is the system's. For simulations.
        package var vfs: String?

        package init() {}
    }

    /// Once, before the first connection; later SQLite refuses it, which does no harm.
    private static let isConfigured = groundwork_without_memory_statistics() == SQLITE_OK

    let handle: OpaquePointer
    private var statements: [String: Statement] = [:]

    /// Opens the file; `readWrite` makes it where it is missing. An error's message names the path.
    package init(path: String, access: Access, settings: Settings = Settings()) throws {
        _ = Connection.isConfigured
        var opened: OpaquePointer?
        let mode = access == .readWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        let code = sqlite3_open_v2(path, &opened, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, settings.vfs)
        guard let opened, code == SQLITE_OK else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw SQLiteError(code: code, message: "\(message) (\(path))")
        }
        handle = opened
        sqlite3_busy_timeout(opened, Int32(settings.busyTimeout.inMicroseconds / 1000))
        try configure(access, settings)
    }

    /// A connection for an event loop or a reader: it sees the latest commit at the start of each statement.
    package static func readOnly(path: String, settings: Settings = Settings()) throws -> Connection {
        try Connection(path: path, access: .readOnly, settings: settings)
    }

    deinit {
        for statement in statements.values { statement.finalize() }
        sqlite3_close_v2(handle)
    }

    private func configure(_ access: Access, _ settings: Settings) throws {
        // Never memory-mapped: in WAL mode a reader unmaps and maps the whole file anew after every commit of another
        // connection, which cost more than the whole read (measured).
        try run("PRAGMA mmap_size = 0")
        try run("PRAGMA cache_size = -\(settings.pageCacheBytes / 1024)")
        try run("PRAGMA temp_store = MEMORY")
        guard access == .readWrite else { return }
        try run("PRAGMA journal_mode = WAL")
        switch settings.synchronization {
        case .off: try run("PRAGMA synchronous = OFF")
        case .relaxed: try run("PRAGMA synchronous = NORMAL")
        case .full: try run("PRAGMA synchronous = FULL")
        }
        try run("PRAGMA wal_autocheckpoint = \(settings.checkpointPages)")
        try run("PRAGMA foreign_keys = ON")
    }

    // MARK: Statements

    /// The prepared statement for this text; kept for the next time. A second use while the first is still being
    /// stepped gets a statement of its own.
    package func statement(_ sql: String) throws -> Statement {
        if let kept = statements[sql] {
            return kept.isActive ? try Statement(sql, on: handle, isKept: false) : kept
        }
        let made = try Statement(sql, on: handle, isKept: true)
        statements[sql] = made
        return made
    }

    /// Runs one or more statements without parameters or results: schemas, pragmas.
    package func run(_ script: String) throws {
        var message: UnsafeMutablePointer<CChar>?
        let code = sqlite3_exec(handle, script, nil, nil, &message)
        guard code == SQLITE_OK else {
            let text = message.map { String(cString: $0) } ?? String(cString: sqlite3_errmsg(handle))
            sqlite3_free(message)
            throw SQLiteError(code: code, message: text, sql: script)
        }
    }

    /// Executes a statement, with parameters by name, and says how many rows it changed.
    @discardableResult
    package func execute(_ sql: String, _ parameters: Parameters = [:]) throws -> Int {
        let statement = try statement(sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        while try statement.step() {}
        return changes
    }

    /// The first row of a query, read by `body`.
    package func first<Value>(
        _ sql: String, _ parameters: Parameters = [:], _ body: (Row) throws -> Value
    ) throws -> Value? {
        let statement = try statement(sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        return try statement.step() ? try body(statement.row) : nil
    }

    /// All rows of a query, each read by `body`.
    package func all<Value>(
        _ sql: String, _ parameters: Parameters = [:], _ body: (Row) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        try forEach(sql, parameters) { row in
            values.append(try body(row))
            return true
        }
        return values
    }

    /// Hands over row after row until `body` says false.
    package func forEach(_ sql: String, _ parameters: Parameters = [:], _ body: (Row) throws -> Bool) throws {
        let statement = try statement(sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        while try statement.step() {
            guard try body(statement.row) else { return }
        }
    }

    // MARK: State

    /// Rows changed by the latest INSERT, UPDATE or DELETE.
    package var changes: Int { Int(sqlite3_changes64(handle)) }
    /// Row id of the latest INSERT.
    package var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }
    /// Whether a transaction is open. SQLite ends one by itself on some errors, a full disk among them.
    package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Runs `body` over one unchanging view of the database.
    package func snapshot<Value>(_ body: (Connection) throws -> Value) throws -> Value {
        try execute("BEGIN")
        do {
            let value = try body(self)
            try execute("COMMIT")
            return value
        } catch {
            rollBack()
            throw error
        }
    }

    /// Undoes the open transaction, where SQLite has not ended it already.
    package func rollBack() {
        if isInTransaction { _ = try? execute("ROLLBACK") }
    }

    /// Folds the write-ahead log into the database and empties it.
    package func checkpoint() throws {
        let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        guard code == SQLITE_OK else {
            throw SQLiteError(code: code, message: String(cString: sqlite3_errmsg(handle)), sql: "checkpoint")
        }
    }
}
