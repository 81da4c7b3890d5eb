// The interpreter of one labeling job: it performs the effects in the outbox one after another, fires the timers that
// are due, lets the workforce work up to the present, and feeds every result back as an event. It decides nothing; what
// it holds in memory (the batch's schedule, open objects, categories, the latest model) can be made again at any time.
//
// One turn runs at a time. Event, new state and effects are one transaction; a crash between any two steps leaves the
// effect in the outbox, and performing it again writes the same bytes in the same places.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning
internal import Store

/// Carries one job on.
actor JobPerformer {
    nonisolated let id: JobID
    nonisolated let specification: LabelingJobSpecification
    nonisolated let environment: EngineEnvironment
    /// Set when the job has been asked to stop, or the program is closing.
    nonisolated let cancellation = Cancellation()
    nonisolated let files: any JobFiles

    var desk: BatchDesk?
    var task: (any LabelingTask)?
    var model: (any LearnedModel)?
    /// Whether the job's images are no larger than an icon; nil before anybody has looked.
    var areImagesTiny: Bool?
    /// By the extractor that made them.
    var features: [String: any FeatureKeeping] = [:]
    /// What is known of the batch that real people work on.
    var portal: PortalDesk?
    /// Objects that simulated people are looking at.
    var subjects = SubjectWindow()
    /// Who the team's people are, by worker id.
    var roster: [String: WorkerIdentity]?
    /// Events committed so far: tells a job that gets on, with interruptions, from one that is stuck.
    var progress = 0

    init(_ id: JobID, specification: LabelingJobSpecification, environment: EngineEnvironment) {
        self.id = id
        self.specification = specification
        self.environment = environment
        files = environment.files.files(of: specification.account)
    }

    /// What a change leaves behind.
    struct Position: Sendable {
        var job: LabelingJob
        var hasEffects: Bool
    }

    /// Carries the job on as far as it can go.
    /// - Parameter horizon: the instant of server time up to which the workforce may work. Equals now while the clock
    ///   is live; while it is advanced by hand, the clock follows the work.
    /// - Returns: the instant of server time at which there is more to do; nil when the job has ended.
    func turn(horizon: Instant) async throws -> Instant? {
        var position = try await current()
        while !Task.isCancelled {
            if position.hasEffects, let row = try await environment.jobs.nextEffect(of: id) {
                guard let effect = LabelingJob.Effect(decoding: row.effect) else {
                    throw EngineFailure.unreadable("effect \(row.sequence) of job \(id)")
                }
                position = try await perform(effect, sequence: row.sequence)
                continue
            }
            if position.job.phase.isTerminal {
                releaseAll()
                return nil
            }
            let timer = position.job.timers.first
            let work = try await nextWork(position.job)
            let next = min(timer?.due ?? .distantFuture, work ?? .distantFuture)
            let reach = specification.jobTime(at: max(horizon, environment.serverClock.now()))
            guard next <= reach else { return specification.servedTime(at: next) }
            environment.serverClock.move(to: specification.servedTime(at: next))
            if let work, work <= timer?.due ?? .distantFuture {
                position = try await takeWork(position.job, upTo: min(reach, timer?.due ?? .distantFuture))
            } else if let timer {
                position = try await commit(timer.timer.event, at: timer.due)
            }
        }
        return environment.serverClock.now()
    }

    /// Job time now. The first instant that it can be, so that results of effects are no later than the work that
    /// the clock was moved to, however it was moved.
    nonisolated var now: Instant { specification.firstJobTime(at: environment.serverClock.now()) }

    /// Where the job is now.
    func current() async throws -> Position {
        let environment = environment, plan = specification.plan
        return try await environment.jobs.read(id) { reading in
            Position(job: try JobChange.job(reading, plan), hasEffects: try reading.hasEffects())
        }
    }

    /// Stores what follows from an event that happens now.
    nonisolated var saver: JobChange {
        JobChange(
            specification: specification, entropy: environment.entropy, served: environment.serverClock.now())
    }

    /// Applies an event and stores what follows, in one transaction with `also`.
    /// - Parameters:
    ///   - sequence: the effect that brought the event; where it is gone, somebody has taken its result already.
    ///   - also: left out where the event comes too late, after a stop say: what is not counted is not stored.
    func commit(
        _ event: LabelingJob.Event, at instant: Instant, finishing sequence: Int64? = nil,
        also: @escaping @Sendable (any JobTransaction) throws -> Void = { _ in }
    ) async throws -> Position {
        try await commit(at: instant, finishing: sequence, also: also) { _, _ in event }
    }

    /// As above, for events that are known only inside the transaction.
    func commit(
        at instant: Instant, finishing sequence: Int64?,
        also: @escaping @Sendable (any JobTransaction) throws -> Void = { _ in },
        _ event: @escaping @Sendable (any JobTransaction, LabelingJob) throws -> LabelingJob.Event
    ) async throws -> Position {
        let plan = specification.plan, save = saver
        let position = try await environment.jobs.change(id, .engine) { change in
            if let sequence, try !change.hasEffect(sequence) {
                return Position(job: try JobChange.job(change, plan), hasEffects: try change.hasEffects())
            }
            var job = try JobChange.job(change, plan)
            let before = job.phase.status, effects = job.apply(try event(change, job), at: instant)
            if !LabelingJob.areLate(effects) { try also(change) }
            if let sequence { try change.finishEffect(sequence) }
            return try save(job, effects, change, from: before)
        }
        environment.display.note(position.job.phase.status, of: id)
        progress += 1
        return position
    }

    /// Drops everything that can be made again.
    func releaseAll() {
        desk = nil
        portal = nil
        subjects = SubjectWindow()
        task = nil
        model = nil
        for store in features.values { store.release() }
        features = [:]
    }
}

