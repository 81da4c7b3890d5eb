import Kernel
import Synchronization
import TestSupport
import Testing

@testable import SQLite

struct WriterTests {
    let folder: TemporaryFolder
    var path: String { folder.file("w.db") }

    init() throws {
        folder = try TemporaryFolder()
        let connection = try Connection(path: folder.file("w.db"), access: .readWrite)
        try connection.run("CREATE TABLE t(i INTEGER PRIMARY KEY)")
    }

    private func makeWriter(_ hook: FailureHook? = nil) throws -> Writer {
        try Writer(Connection(path: path, access: .readWrite), failureHook: hook)
    }

    private func rows() throws -> [Int] {
        try Connection.readOnly(path: path).all("SELECT i FROM t ORDER BY i") { $0.int(0) }
    }

    @Test func aWriteIsThereWhenItReturns() async throws {
        let writer = try makeWriter()
        let changes = try await writer.write { try $0.execute("INSERT INTO t VALUES(:i)", [":i": 5]) }
        #expect(changes == 1)
        #expect(try rows() == [5])
        writer.close()
    }

    @Test func aUnitThatThrowsUndoesOnlyItself() async throws {
        let writer = try makeWriter()
        struct Refused: Error {}
        await withTaskGroup(of: Void.self) { group in
            for number in 1...100 {
                group.addTask {
                    let result = await Result {
                        try await writer.write { connection in
                            try connection.execute("INSERT INTO t VALUES(:i)", [":i": number])
                            if number % 3 == 0 { throw Refused() }
                        }
                    }
                    #expect((try? result.get()) == nil ? number % 3 == 0 : number % 3 != 0)
                }
            }
        }
        #expect(try rows() == (1...100).filter { $0 % 3 != 0 })
        writer.close()
    }

    @Test func aFailedCommitFailsEveryUnitOfItsGroup() async throws {
        let gate = Gate()
        let commits = Atomic(0)
        let writer = try makeWriter { point in
            if point == .commit, commits.add(1, ordering: .relaxed).oldValue == 1 { throw SQLiteError.diskFull }
        }
        writer.submit(.interactive) { _ in
            gate.wait()
        } completion: { _ in
        }
        async let results = withTaskGroup(of: Bool.self) { group in
            for number in 1...10 {
                group.addTask {
                    await Result {
                        try await writer.write { try $0.execute("INSERT INTO t VALUES(:i)", [":i": number]) }
                    }.isSuccess
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        gate.open()
        let outcomes = await results
        // Which units meet in the failing group depends on scheduling; what is answered must match what is stored.
        #expect(outcomes.filter { $0 }.count == (try rows().count))
        writer.close()
    }

    @Test func aUnitIsToldOfTheFailedCommitEvenWhenItFailedByItself() async throws {
        struct Refused: Error {}
        let writer = try makeWriter { if $0 == .commit { throw SQLiteError.diskFull } }
        let result = await Result { try await writer.write { _ in throw Refused() } }
        #expect(throws: SQLiteError.diskFull) { try result.get() }
        writer.close()
    }

    @Test func requestsGoBeforeEngineWorkThatWaitsLonger() async throws {
        let gate = Gate()
        let order = Mutex<[String]>([])
        let writer = try makeWriter()
        writer.submit(.interactive) { _ in
            gate.wait()
        } completion: { _ in
        }
        for _ in 0..<6 {
            writer.submit(.engine) { _ in
                order.withLock { $0.append("engine") }
            } completion: { _ in
            }
        }
        for _ in 0..<3 {
            writer.submit(.interactive) { _ in
                order.withLock { $0.append("request") }
            } completion: { _ in
            }
        }
        gate.open()
        writer.close()
        #expect(order.withLock { $0 } == Array(repeating: "request", count: 3) + Array(repeating: "engine", count: 6))
    }

    @Test func closingFinishesWhatWaitsAndRefusesWhatComes() async throws {
        let writer = try makeWriter()
        for number in 1...1000 {
            writer.submit(.engine) {
                try $0.execute("INSERT INTO t VALUES(:i)", [":i": number])
            } completion: { _ in
            }
        }
        writer.close()
        #expect(try rows() == Array(1...1000))
        await #expect(throws: Writer.Refusal.closed) { try await writer.write { _ in } }
        writer.close()
    }

    @Test func afterASimulatedCrashNothingMoreHappens() async throws {
        let writer = try makeWriter { if $0 == .commit { throw SimulatedCrash() } }
        await #expect(throws: SimulatedCrash.self) {
            try await writer.write { try $0.execute("INSERT INTO t VALUES(1)") }
        }
        await #expect(throws: Writer.Refusal.closed) { try await writer.write { _ in } }
        writer.close()
        #expect(try rows() == [])
    }

    @Test func aCrashAfterTheCommitKeepsTheRowThoughItsCallerNeverLearns() async throws {
        let writer = try makeWriter { if $0 == .committed { throw SimulatedCrash() } }
        await #expect(throws: SimulatedCrash.self) {
            try await writer.write { try $0.execute("INSERT INTO t VALUES(1)") }
        }
        writer.close()
        #expect(try rows() == [1])
    }

    @Test func aReadSeesOneUnchangingView() async throws {
        let writer = try makeWriter()
        let pool = try ReaderPool(path: path, count: 2)
        let gate = Gate()
        async let counts = pool.read { connection in
            let before = try connection.first("SELECT count(*) FROM t") { $0.int(0) }
            gate.wait()
            return [before, try connection.first("SELECT count(*) FROM t") { $0.int(0) }]
        }
        try await writer.write { try $0.execute("INSERT INTO t VALUES(1)") }
        gate.open()
        let seen = try await counts
        #expect(seen[0] == seen[1])
        pool.close()
        await #expect(throws: ReaderPool.Closed.self) { try await pool.read { _ in } }
        writer.close()
    }
}

/// Holds threads until it is opened.
private final class Gate: Sendable {
    private let isOpen = Monitor(false)
    func wait() { isOpen.wait { $0 ? () : nil } }
    func open() { isOpen.update { $0 = true } }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }

    fileprivate var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}
