import Kernel
import TestSupport
import Testing

@testable import SQLite

struct ConnectionTests {
    let folder: TemporaryFolder
    let connection: Connection

    init() throws {
        folder = try TemporaryFolder()
        connection = try Connection(path: folder.file("a.db"), access: .readWrite)
        try connection.run("CREATE TABLE t(i INTEGER, r REAL, s TEXT, b BLOB)")
    }

    @Test func everyTypeComesBackAsItWent() throws {
        let blob: [UInt8] = [0, 255, 7]
        try connection.execute(
            "INSERT INTO t VALUES(:i, :r, :s, :b)",
            [":i": Int64.min, ":r": 0.1, ":s": "Grüße \u{1F600}\u{0}x", ":b": blob])
        let row = try #require(
            try connection.first("SELECT i, r, s, b FROM t") {
                (i: $0.integer(0), r: $0.real(1), s: $0.text(2), b: $0.blob(3))
            })
        #expect(row.i == .min)
        #expect(row.r == 0.1)
        #expect(row.s == "Grüße \u{1F600}\u{0}x")
        #expect(row.b == blob)
    }

    @Test func emptyTextAndEmptyBlobAreNotNull() throws {
        try connection.execute("INSERT INTO t(s, b) VALUES(:s, :b)", [":s": "", ":b": [UInt8]()])
        let nulls = try connection.first("SELECT s, b, i FROM t") { ($0.isNull(0), $0.isNull(1), $0.isNull(2)) }
        #expect(nulls?.0 == false)
        #expect(nulls?.1 == false)
        #expect(nulls?.2 == true)
    }

    @Test func nilBindsNull() throws {
        try connection.execute("INSERT INTO t(i, s) VALUES(:i, :s)", [":i": nil as Int?, ":s": nil as String?])
        #expect(try connection.all("SELECT i, s FROM t") { $0.isNull(0) && $0.isNull(1) } == [true])
    }

    @Test func aParameterThatTheStatementLacksIsAnError() {
        #expect(throws: SQLiteError.self) { try connection.execute("DELETE FROM t WHERE i = :i", [":j": 1]) }
    }

    @Test func anErrorCarriesTheStatementAndTheExtendedCode() throws {
        try connection.run("CREATE UNIQUE INDEX u ON t(i); INSERT INTO t(i) VALUES(1)")
        let error = #expect(throws: SQLiteError.self) { try connection.execute("INSERT INTO t(i) VALUES(1)") }
        #expect(error?.code == 2067)
        #expect(error?.isConstraintViolation == true)
        #expect(error?.sql == "INSERT INTO t(i) VALUES(1)")
    }

    @Test func aStatementInUseIsNotSharedWithANestedUse() throws {
        try connection.run("INSERT INTO t(i) VALUES(1), (2), (3)")
        var pairs: [Int] = []
        try connection.forEach("SELECT i FROM t ORDER BY i") { outer in
            let nested = try connection.all("SELECT i FROM t ORDER BY i") { $0.int(0) }
            pairs.append(outer.int(0) * 100 + nested.count)
            return true
        }
        #expect(pairs == [103, 203, 303])
    }

    @Test func aReadOnlyConnectionSeesCommitsAndRefusesWrites() throws {
        let reader = try Connection.readOnly(path: folder.file("a.db"))
        #expect(try reader.all("SELECT i FROM t") { $0.int(0) } == [])
        try connection.execute("INSERT INTO t(i) VALUES(7)")
        #expect(try reader.all("SELECT i FROM t") { $0.int(0) } == [7])
        #expect(throws: SQLiteError.self) { try reader.execute("INSERT INTO t(i) VALUES(8)") }
    }

    @Test func aMissingDatabaseNamesItsPath() {
        let error = #expect(throws: SQLiteError.self) { try Connection.readOnly(path: "/nowhere/at.db") }
        #expect(error?.message.contains("/nowhere/at.db") == true)
    }
}

struct MigrationsTests {
    private let first = Migration("a", sql: "CREATE TABLE a(x)")
    private let second = Migration("b", sql: "CREATE TABLE b(x)")

    @Test func eachPartIsBroughtUpToDateOnce() throws {
        let folder = try TemporaryFolder()
        let connection = try Connection(path: folder.file("a.db"), access: .readWrite)
        try Migrations.apply([Migrations(part: "one", [first])], to: connection)
        let other = Migrations(part: "two", [Migration("c", sql: "CREATE TABLE c(x)")])
        try Migrations.apply([Migrations(part: "one", [first, second]), other], to: connection)
        try Migrations.apply([Migrations(part: "one", [first, second]), other], to: connection)
        let tables = try connection.all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") {
            $0.text(0)
        }
        #expect(tables == ["a", "b", "c", "schema_versions"])
    }

    @Test func aNewerSchemaIsRefusedAndLeftAlone() throws {
        let folder = try TemporaryFolder()
        let connection = try Connection(path: folder.file("a.db"), access: .readWrite)
        try Migrations.apply([Migrations(part: "one", [first, second])], to: connection)
        let error = #expect(throws: Migrations.NewerSchema.self) {
            try Migrations.apply([Migrations(part: "one", [first])], to: connection)
        }
        #expect(error == Migrations.NewerSchema(part: "one", found: 2, known: 1))
        #expect(throws: Migrations.NewerSchema.self) { try Migrations.apply([], to: connection) }
    }

    @Test func aFailingStepUndoesAllSteps() throws {
        let folder = try TemporaryFolder()
        let connection = try Connection(path: folder.file("a.db"), access: .readWrite)
        #expect(throws: SQLiteError.self) {
            try Migrations.apply(
                [Migrations(part: "one", [first, Migration("bad", sql: "CREATE TABLE a(x)")])], to: connection)
        }
        #expect(try connection.all("SELECT name FROM sqlite_schema") { $0.text(0) } == [])
    }
}
