// A batch worked on by a simulated crowd: a discrete-event simulation whose events come out in order of time. The same
// input gives the same events, so nothing of it is stored: after a restart it is made again and run to where it was.
//
// Each worker does one task at a time. Whoever is free looks, after a pause, for the earliest object of the batch that
// has an open place and that this worker has not touched. A declined task is offered to others; one whose time ran out
// goes to all others first and comes back to the same worker only when nothing else is left. An object that as many
// workers declined as are asked is offered to nobody else. What is not finished when the availability ends makes no
// more events.

internal import Kernel

/// The events of one batch, in order of time.
package struct CrowdSchedule: IteratorProtocol, Sequence, Sendable {
    private struct Work {
        var position: Int, slot: Int, attempt: Int
        var acceptedAt: Instant
        var outcome: Crowd.Outcome
    }

    private enum Activity {
        case looking, idle
        case working(Work)
    }

    private struct WorkerState {
        var activity = Activity.looking
        /// Every earlier position was taken by this worker or was not open when the worker came by.
        var next = 0
        /// Earlier positions that have opened again since; some may be closed once more.
        var reopened = BinaryHeap<Int>()
        /// Positions whose time ran out with this worker.
        var abandoned: [Int] = []
        var attempts: [Int: Int] = [:]
    }

    /// A worker's turn: to look for work, or to end the task at hand.
    private struct Turn: Comparable {
        var at: Instant, sequence: Int, worker: Int

        static func < (left: Turn, right: Turn) -> Bool {
            (left.at, left.sequence) < (right.at, right.sequence)
        }
    }

    private let crowd: Crowd
    private let batch: WorkBatch
    private let allSlots: UInt16
    /// One bit per place of an object: in work, or answered.
    private var takenSlots: [UInt16]
    private var declines: [UInt8]
    /// One bit per object and worker.
    private var touched: [UInt64]
    private let wordsPerObject: Int
    /// How many workers have touched each object.
    private var touchedCount: [Int]
    private var workers: [WorkerState]
    private var turns = BinaryHeap<Turn>()
    private var sequence = 0
    /// No earlier position is open, but for those in the workers' `reopened`.
    private var firstOpen = 0

    /// The events of a batch that a crowd works on.
    package init(_ batch: WorkBatch, crowd: Crowd) {
        self.batch = batch
        self.crowd = crowd
        let objects = batch.objects.count, size = crowd.workers.count
        allSlots = UInt16(1) << UInt16(batch.workersPerObject) - 1
        takenSlots = [UInt16](repeating: 0, count: objects)
        declines = [UInt8](repeating: 0, count: objects)
        wordsPerObject = (size + 63) / 64
        touched = [UInt64](repeating: 0, count: objects * wordsPerObject)
        touchedCount = [Int](repeating: 0, count: objects)
        workers = [WorkerState](repeating: WorkerState(), count: size)
        guard let first = batch.objects.first else { return }
        for worker in 0..<size {
            schedule(worker, at: batch.startedAt + crowd.pause(of: worker, after: first, attempt: -1))
        }
    }

    /// The next thing that a worker does; nil once nothing more happens within the availability.
    package mutating func next() -> WorkEvent? {
        while let turn = turns.popFirst(), turn.at < batch.endsAt {
            switch workers[turn.worker].activity {
            case .working(let work): return finish(work, by: turn.worker, at: turn.at)
            case .looking:
                if let event = accept(by: turn.worker, at: turn.at) { return event }
                workers[turn.worker].activity = .idle
            case .idle: continue
            }
        }
        turns = BinaryHeap()
        return nil
    }

    // MARK: Taking a task

    private mutating func accept(by worker: Int, at now: Instant) -> WorkEvent? {
        guard let position = choose(for: worker) else { return nil }
        let object = batch.objects[position]
        let slot = (~takenSlots[position]).trailingZeroBitCount
        takenSlots[position] |= 1 << UInt16(slot)
        touch(position, worker)
        if isOpen(position), isTouchedByAll(position) { wakeThoseWhoLeft(position, at: now) }
        let attempt = workers[worker].attempts[position] ?? 0
        var outcome = crowd.outcome(of: worker, at: object, attempt: attempt)
        var time = crowd.activeTime(of: worker, at: object, attempt: attempt)
        if time >= batch.taskTimeLimit {
            if crowd.isPunctual { time = batch.taskTimeLimit * 9 / 10 } else { outcome = .abandons }
        }
        if outcome == .abandons { time = batch.taskTimeLimit }
        workers[worker].activity = .working(
            Work(position: position, slot: slot, attempt: attempt, acceptedAt: now, outcome: outcome))
        schedule(worker, at: now + time)
        return WorkEvent(at: now, worker: worker, object: object, slot: slot, action: .accepted)
    }

    private mutating func choose(for worker: Int) -> Int? {
        while let position = workers[worker].reopened.popFirst() {
            if isOpen(position), !isTouched(position, worker) { return position }
        }
        while firstOpen < takenSlots.count, !isOpen(firstOpen) { firstOpen += 1 }
        var position = Swift.max(workers[worker].next, firstOpen)
        while position < takenSlots.count, !isOpen(position) || isTouched(position, worker) { position += 1 }
        workers[worker].next = Swift.min(position + 1, takenSlots.count)
        if position < takenSlots.count { return position }
        guard let again = workers[worker].abandoned.firstIndex(where: { isOpen($0) && isTouchedByAll($0) }) else {
            return nil
        }
        return workers[worker].abandoned.remove(at: again)
    }

    private func isOpen(_ position: Int) -> Bool {
        takenSlots[position] != allSlots && declines[position] < batch.workersPerObject
    }

    private func isTouched(_ position: Int, _ worker: Int) -> Bool {
        touched[position * wordsPerObject + worker / 64] & 1 << UInt64(worker % 64) != 0
    }

    private func isTouchedByAll(_ position: Int) -> Bool { touchedCount[position] == workers.count }

    private mutating func touch(_ position: Int, _ worker: Int) {
        if !isTouched(position, worker) { touchedCount[position] += 1 }
        touched[position * wordsPerObject + worker / 64] |= 1 << UInt64(worker % 64)
    }

    private mutating func schedule(_ worker: Int, at instant: Instant) {
        turns.insert(Turn(at: instant, sequence: sequence, worker: worker))
        sequence += 1
    }

    // MARK: Ending a task

    private mutating func finish(_ work: Work, by worker: Int, at now: Instant) -> WorkEvent {
        let object = batch.objects[work.position]
        let action: WorkEvent.Action
        workers[worker].activity = .looking
        switch work.outcome {
        case .submits:
            action = .submitted(
                WorkEvent.Submission(
                    acceptedAt: work.acceptedAt, timeSpent: now - work.acceptedAt, answer: .simulated))
        case .declines:
            action = .declined
            declines[work.position] += 1
            release(work, at: now)
        case .abandons:
            action = .returned
            workers[worker].abandoned.append(work.position)
            workers[worker].attempts[work.position] = work.attempt + 1
            release(work, at: now)
        }
        schedule(worker, at: now + crowd.pause(of: worker, after: object, attempt: work.attempt))
        return WorkEvent(at: now, worker: worker, object: object, slot: work.slot, action: action)
    }

    /// Frees a place, and tells those who have passed the object already, or have nothing to do.
    private mutating func release(_ work: Work, at now: Instant) {
        let position = work.position
        takenSlots[position] &= ~(1 << UInt16(work.slot))
        guard isOpen(position) else { return }
        for worker in workers.indices where !isTouched(position, worker) {
            if position < Swift.max(workers[worker].next, firstOpen) { workers[worker].reopened.insert(position) }
            wake(worker, for: position, at: now)
        }
        if isTouchedByAll(position) { wakeThoseWhoLeft(position, at: now) }
    }

    /// Everybody has seen the object: whose time ran out may try again.
    private mutating func wakeThoseWhoLeft(_ position: Int, at now: Instant) {
        for worker in workers.indices where workers[worker].abandoned.contains(position) {
            wake(worker, for: position, at: now)
        }
    }

    private mutating func wake(_ worker: Int, for position: Int, at now: Instant) {
        guard case .idle = workers[worker].activity else { return }
        workers[worker].activity = .looking
        schedule(worker, at: now + crowd.pause(of: worker, after: batch.objects[position], attempt: 0))
    }
}