/// Why the engine, not the user, is at fault.
enum EngineFailure: Error, Hashable {
    case unreadable(String)
}

/// Reading and writing a job's state inside a transaction.
struct JobChange: Sendable {
    let specification: LabelingJobSpecification
    let entropy: any Entropy
    /// Server time of the change.
    let served: Instant

    static func job(_ reading: any JobReading, _ plan: LabelingJob.Plan) throws -> LabelingJob {
        let row = try reading.job()
        guard let job = LabelingJob(decoding: row.state, plan: plan) else {
            throw EngineFailure.unreadable("state of job \(row.id)")
        }
        return job
    }

    /// Stores a state with the effects and records that go with it.
    ///
    /// - Parameter before: the status so far; another one now is an event for whoever wants to know.
    func callAsFunction(
        _ job: LabelingJob, _ effects: [LabelingJob.Effect], _ change: any JobTransaction, from before: String
    ) throws -> JobPerformer.Position {
        try change.append(effects.compactMap(\.encoded))
        let records = effects.compactMap { effect -> TimelineRow? in
            guard case .record(let record) = effect else { return nil }
            return TimelineRow(at: job.time, served: served, entry: JSONValue.object(record.json).compactBytes)
        }
        try change.append(records)
        if job.phase.status != before {
            try change.append([specification.event(of: job.phase.status, at: served, entropy)])
        }
        let hasEffects = try change.hasEffects()
        try change.save(
            state: job.encoded, status: job.phase.status, isTerminal: job.phase.isTerminal, modified: served,
            due: job.phase.isTerminal && !hasEffects ? nil : served)
        return JobPerformer.Position(job: job, hasEffects: hasEffects)
    }
}

extension LabelingJobSpecification {
    /// What others are told when the job comes to a status.
    func event(of status: String, at time: Instant, _ entropy: any Entropy) -> OutgoingEvent {
        let id = entropy.uuid()
        return OutgoingEvent(
            id: id, account: account, time: time,
            document: stateChangeEvent(id: id, status: status, at: time).compactBytes,
            isDocumented: Self.isStateChangeDocumented(status))
    }
}
