// What the workforce does with the batch at hand. Events come from the schedule in order of time and go through the
// objects' state machines; what changed is stored slice by slice, the job's event last, in one transaction. A slice
// ends where a consolidation call is due, so that calls hold the same objects however the work was sliced.

internal import Kernel
package import Labeling
package import Store

extension JobPerformer {
    /// When the workforce next does something, in job time; nil when nobody works.
    func nextWork(_ job: LabelingJob) async throws -> Instant? {
        guard case .annotating(let round) = job.phase, let batch = job.batch else {
            desk = nil
            return nil
        }
        if isPortal { return try await nextLeaseEnd(round) }
        if let desk, desk.round == round { return desk.nextAt }
        let made = try await makeDesk(for: batch)
        desk = made
        return made.nextAt
    }

    /// Lets the workforce work up to an instant, or to the end of a slice.
    func takeWork(_ job: LabelingJob, upTo limit: Instant) async throws -> Position {
        if isPortal { return try await returnEndedLeases(by: limit) }
        guard var desk, let batch = job.batch else { return try await commit(.groupingDue, at: now) }
        var slice = WorkSlice(job: job, limit: limit, environment.limits)
        while slice.isOpen, let event = desk.next(upTo: slice.limit) {
            let content = try await answerContent(of: event, desk)
            slice.take(event, content, desk: &desk, specification: specification)
        }
        let rows = slice.rows(of: desk)
        let progress = LabelingJob.Progress(
            round: batch.round, finished: slice.finished, failed: slice.failed, eventsTaken: slice.events)
        do {
            let position = try await commit(.objectsFinished(progress), at: slice.latest) { try $0.put(rows) }
            for index in slice.done.keys { desk.open[index] = nil }
            self.desk = desk
            return position
        } catch {
            // What is in memory may be ahead of the store: make it again.
            self.desk = nil
            throw error
        }
    }

    /// Ends every object of the batch that is still open: with its answers, or without a label.
    func expireOpenObjects(_ round: Int, _ at: Instant, _ sequence: Int64) async throws -> Position {
        guard let batch = try await environment.jobs.batch(round, of: id) else { return try await skip(sequence) }
        let workers = specification.workersPerObject
        desk = nil
        return try await commit(at: at, finishing: sequence) { change, job in
            var finished: [LabelingJob.Finished] = [], failed = 0
            // After a stop, nothing expires any more.
            let isAnnotating = job.phase == .annotating(round)
            for (place, index) in batch.objects.enumerated() where isAnnotating {
                let row = try change.objects([index])[index]
                guard row == nil || row?.status == .open || row?.status == .waiting else { continue }
                var object = row?.object ?? DataObject(workersAsked: workers)
                for effect in object.apply(.lifetimeEnded(at: at)) {
                    switch effect {
                    case .finished:
                        finished.append(LabelingJob.Finished(index: index, at: at, bytes: object.answerBytes))
                    case .gaveUp: failed += 1
                    }
                }
                try change.put([ObjectRow(index, object, round: round, place: place)])
            }
            return .objectsFinished(
                LabelingJob.Progress(round: round, finished: finished, failed: failed, eventsTaken: 0))
        }
    }

    /// Takes what is open out of people's hands; it stays unlabeled.
    func cancelOpenObjects(_ round: Int, _ sequence: Int64) async throws -> Position {
        desk = nil
        while true {
            let rows = try await environment.jobs.read(id) { try $0.objects(.open, after: -1, limit: 1000) }
            if rows.isEmpty { return try await skip(sequence) }
            try await environment.jobs.change(id, .engine) { change in
                try change.put(rows.map { ObjectRow(index: $0.index, status: .waiting, round: $0.round) })
            }
        }
    }
}

