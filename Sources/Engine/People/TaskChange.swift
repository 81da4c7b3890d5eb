// Tasks of real people inside a transaction of their job: leases that have ended are returned first, in order, then
// somebody takes a task or gives it back, and what follows for the workflow is stored with it. The transaction decides:
// two people never hold one slot, and what was answered is stored when the answer to the client says so.

internal import JSON
internal import Kernel
internal import Labeling
internal import Store

/// The tasks of the batch that is with people.
struct TaskChange {
    /// Job time of the change: nothing in the job is later.
    let now: Instant
    /// The workflow as it stood before.
    private(set) var job: LabelingJob
    /// Nil where no batch is with people.
    private(set) var leases: TaskLeases?
    /// Objects that were looked at, as they are now.
    private(set) var seen: [Int: DataObject] = [:]

    private let specification: LabelingJobSpecification
    let change: any JobTransaction
    private var positions: [Int: Int] = [:]
    private var changed: Set<Int> = []
    private var finished: [LabelingJob.Finished] = []
    private var failed = 0
    private var latest: Instant

    /// - Parameter instant: job time; where the job has come further, that counts.
    init(_ change: any JobTransaction, _ specification: LabelingJobSpecification, at instant: Instant) throws {
        self.change = change
        self.specification = specification
        job = try JobChange.job(change, specification.plan)
        now = max(instant, job.time)
        latest = job.time
        guard case .annotating(let round) = job.phase, job.batch != nil else { return }
        leases = try TaskLeases(change, round: round)
        for task in leases?.ended(by: now) ?? [] {
            try apply(.returned(worker: task.worker, at: task.until), to: task.object, at: task.until)
            leases?.remove(of: task.worker)
        }
    }

    /// When the batch is offered no longer.
    private var offerEnd: Instant? { job.batch.map { $0.started + job.plan.availability } }

    /// Gives a worker the first candidate that has a free slot, or the task that the worker holds already.
    mutating func accept(_ candidates: [PortalDesk.Candidate], by worker: String) throws -> TaskLeases.Held? {
        guard let end = offerEnd, end > now, let leases else { return nil }
        if let held = leases.task(of: worker) { return held }
        for candidate in candidates {
            let object = try object(candidate.object, place: candidate.place)
            guard object.openSlots > 0, object.isNew(to: worker) else { continue }
            let until = min(now + specification.taskTimeLimit, end)
            try apply(.accepted(worker: worker, at: now, until: until), to: candidate.object, at: now)
            let task = TaskLeases.Held(worker: worker, object: candidate.object, accepted: now, until: until)
            self.leases?.add(task)
            return task
        }
        return nil
    }

    /// Whether a lease still runs.
    func holds(_ task: PortalTaskID, _ worker: String) -> Bool {
        leases?.task(of: worker).map { $0.object == task.object && $0.accepted == task.accepted } ?? false
    }

    /// Ends the lease that a worker holds with an event of its object.
    mutating func end(_ task: PortalTaskID, of worker: String, with event: DataObject.Event) throws {
        precondition(holds(task, worker), "only a lease that runs can be ended")
        try apply(event, to: task.object, at: now)
        leases?.remove(of: worker)
    }

    /// An object as the store has it, or as it was changed here.
    private mutating func object(_ index: Int, place: Int = 0) throws -> DataObject {
        if let known = seen[index] { return known }
        let row = try change.objects([index])[index]
        let object = row?.object ?? DataObject(workersAsked: specification.workersPerObject)
        positions[index] =
            (row?.status == .open ? row?.position : nil)
            ?? ObjectRow.position(round: leases?.round ?? 0, place: place)
        seen[index] = object
        return object
    }

    private mutating func apply(_ event: DataObject.Event, to index: Int, at instant: Instant) throws {
        let before = try object(index)
        var after = before
        for effect in after.apply(event) {
            switch effect {
            case .finished(let at):
                finished.append(LabelingJob.Finished(index: index, at: at, bytes: after.answerBytes))
            case .gaveUp: failed += 1
            }
        }
        // What an event does not concern stays as it is in the store.
        guard after != before else { return }
        seen[index] = after
        changed.insert(index)
        latest = max(latest, instant)
    }

    /// Writes what has changed, and what follows for the workflow.
    mutating func store(_ save: JobChange) throws -> JobPerformer.Position {
        guard !changed.isEmpty, let leases else {
            return JobPerformer.Position(job: job, hasEffects: try change.hasEffects())
        }
        try change.put(changed.sorted().compactMap(row))
        try change.putDocument(JobDocument.leases, leases.encoded)
        guard !finished.isEmpty || failed > 0 else {
            return JobPerformer.Position(job: job, hasEffects: try change.hasEffects())
        }
        let before = job.phase.status
        let progress = LabelingJob.Progress(
            round: leases.round, finished: finished, failed: failed, eventsTaken: 0)
        let effects = job.apply(.objectsFinished(progress), at: latest)
        return try save(job, effects, change, from: before)
    }

    private func row(_ index: Int) -> ObjectRow? {
        guard let object = seen[index], let position = positions[index], let round = leases?.round else { return nil }
        return ObjectRow(index, object, round: round, position: position)
    }
}

extension TaskLeases {
    /// The leases of a round as the store has them.
    init(_ reading: any JobReading, round: Int) throws {
        self.init(round: round)
        guard let bytes = try reading.document(JobDocument.leases) else { return }
        guard let stored = TaskLeases(decoding: bytes) else { throw EngineFailure.unreadable("leases of a job") }
        // Those of an earlier batch, which a stop may have left behind, mean nothing.
        if stored.round == round { self = stored }
    }
}
