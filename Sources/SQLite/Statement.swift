// Prepared statements, their parameters and their rows.

internal import CSQLite
package import Kernel

/// Parameters by name, colon included: `[":key": key]`.
package typealias Parameters = KeyValuePairs<StaticString, any Bindable>

/// A value that can be a parameter.
package protocol Bindable {
    /// Binds the value at a position, counted from 1.
    func bind(to statement: Statement, at position: Int32) throws
}

/// A prepared statement. Not to be used past the life of its connection.
package final class Statement {
    private var handle: OpaquePointer?
    private let database: OpaquePointer
    private let sql: String
    /// Set from the first step to the reset.
    private(set) var isActive = false

    /// `isKept` tells SQLite that the statement lives long.
    init(_ sql: String, on database: OpaquePointer, isKept: Bool) throws {
        self.sql = sql
        self.database = database
        let flags = isKept ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
        let code = sqlite3_prepare_v3(database, sql, -1, flags, &handle, nil)
        guard code == SQLITE_OK, handle != nil else {
            throw SQLiteError(code: code, message: String(cString: sqlite3_errmsg(database)), sql: sql)
        }
    }

    deinit { finalize() }

    func finalize() {
        sqlite3_finalize(handle)
        handle = nil
    }

    // MARK: Parameters

    /// Binds parameters by name. A name that the statement does not have is an error.
    package func bind(_ parameters: Parameters) throws {
        for (name, value) in parameters {
            let position = name.withUTF8Buffer { bytes in
                bytes.withMemoryRebound(to: CChar.self) { sqlite3_bind_parameter_index(handle, $0.baseAddress) }
            }
            guard position > 0 else {
                throw SQLiteError(code: SQLITE_RANGE, message: "there is no parameter \(name)", sql: sql)
            }
            try value.bind(to: self, at: position)
        }
    }

    /// Binds a value at a position, counted from 1: for statements on the hot path.
    package func bind(_ value: some Bindable, at position: Int) throws {
        try value.bind(to: self, at: Int32(position))
    }

    /// Binds bytes that SQLite copies.
    package func bind(_ bytes: UnsafeRawBufferPointer, at position: Int32) throws {
        // A null pointer would bind NULL; an empty blob is not NULL.
        try check(
            bytes.isEmpty
                ? sqlite3_bind_zeroblob(handle, position, 0)
                : groundwork_bind_blob(handle, position, bytes.baseAddress, Int32(bytes.count)))
    }

    func bind(text: String, at position: Int32) throws {
        var text = text
        try text.withUTF8 { try bind(text: UnsafeRawBufferPointer($0), at: position) }
    }

    func bind(text bytes: UnsafeRawBufferPointer, at position: Int32) throws {
        let characters = bytes.assumingMemoryBound(to: CChar.self)
        try check(
            // A null pointer would bind NULL; an empty text is not NULL.
            characters.isEmpty
                ? groundwork_bind_text(handle, position, "", 0)
                : groundwork_bind_text(handle, position, characters.baseAddress, Int32(characters.count)))
    }

    func bind(integer: Int64, at position: Int32) throws {
        try check(sqlite3_bind_int64(handle, position, integer))
    }

    func bind(real: Double, at position: Int32) throws { try check(sqlite3_bind_double(handle, position, real)) }

    func bindNull(at position: Int32) throws { try check(sqlite3_bind_null(handle, position)) }

    // MARK: Execution

    /// Goes to the next row; false at the end.
    package func step() throws -> Bool {
        isActive = true
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw SQLiteError(code: code, message: String(cString: sqlite3_errmsg(database)), sql: sql)
    }

    /// Makes the statement ready for its next use and forgets its parameters.
    package func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        isActive = false
    }

    /// The row that `step` came to; good until the next step.
    package var row: Row { Row(handle: handle) }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else {
            throw SQLiteError(code: code, message: String(cString: sqlite3_errmsg(database)), sql: sql)
        }
    }
}

/// One row of a result; columns count from 0. Not to be kept past the step that brought it.
package struct Row {
    let handle: OpaquePointer?

    /// Whether the column is NULL.
    package func isNull(_ column: Int) -> Bool { sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }
    /// The value of an integer column; 0 where it is NULL.
    package func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }
    /// The same as `Int`.
    package func int(_ column: Int) -> Int { Int(sqlite3_column_int64(handle, Int32(column))) }
    /// Whether an integer column holds anything but 0.
    package func bool(_ column: Int) -> Bool { sqlite3_column_int64(handle, Int32(column)) != 0 }
    /// The value of a real column; 0 where it is NULL.
    package func real(_ column: Int) -> Double { sqlite3_column_double(handle, Int32(column)) }
    /// An instant from whole microseconds; the epoch where the column is NULL.
    package func instant(_ column: Int) -> Instant { Instant(microseconds: integer(column)) }
    /// Text, or the empty string where the column is NULL.
    package func text(_ column: Int) -> String {
        withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }
    /// A copy of the bytes, empty where the column is NULL.
    package func blob(_ column: Int) -> [UInt8] { withBytes(column) { [UInt8]($0) } }

    /// Text, or nil where the column is NULL.
    package func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
    /// An integer, or nil where the column is NULL.
    package func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
    /// The same as `Int`.
    package func optionalInt(_ column: Int) -> Int? { isNull(column) ? nil : int(column) }
    /// A real number, or nil where the column is NULL.
    package func optionalReal(_ column: Int) -> Double? { isNull(column) ? nil : real(column) }
    /// A copy of the bytes, or nil where the column is NULL.
    package func optionalBlob(_ column: Int) -> [UInt8]? { isNull(column) ? nil : blob(column) }
    /// An instant, or nil where the column is NULL.
    package func optionalInstant(_ column: Int) -> Instant? { isNull(column) ? nil : instant(column) }

    /// Lends the bytes of a text or blob without copying them.
    package func withBytes<Result>(
        _ column: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        // The order matters: asking for the bytes may convert, and the length is that of the converted value.
        let start = sqlite3_column_blob(handle, Int32(column))
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        return try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}
