// The job engine: knows which jobs have something to do and when, and lets their performers carry them on. Services
// talk to it; it talks to the stores. All that must last is in the stores; what is here can be made again at a start.

package import Kernel
package import Labeling
internal import Logging
internal import ServiceLifecycle
package import Store

/// Runs labeling jobs.
package actor Engine: Service {
    nonisolated let environment: EngineEnvironment
    /// Training and transform jobs, which go by the same clock.
    package nonisolated let learning: LearningJobs
    /// When each active job next has something to do, in server time.
    private var wakes: [JobID: Instant] = [:]
    private var performers: [JobID: JobPerformer] = [:]
    private var running: Set<JobID> = []
    /// Turns that failed in a row without getting any further.
    private var failures: [JobID: (count: Int, progress: Int)] = [:]
    private var isLoaded = false
    /// Set while the clock is being advanced by hand: turns belong to the one who advances.
    private var isAdvancing = false
    private let bell = Bell()
    private let settled = Bell()

    /// Nothing is carried on before `run`, or before the clock is moved by hand.
    package init(_ environment: EngineEnvironment) {
        self.environment = environment
        learning = LearningJobs(environment)
    }

    // MARK: Running

    /// Carries jobs on until the program is asked to end.
    package func run() async throws {
        try await load()
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.work() }
                group.addTask { try await self.learning.run() }
                try await group.waitForAll()
            }
        }
        for performer in performers.values { performer.cancellation.close() }
    }

    private func work() async {
        // Any other group keeps its finished turns until somebody asks for them.
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                if !isAdvancing {
                    for job in due(at: environment.serverClock.now())
                    where running.count < environment.settings.concurrentJobs {
                        running.insert(job)
                        group.addTask { await self.turn(of: job) }
                    }
                }
                await bell.wait(atMost: pause())
            }
            for performer in performers.values { performer.cancellation.close() }
            group.cancelAll()
        }
    }

    /// Looks into the store for jobs to carry on; needed once.
    private func load() async throws {
        guard !isLoaded else { return }
        for job in try await environment.jobs.activeJobs() { wakes[job.id] = wakes[job.id] ?? .epoch }
        isLoaded = true
    }

    private func due(at now: Instant) -> [JobID] {
        wakes.filter { $0.value <= now && !running.contains($0.key) }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
            .map(\.key)
    }

    /// How long there is nothing to do. Work that falls due close together is taken together.
    private func pause() -> Duration {
        guard environment.serverClock.mode == .live, !isAdvancing else { return .seconds(1) }
        let waiting = wakes.filter { !running.contains($0.key) }.values.min()
        guard let waiting else { return .seconds(1) }
        return min(max(waiting - environment.serverClock.now(), .milliseconds(2)), .seconds(1))
    }

    private func turn(of job: JobID) async {
        await carryOn(job, horizon: environment.serverClock.now())
        running.remove(job)
        bell.ring()
        settled.ring()
    }

    /// Gives a job a turn. Returns an error that could not even be made the job's own: it stays where it is.
    @discardableResult
    private func carryOn(_ job: JobID, horizon: Instant) async -> (any Error)? {
        do {
            guard let performer = try await performer(of: job) else {
                wakes[job] = nil
                return nil
            }
            // A request may ask for the job while the turn is under way: then it has a time again.
            wakes[job] = .distantFuture
            let next = try await performer.turn(horizon: horizon)
            failures[job] = nil
            if let next {
                wakes[job] = min(next, wakes[job] ?? .distantFuture)
            } else {
                retire(job)
            }
        } catch is CancellationError {
            wakes[job] = .epoch
        } catch {
            return await fail(job, error)
        }
        return nil
    }

    /// An error of ours: tried again a few times, further and further apart, then the job fails with it.
    private func fail(_ job: JobID, _ error: any Error) async -> (any Error)? {
        let progress = await performers[job]?.progress ?? 0
        let earlier = failures[job].flatMap { $0.progress == progress ? $0.count : nil } ?? 0
        let count = earlier + 1
        failures[job] = (count, progress)
        environment.logger.error(
            "A turn of a labeling job failed",
            metadata: ["job": "\(job)", "attempt": "\(count)", "error": "\(error)"])
        guard count > environment.limits.engineRetries else {
            wakes[job] = environment.serverClock.now() + .milliseconds(50 << count)
            return nil
        }
        failures[job] = nil
        guard let performer = performers[job] else {
            wakes[job] = environment.serverClock.now() + .seconds(10)
            return error
        }
        do {
            try await performer.abort(FailureText.internalError("\(error)"))
            wakes[job] = .epoch
            return nil
        } catch {
            wakes[job] = environment.serverClock.now() + .seconds(10)
            return error
        }
    }

    func performer(of job: JobID) async throws -> JobPerformer? {
        if let performer = performers[job] { return performer }
        guard let row = try await environment.jobs.job(job),
            let specification = LabelingJobSpecification(decoding: row.specification)
        else { return nil }
        let made = JobPerformer(job, specification: specification, environment: environment)
        performers[job] = made
        return made
    }

    /// Lets a job have its next turn at an instant of server time, or earlier.
    func wake(_ job: JobID, at instant: Instant) {
        wakes[job] = min(instant, wakes[job] ?? .distantFuture)
        bell.ring()
    }

    private func retire(_ job: JobID) {
        wakes[job] = nil
        performers[job] = nil
        failures[job] = nil
    }

    // MARK: What services ask

    /// Takes a job in; nil where its name is taken.
    package func submit(_ specification: LabelingJobSpecification, archivesTerminal: Bool) async throws -> JobID? {
        let job = LabelingJob(plan: specification.plan, at: specification.created)
        let new = NewJob(
            name: JobName(
                account: specification.account, region: specification.region, name: specification.name),
            created: specification.created, status: job.phase.status, specification: specification.encoded,
            state: job.encoded, due: specification.created,
            events: [specification.event(of: job.phase.status, at: specification.created, environment.entropy)])
        guard let id = try await environment.jobs.create(new, archivesTerminal: archivesTerminal) else { return nil }
        environment.display.note(job.phase.status, of: id)
        wakes[id] = specification.created
        bell.ring()
        return id
    }

    /// Calls functions of the customer's own, for jobs.
    package nonisolated var functions: any FunctionCaller { environment.functions }

    /// What a job with automated labeling and this learner should not expect; nil where there is nothing to say.
    package nonisolated func limitation(of learner: Steering.Learner, for type: TaskType) -> String? {
        environment.learners.limitation(of: learner, for: type)
    }

    /// Asks a job to stop. A job that has ended stays as it is.
    package func stop(_ job: JobRow) async throws {
        guard !job.isTerminal, let performer = try await performer(of: job.id) else { return }
        // First the request, then the cut: an effect that is cut off finds that the job has left its phase.
        try await performer.stop()
        performer.cancellation.cancel()
        wakes[job.id] = .epoch
        bell.ring()
    }

    /// Removes a job that has ended, or all traces of an account's jobs.
    package func forget(_ jobs: [JobID]) async {
        for job in jobs {
            if let performer = performers[job] {
                performer.cancellation.close()
                while running.contains(job) { await settled.wait(atMost: .milliseconds(100)) }
                await performer.releaseAll()
            }
            retire(job)
            environment.display.forget(job)
        }
    }

    /// The status to show for a job.
    package nonisolated func visibleStatus(of job: JobRow, isDescribe: Bool = false) -> String {
        guard environment.serverClock.mode == .live else { return job.status }
        return environment.display.visible(job.status, of: job.id, isDescribe: isDescribe)
    }

    // MARK: Clock

    /// Stops the server clock, at once or at a later instant, and finishes what is due.
    package func freezeClock(at instant: Instant?) async throws {
        environment.serverClock.freeze()
        if let instant, instant > environment.serverClock.now() { try await advanceClock(to: instant) }
        try await settle()
    }

    /// Moves a frozen clock; everything that falls due on the way happens in order, before the answer.
    package func advanceClock(to target: Instant) async throws {
        try await load()
        while isAdvancing { await settled.wait(atMost: .milliseconds(100)) }
        isAdvancing = true
        defer {
            isAdvancing = false
            bell.ring()
            settled.ring()
        }
        while !running.isEmpty { await settled.wait(atMost: .milliseconds(100)) }
        while let next = wakes.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }), next.value <= target {
            try Task.checkCancellation()
            let others = wakes.filter { $0.key != next.key }.values.min() ?? target
            // The clock stands: what cannot be stored now would be tried for ever.
            if let error = await carryOn(next.key, horizon: max(next.value, min(target, others))) { throw error }
        }
        try await learning.advance(to: target)
        environment.serverClock.move(to: target)
    }

    /// Finishes what is due now.
    package func settle() async throws {
        guard environment.serverClock.mode == .manual else { return }
        try await advanceClock(to: environment.serverClock.now())
    }

    /// Lets the server clock run on from where it stands, and the jobs with it.
    package func resumeClock() {
        environment.serverClock.resume()
        bell.ring()
        learning.wakeUp()
    }
}
