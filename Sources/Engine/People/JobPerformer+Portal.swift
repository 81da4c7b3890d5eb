// Real people: they have no schedule. They take tasks and give them back through the work API, each step a transaction
// of its own that goes before the engine's; all that falls due by itself are the leases' ends.

internal import JSON
internal import Kernel
internal import Labeling
internal import Store

extension JobPerformer {
    /// Whether real people do the job.
    nonisolated var isPortal: Bool { specification.steering.workforce == .portal }

    // MARK: What falls due

    /// When the next lease of a round ends, in job time.
    func nextLeaseEnd(_ round: Int) async throws -> Instant? {
        try await environment.jobs.read(id) { try TaskLeases($0, round: round).nextEnd }
    }

    /// Frees the slots of those who let their time run out.
    func returnEndedLeases(by limit: Instant) async throws -> Position {
        try await changeTasks(.engine, at: limit) { _ in }.position
    }

    // MARK: What people do

    /// The task that a worker holds already, or the next one that is new to the worker.
    func claim(by worker: String) async throws -> PortalTask? {
        var place = 0
        while let desk = try await portalDesk() {
            let candidates = desk.candidates(for: worker, from: place, limit: Self.candidatesAtOnce)
            let taken = try await changeTasks { try $0.accept(candidates, by: worker) }.value
            if let taken { return try await portalTask(taken) }
            guard let last = candidates.last else { return nil }
            place = last.place + 1
        }
        return nil
    }

    /// The task that a worker holds.
    func heldTask(of worker: String) async throws -> PortalTask? {
        let instant = now, round = try await current().job.phase.round
        guard let round else { return nil }
        let held = try await environment.jobs.read(id) { try TaskLeases($0, round: round).task(of: worker) }
        guard let held, held.until > instant else { return nil }
        return try await portalTask(held)
    }

    /// Takes an answer in; one that comes too late is kept, and does not count.
    func submit(_ answer: PortalAnswer, to task: PortalTaskID) async throws -> PortalSubmission {
        let specification = specification, fault = try await fault(of: answer, to: task)
        let mostKept = environment.limits.lateAnswers, served = environment.serverClock.now()
        return try await changeTasks { tasks in
            guard tasks.holds(task, answer.worker) else {
                if try tasks.hasTaken(answer, to: task) { return .taken }
                return .late(kept: try tasks.keepLate(answer, to: task, served: served, most: mostKept))
            }
            if case .some(let reason) = fault { return .unusable(reason) }
            let held = tasks.now - task.accepted
            let spent = answer.timeSpent.map { min($0 * specification.steering.pace, held) } ?? held
            try tasks.end(
                task, of: answer.worker,
                with: .submitted(
                    DataObject.Answer(
                        worker: answer.worker, content: answer.content, accepted: task.accepted,
                        submitted: tasks.now, timeSpent: spent)))
            return .taken
        }.value
    }

    /// Why an answer cannot be taken; `.some(nil)` where it does not even have the form of one. Nothing is looked at
    /// where the worker holds no such task.
    private func fault(of answer: PortalAnswer, to task: PortalTaskID) async throws -> String?? {
        guard let round = try await current().job.phase.round,
            try await environment.jobs.read(id, { try TaskLeases($0, round: round).task(of: answer.worker) })?.object
                == task.object, let source = try await sources(of: [task.object])[task.object]
        else { return nil }
        let labelingTask = try await labelingTask()
        let size = labelingTask.type.isDrawnOnImages ? try await imageSize(of: source) : nil
        // Masks take their time.
        return try await environment.compute.run {
            if let fault = labelingTask.fault(inAnswer: answer.content, to: source, imageSize: size) {
                return .some(fault)
            }
            return labelingTask.annotation(inAnswer: answer.content) == nil ? .some(nil) : nil
        }
    }

    /// Takes a task back without an answer; false where the worker does not hold it any longer.
    /// - Parameter declines: the worker does not want the object, and is not offered it again.
    func giveBack(_ task: PortalTaskID, by worker: String, declines: Bool) async throws -> Bool {
        try await changeTasks { tasks in
            guard tasks.holds(task, worker) else { return false }
            let event: DataObject.Event =
                declines ? .declined(worker: worker, at: tasks.now) : .returned(worker: worker, at: tasks.now)
            try tasks.end(task, of: worker, with: event)
            return true
        }.value
    }

    /// How much there is to do for a worker; nil where nothing is offered now.
    func portalWork(for worker: String) async throws -> PortalWork? {
        guard let desk = try await portalDesk() else { return nil }
        let plan = specification.plan, instant = now
        return try await environment.jobs.read(id) { reading in
            let job = try JobChange.job(reading, plan)
            guard case .annotating(desk.round) = job.phase else { return nil }
            let held = try TaskLeases(reading, round: desk.round).task(of: worker)
            return PortalWork(
                pending: desk.pending(for: worker), done: desk.done(by: worker),
                isHolding: held.map { $0.until > instant } ?? false, counters: job.counters)
        }
    }

    /// The people who may answer, by id.
    func teamMembers() async throws -> [String: WorkerIdentity] {
        let resources = try await environment.control.resources(
            .worker, account: specification.account, region: specification.region)
        return Dictionary(resources.compactMap { TeamMember($0) }.map { ($0.identity.id, $0.identity) }) { first, _ in
            first
        }
    }

    // MARK: Steps

    /// Objects that one transaction looks at, at most.
    private static let candidatesAtOnce = 200

    private func changeTasks<Value: Sendable>(
        _ priority: ChangePriority = .interactive, at instant: Instant? = nil,
        _ body: @escaping @Sendable (inout TaskChange) throws -> Value
    ) async throws -> (value: Value, position: Position) {
        let specification = specification, save = saver, instant = instant ?? now
        let (value, position, round, seen) = try await environment.jobs.change(id, priority) { change in
            var tasks = try TaskChange(change, specification, at: instant)
            let value = try body(&tasks)
            return (value, try tasks.store(save), tasks.leases?.round, tasks.seen)
        }
        // Only what never changes back is noted, so the order of the objects does not matter.
        if portal?.round == round { for (index, object) in seen { portal?.note(index, object) } }
        environment.display.note(position.job.phase.status, of: id)
        progress += 1
        return (value, position)
    }

    /// What is known of the batch that is with people; nil where none is.
    private func portalDesk() async throws -> PortalDesk? {
        guard case .annotating(let round) = try await current().job.phase else { return nil }
        if let portal, portal.round == round { return portal }
        guard let batch = try await environment.jobs.batch(round, of: id) else {
            throw EngineFailure.unreadable("batch \(round) of job \(id)")
        }
        var made = PortalDesk(round: round, objects: batch.objects)
        for slice in batch.objects.slices(of: Self.candidatesAtOnce) {
            for (index, row) in try await environment.jobs.read(id, { try $0.objects(slice) }) {
                row.object.map { made.note(index, $0) }
            }
        }
        // Somebody else may have made it meanwhile, and have noted more.
        if let portal, portal.round == round { return portal }
        portal = made
        return made
    }

    private func portalTask(_ held: TaskLeases.Held) async throws -> PortalTask {
        guard let source = try await sources(of: [held.object])[held.object] else {
            throw EngineFailure.unreadable("line \(held.object) of job \(id)")
        }
        return PortalTask(
            id: PortalTaskID(job: id, object: held.object, accepted: held.accepted), specification: specification,
            source: source, input: try await taskInput(of: held.object) ?? .null,
            categories: try await labelingTask().categories, expires: specification.servedTime(at: held.until),
            work: try await portalWork(for: held.worker) ?? PortalWork())
    }
}
