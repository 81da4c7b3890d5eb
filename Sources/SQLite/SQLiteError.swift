// What goes wrong below the store. Never shown to a client: the Services boundary turns it into an InternalFailure.

internal import CSQLite

/// An error that SQLite reported.
package struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The extended result code.
    package var code: Int32
    /// SQLite's text for this error, not only for its code.
    package var message: String
    /// The statement at fault, where there is one.
    package var sql: String?

    package init(code: Int32, message: String, sql: String? = nil) {
        self.code = code
        self.message = message
        self.sql = sql
    }

    package var description: String {
        "SQLite error \(code): \(message)" + (sql.map { " in: \($0)" } ?? "")
    }

    /// A row of that key is there already, or another constraint of the schema is broken.
    package var isConstraintViolation: Bool { code & 0xff == SQLITE_CONSTRAINT }
    /// The disk is full.
    package var isDiskFull: Bool { code & 0xff == SQLITE_FULL }
    /// Another process holds the database.
    package var isBusy: Bool { code & 0xff == SQLITE_BUSY }

    /// What a full disk looks like; for tests.
    package static let diskFull = SQLiteError(code: SQLITE_FULL, message: "database or disk is full")
    /// What a failing disk looks like; for tests.
    package static let inputOutput = SQLiteError(code: SQLITE_IOERR, message: "disk I/O error")
}

/// A place where tests and simulations can make the store fail. Each layer adds its own places.
package struct FailurePoint: Hashable, Sendable {
    /// Names the layer and the step, such as `writer.commit`.
    package let name: String
    package init(_ name: String) { self.name = name }

    /// Before a unit runs; throwing fails that unit alone.
    package static let unit = FailurePoint("writer.unit")
    /// Before a group is committed; throwing fails the whole group.
    package static let commit = FailurePoint("writer.commit")
    /// After a group is on disk, before anybody is told; only `SimulatedCrash` makes sense here.
    package static let committed = FailurePoint("writer.committed")
}

/// Asked at every failure point; throws to make that step fail.
package typealias FailureHook = @Sendable (FailurePoint) throws -> Void

/// Thrown by a failure hook to stop the store dead where it stands, as a killed process would.
package struct SimulatedCrash: Error {
    package init() {}
}