/// Work taken in one transaction.
private struct WorkSlice {
    private(set) var limit: Instant
    private(set) var finished: [LabelingJob.Finished] = []
    private(set) var failed = 0
    private(set) var events = 0
    private(set) var latest: Instant
    /// Objects that ended in this slice.
    private(set) var done: [Int: DataObject] = [:]
    private var changed: Set<Int> = []
    private var callSpace: Int
    private let delay: Duration
    private let round: Int
    private var bytes = 0
    private let limits: Limits

    init(job: LabelingJob, limit: Instant, _ limits: Limits) {
        self.limit = limit
        self.limits = limits
        latest = job.time
        callSpace = job.plan.consolidationObjects - job.waiting.count
        delay = job.plan.consolidationDelay
        round = job.batch?.round ?? 0
        if let first = job.waiting.first { self.limit = min(limit, first.at + delay) }
    }

    var isOpen: Bool {
        callSpace > 0 && changed.count < limits.engineSliceRows && bytes < limits.engineSliceBytes
    }

    mutating func take(
        _ event: WorkEvent, _ content: [UInt8], desk: inout BatchDesk, specification: LabelingJobSpecification
    ) {
        events += 1
        bytes += content.count
        latest = max(latest, event.at)
        guard done[event.object] == nil else { return }
        var object = desk.open[event.object] ?? DataObject(workersAsked: specification.workersPerObject)
        let effects = object.apply(
            event.objectEvent(
                worker: desk.roster[event.worker].id, limit: specification.taskTimeLimit, content: content))
        desk.open[event.object] = object
        changed.insert(event.object)
        for effect in effects {
            done[event.object] = object
            switch effect {
            case .finished(let at): finish(event.object, at: at, object.answerBytes)
            case .gaveUp: failed += 1
            }
        }
    }

    private mutating func finish(_ index: Int, at instant: Instant, _ bytes: Int) {
        if finished.isEmpty { limit = min(limit, instant + delay) }
        finished.append(LabelingJob.Finished(index: index, at: instant, bytes: bytes))
        callSpace -= 1
    }

    func rows(of desk: BatchDesk) -> [ObjectRow] {
        changed.sorted().compactMap { index in
            desk.open[index].map { ObjectRow(index, $0, round: round, place: desk.places[index] ?? 0) }
        }
    }
}

extension ObjectRow {
    /// What people have made of it so far; nil where nobody has touched it.
    package var object: DataObject? { state.withUnsafeBytes { DataObject(decoding: $0) } }

    /// The row of an object that people work on, or have ended.
    /// - Parameter place: its place in the batch of that round; places of later rounds come later.
    init(_ index: Int, _ object: DataObject, round: Int, place: Int) {
        self.init(index, object, round: round, position: Self.position(round: round, place: place))
    }

    /// The same with its place in the order of all rounds.
    init(_ index: Int, _ object: DataObject, round: Int, position: Int) {
        var status = Status.open
        var label: [UInt8] = []
        switch object.phase {
        case .open: status = .open
        case .answered: status = .answered
        case .labeled: status = .human
        case .cancelled: status = .waiting
        case .failed(let reason):
            status = .failed
            label = ObjectOutcome.failed(reason).encoded
        }
        self.init(
            index: index, status: status, round: round, state: object.encoded, label: label,
            position: position)
    }

    /// The place of a batch's place in the order of all rounds.
    static func position(round: Int, place: Int) -> Int { round * placesPerRound + place }

    /// More than any batch has objects (MaxConcurrentTaskCount is at most 5,000).
    private static let placesPerRound = 10_000
}

extension WorkEvent {
    /// The same for the object's state machine.
    fileprivate func objectEvent(worker: String, limit: Duration, content: [UInt8]) -> DataObject.Event {
        switch action {
        case .accepted: .accepted(worker: worker, at: at, until: at + limit)
        case .declined: .declined(worker: worker, at: at)
        case .returned: .returned(worker: worker, at: at)
        case .submitted(let submission):
            .submitted(
                DataObject.Answer(
                    worker: worker, content: content, accepted: submission.acceptedAt,
                    submitted: at, timeSpent: submission.timeSpent))
        }
    }
}
