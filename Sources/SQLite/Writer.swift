// The one writer. Units of work queue up; a single thread runs whatever waits inside one transaction and answers every
// unit after COMMIT, so that many small writes share the price of one.
//
// A unit that throws is undone alone (its savepoint), yet it is answered with its group: what it saw may have been the
// work of a neighbour that was then not committed. A failed COMMIT fails the whole group.

internal import Kernel

/// Runs units of work, in groups, on a thread of its own.
package final class Writer: Sendable {
    /// Who waits: a client's request, or the engine.
    package enum Priority: Sendable { case interactive, engine }

    /// Why a unit was not run.
    package enum Refusal: Error, Hashable {
        /// The writer is closed, or crashed on purpose.
        case closed
        /// Too many units wait already.
        case overloaded
    }

    /// Units in one group. Those that arrive while a group runs join it.
    private static let unitsPerGroup = 256
    /// Engine units in one group: each may be a slice of `Limits.engineSliceRows`, and a request waits for all of them.
    private static let engineUnitsPerGroup = 4
    /// Units that may wait before `submit` refuses; far above the number of connections.
    private static let waitingUnits = 16_384

    /// A unit without its type: `attempt` runs it and returns what tells its caller that it is committed.
    private struct Unit: Sendable {
        let attempt: @Sendable (Connection) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct Queue {
        var interactive = FIFO<Unit>()
        var engine = FIFO<Unit>()
        var isClosed = false

        /// The next unit, requests first; `engine` says whether engine work may be taken.
        mutating func next(engine allowed: Bool) -> (unit: Unit, priority: Priority)? {
            if let unit = interactive.popFirst() { return (unit, .interactive) }
            if allowed, let unit = engine.popFirst() { return (unit, .engine) }
            return nil
        }
    }

    private let queue: Monitor<Queue>
    private let thread: SystemThread

    /// Takes over a connection that nobody else uses any more.
    /// - Parameter committed: called after every commit, on the writer's thread: it must not wait.
    package init(
        _ connection: sending Connection, failureHook: FailureHook? = nil,
        committed: @escaping @Sendable () -> Void = {}
    ) throws {
        let queue = Monitor(Queue())
        self.queue = queue
        let owned = Monitor(connection)
        thread = try SystemThread {
            owned.withLock { Writer.run($0, queue, failureHook, committed) }
        }
    }

    /// Queues a unit; `completion` is called on the writer's thread after its group is committed, or failed.
    package func submit<Value: Sendable>(
        _ priority: Priority, _ unit: @escaping @Sendable (Connection) throws -> Value,
        completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        enqueue(unit, priority, isBounded: true, completion)
    }

    /// Runs a unit and returns when it is committed. Waiting here is the back-pressure: a caller has one unit queued.
    @discardableResult
    package func write<Value: Sendable>(
        _ priority: Priority = .interactive, _ unit: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(unit, priority, isBounded: false) { continuation.resume(with: $0) }
        }
    }

    /// Finishes what is queued, empties the write-ahead log and ends the thread. Blocks until that is done.
    package func close() {
        let wasOpen = queue.update { queue in
            defer { queue.isClosed = true }
            return !queue.isClosed
        }
        if wasOpen { thread.join() }
    }

    private func enqueue<Value: Sendable>(
        _ unit: @escaping @Sendable (Connection) throws -> Value, _ priority: Priority, isBounded: Bool,
        _ completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        let waiting = Unit(
            attempt: { connection in
                let value = try unit(connection)
                return { completion(.success(value)) }
            }, fail: { completion(.failure($0)) })
        let refusal = queue.update { queue -> Refusal? in
            if queue.isClosed { return .closed }
            if isBounded, queue.interactive.count + queue.engine.count >= Writer.waitingUnits { return .overloaded }
            switch priority {
            case .interactive: queue.interactive.append(waiting)
            case .engine: queue.engine.append(waiting)
            }
            return nil
        }
        if let refusal { completion(.failure(refusal)) }
    }

    // MARK: The thread

    private static func run(
        _ connection: Connection, _ queue: Monitor<Queue>, _ hook: FailureHook?, _ committed: @Sendable () -> Void
    ) {
        while true {
            let first = queue.wait { queue -> (unit: Unit, priority: Priority)?? in
                if let next = queue.next(engine: true) { return .some(next) }
                return queue.isClosed ? .some(nil) : nil
            }
            guard let first else { break }
            var group = Group(connection: connection, hook: hook)
            group.perform(first, then: { engine in queue.withLock { $0.next(engine: engine) } }, committed)
            if group.hasCrashed {
                let abandoned = queue.update { queue -> [Unit] in
                    queue.isClosed = true
                    return queue.interactive.removeAll() + queue.engine.removeAll()
                }
                for unit in abandoned { unit.fail(Refusal.closed) }
                return
            }
        }
        try? connection.checkpoint()
    }

    /// One transaction and the units in it.
    private struct Group {
        let connection: Connection
        let hook: FailureHook?
        private(set) var hasCrashed = false
        /// How to answer each unit once the group is committed, and how if it is not.
        private var answers: [(committed: @Sendable () -> Void, fail: @Sendable (any Error) -> Void)] = []

        init(connection: Connection, hook: FailureHook?) {
            self.connection = connection
            self.hook = hook
        }

        mutating func perform(
            _ first: (unit: Unit, priority: Priority),
            then next: (_ engine: Bool) -> (unit: Unit, priority: Priority)?, _ committed: () -> Void
        ) {
            do {
                try connection.execute("BEGIN IMMEDIATE")
                var current: (unit: Unit, priority: Priority)? = first
                var engineUnits = 0
                while let (unit, priority) = current {
                    if priority == .engine { engineUnits += 1 }
                    try attempt(unit)
                    guard answers.count < Writer.unitsPerGroup else { break }
                    current = next(engineUnits < Writer.engineUnitsPerGroup)
                }
                try hook?(.commit)
                try connection.execute("COMMIT")
                try hook?(.committed)
                for answer in answers { answer.committed() }
                committed()
            } catch {
                hasCrashed = error is SimulatedCrash
                connection.rollBack()
                if answers.isEmpty { first.unit.fail(error) }
                for answer in answers { answer.fail(error) }
            }
        }

        /// Runs one unit inside its savepoint. Throws only when the whole transaction is lost.
        private mutating func attempt(_ unit: Unit) throws {
            do {
                try connection.execute("SAVEPOINT unit")
                try hook?(.unit)
                let committed = try unit.attempt(connection)
                try connection.execute("RELEASE unit")
                answers.append((committed, unit.fail))
            } catch {
                answers.append(({ unit.fail(error) }, unit.fail))
                guard connection.isInTransaction, !(error is SimulatedCrash) else { throw error }
                try connection.execute("ROLLBACK TO unit")
                try connection.execute("RELEASE unit")
            }
        }
    }
}
