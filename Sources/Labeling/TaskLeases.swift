// Who holds which task of a batch while real people work on it. The objects' own rows say the same; this small list
// says it at a glance, so that nobody reads thousands of rows to find a worker's task or the next lease that ends.

package import Kernel

/// The tasks of one batch that are in people's hands.
package struct TaskLeases: Hashable, Sendable {
    /// One task in one worker's hands; instants are job time.
    package struct Held: Hashable, Sendable {
        /// The worker's id.
        package var worker: String
        /// Zero-based line of the manifest.
        package var object: Int
        /// When the worker took the task; with the object it names the lease.
        package var accepted: Instant
        /// When the task goes back: an answer at that instant is late.
        package var until: Instant

        package init(worker: String, object: Int, accepted: Instant, until: Instant) {
            self.worker = worker
            self.object = object
            self.accepted = accepted
            self.until = until
        }
    }

    /// The batch's round.
    package let round: Int
    /// In the order in which they were taken; a worker has at most one.
    package private(set) var held: [Held] = []

    /// Nobody holds anything.
    package init(round: Int) { self.round = round }

    /// The task that a worker holds.
    package func task(of worker: String) -> Held? { held.first { $0.worker == worker } }

    /// When the next lease ends; nil where there is none.
    package var nextEnd: Instant? { held.map(\.until).min() }

    /// The leases that have ended by an instant, in the order of their ends.
    package func ended(by instant: Instant) -> [Held] {
        held.enumerated().filter { $0.element.until <= instant }
            .sorted { ($0.element.until, $0.offset) < ($1.element.until, $1.offset) }.map(\.element)
    }

    /// Puts a task into a worker's hands, who must hold none.
    package mutating func add(_ task: Held) {
        precondition(self.task(of: task.worker) == nil, "a worker holds one task of a job at a time")
        held.append(task)
    }

    /// Takes a worker's task back.
    package mutating func remove(of worker: String) { held.removeAll { $0.worker == worker } }
}

extension TaskLeases {
    private static let version: UInt8 = 1

    /// The stored form.
    package var encoded: [UInt8] {
        var bytes = ByteEncoder()
        bytes.byte(Self.version)
        bytes.integer(Int64(round))
        bytes.integer(Int64(held.count))
        for task in held {
            bytes.text(task.worker)
            bytes.integer(Int64(task.object))
            bytes.integer(task.accepted.microseconds)
            bytes.integer(task.until.microseconds)
        }
        return bytes.bytes
    }

    /// Nil where the bytes were not written by `encoded`.
    package init?(decoding bytes: [UInt8]) {
        let read = bytes.withUnsafeBytes { buffer -> (round: Int64, held: [Held])? in
            var reader = ByteDecoder(buffer)
            guard reader.byte() == Self.version, let round = reader.integer(),
                let held = reader.list(of: Held.init(from:)), reader.isAtEnd
            else { return nil }
            return (round, held)
        }
        guard let read else { return nil }
        self.init(round: Int(read.round))
        held = read.held
    }
}

extension TaskLeases.Held {
    fileprivate init?(from reader: inout ByteDecoder) {
        guard let worker = reader.text(), let object = reader.integer(), let accepted = reader.integer(),
            let until = reader.integer()
        else { return nil }
        self.init(
            worker: worker, object: Int(object), accepted: Instant(microseconds: accepted),
            until: Instant(microseconds: until))
    }
}
