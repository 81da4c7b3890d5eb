// Carries training and transform jobs on. What must last of a job is the document of its resource; every change of it
// expects the document that was read, so that a stop and a step do not overwrite each other. What is here can be made
// again at a start: a job that was cut off begins its phase anew.

package import Kernel
internal import Labeling
internal import Learning
internal import Logging
package import Store

/// The training and transform jobs of one program.
package actor LearningJobs {
    private let environment: EngineEnvironment
    /// When each job that goes on next has something to do, in server time.
    private var wakes: [ResourceName: Instant] = [:]
    private var running: [ResourceName: Cancellation] = [:]
    /// When a job has run as long as it may.
    private var deadlines: [ResourceName: Instant] = [:]
    /// What trainings have made and not yet written. Lost with the program: then it is made again.
    private var results: [ResourceName: TrainingRun.Result] = [:]
    private var failures: [ResourceName: Int] = [:]
    private var isLoaded = false
    private var isAdvancing = false
    private let bell = Bell()
    private let settled = Bell()

    init(_ environment: EngineEnvironment) { self.environment = environment }

    // MARK: What services ask

    /// Takes a job in; says where its name is taken.
    package func submit(_ job: LearningJob) async throws -> ResourceCreation {
        let creation = try await environment.control.create(job.resource, limit: .max)
        if creation == .created { wake(job.name, at: job.created + environment.settings.minimumState) }
        return creation
    }

    /// Asks a job to stop. Nil where there is none; else what it is by then, unchanged where it had ended.
    package func stop(_ name: ResourceName) async throws -> LearningJob? {
        let now = environment.serverClock.now()
        guard let job = try await change(name, { _ = $0.stop(at: now) }) else { return nil }
        if !job.phase.isTerminal {
            running[name]?.cancel()
            wake(name, at: now + environment.settings.minimumState)
        }
        return job
    }

    /// Forgets the jobs of an account, or of all; their rows are somebody else's affair. Returns when none of them does
    /// anything any more.
    package func forget(_ account: AccountID?) async {
        let names = Set(wakes.keys).union(running.keys).filter { account == nil || $0.account == account }
        for name in names {
            wakes[name] = nil
            running[name]?.close()
        }
        for name in names {
            while running[name] != nil { await settled.wait(atMost: .milliseconds(100)) }
            retire(name)
        }
    }

    // MARK: Running

    /// Carries jobs on until the task is cancelled.
    func run() async throws {
        try await load()
        // As in `Engine.work`: finished turns are not kept.
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let now = environment.serverClock.now()
                expire(at: now)
                if !isAdvancing {
                    for name in due(at: now) where running.count < environment.settings.concurrentJobs {
                        running[name] = Cancellation()
                        group.addTask {
                            _ = await self.turn(
                                of: name,
                                at: { [environment = self.environment] in
                                    environment.serverClock.now()
                                })
                        }
                    }
                }
                await bell.wait(atMost: pause())
            }
            for cancellation in running.values { cancellation.close() }
        }
    }

    /// Looks into the store for jobs to carry on; needed once.
    private func load() async throws {
        guard !isLoaded else { return }
        for kind in [ResourceName.Kind.trainingJob, .transformJob] {
            for resource in try await environment.control.resources(kind) {
                guard let job = LearningJob(resource), !job.phase.isTerminal else { continue }
                wakes[job.name] = wakes[job.name] ?? job.modified + environment.settings.minimumState
            }
        }
        isLoaded = true
    }

    private func due(at now: Instant) -> [ResourceName] {
        wakes.filter { $0.value <= now && running[$0.key] == nil }
            .sorted { ($0.value, $0.key.order) < ($1.value, $1.key.order) }.map(\.key)
    }

    private func pause() -> Duration {
        guard environment.serverClock.mode == .live, !isAdvancing else { return .seconds(1) }
        let next = (wakes.filter { running[$0.key] == nil }.map(\.value) + deadlines.values).min()
        guard let next else { return .seconds(1) }
        return min(max(next - environment.serverClock.now(), .milliseconds(2)), .seconds(1))
    }

    /// Cuts off what has run as long as it may.
    private func expire(at now: Instant) {
        for (name, deadline) in deadlines where deadline <= now { running[name]?.cancel() }
    }

    private func wake(_ name: ResourceName, at instant: Instant) {
        wakes[name] = min(instant, wakes[name] ?? .distantFuture)
        bell.ring()
    }

    private func retire(_ name: ResourceName) {
        wakes[name] = nil
        deadlines[name] = nil
        results[name] = nil
        failures[name] = nil
    }

    // MARK: Clock

    /// Lets everything happen that falls due up to an instant, in order; the clock stands meanwhile.
    func advance(to target: Instant) async throws {
        try await load()
        while isAdvancing { await settled.wait(atMost: .milliseconds(100)) }
        isAdvancing = true
        defer {
            isAdvancing = false
            bell.ring()
            settled.ring()
        }
        while !running.isEmpty { await settled.wait(atMost: .milliseconds(100)) }
        let start = environment.serverClock.now()
        while let next = due(at: target).first, let wake = wakes[next] {
            try Task.checkCancellation()
            let at = max(wake, start)
            running[next] = Cancellation()
            if let error = await turn(of: next, at: { at }) { throw error }
        }
    }

    /// Looks anew when there is something to do: the clock runs on.
    nonisolated func wakeUp() { bell.ring() }

    // MARK: Turns

    /// Gives a job a turn. Returns an error that could not be made the job's own.
    private func turn(of name: ResourceName, at now: @escaping @Sendable () -> Instant) async -> (any Error)? {
        defer {
            running[name] = nil
            bell.ring()
            settled.ring()
        }
        guard let cancellation = running[name] else { return nil }
        wakes[name] = .distantFuture
        do {
            guard let resource = try await environment.control.resource(name), let job = LearningJob(resource),
                !job.phase.isTerminal
            else {
                retire(name)
                return nil
            }
            try await step(job, cancellation, now)
            failures[name] = nil
        } catch {
            if cancellation.isClosing { return nil }
            return await fail(name, error, now)
        }
        return nil
    }

    private func step(
        _ job: LearningJob, _ cancellation: Cancellation, _ now: @escaping @Sendable () -> Instant
    ) async throws {
        let name = job.name
        if job.phase == .stopping { return try await move(name, from: .stopping, to: .stopped, now) }
        switch job.order {
        case .training(let order):
            deadlines[name] = job.started.map { $0 + order.maximumRunTime }
            let run = TrainingRun(
                job: job, order: order, environment: environment, cancellation: cancellation, now: now)
            do { try await step(run, now) } catch LearningError.cancelled { try await cut(name, cancellation, now) }
        case .transform(let order):
            if job.phase == .starting { return try await move(name, from: .starting, to: .running, now) }
            let run = TransformRun(
                job: job, order: order, environment: environment, cancellation: cancellation, now: now)
            do {
                try await run.perform()
                try await move(name, from: .running, to: .completed, now)
            } catch LearningError.cancelled { try await cut(name, cancellation, now) }
        }
    }

    private func step(_ run: TrainingRun, _ now: @escaping @Sendable () -> Instant) async throws {
        let name = run.job.name
        switch run.job.phase {
        case .starting: try await move(name, from: .starting, to: .downloading, now)
        case .downloading:
            try await run.check()
            try await move(name, from: .downloading, to: .running, now)
        case .running:
            let result = try await run.perform()
            results[name] = result
            try await move(name, from: .running, to: .uploading, now) { $0.metrics = result.metrics }
        case .uploading:
            let made: TrainingRun.Result
            if let kept = results[name] { made = kept } else { made = try await run.perform() }
            try await run.upload(made.model)
            try await move(name, from: .uploading, to: .completed, now)
        case .stopping, .completed, .stopped, .failed: break
        }
    }

    /// Brings the job to its next phase, unless it has left the one it was in; then its next turn says what to do.
    private func move(
        _ name: ResourceName, from phase: LearningJob.Phase, to next: LearningJob.Phase,
        _ now: @Sendable () -> Instant, also: @Sendable (inout LearningJob) -> Void = { _ in }
    ) async throws {
        let instant = now()
        let job = try await change(name) { job in
            if job.advance(from: phase, to: next, at: instant) { also(&job) }
        }
        guard let job, !job.phase.isTerminal else { return retire(name) }
        // Trainings show where they are, each status for a while; the work itself begins at once.
        let begins = job.phase == next && next == .running
        wake(name, at: begins ? instant : instant + environment.settings.minimumState)
    }

    /// The work was cut off: by a stop, whose turn comes, by the end of its time, or by the end of the program.
    private func cut(
        _ name: ResourceName, _ cancellation: Cancellation, _ now: @Sendable () -> Instant
    ) async throws {
        if cancellation.isClosing { return }
        let instant = now(), deadline = deadlines[name]
        let job = try await change(name) { job in
            if let deadline, deadline <= instant { job.expire(at: instant) }
        }
        guard let job, !job.phase.isTerminal else { return retire(name) }
        wake(name, at: instant + environment.settings.minimumState)
    }

    /// What a customer can do something about fails the job; an error of ours is tried again a few times before.
    private func fail(
        _ name: ResourceName, _ error: any Error, _ now: @Sendable () -> Instant
    ) async -> (any Error)? {
        let instant = now()
        let reason: String
        switch error {
        case let refusal as TrainingRefusal: reason = refusal.failureReason
        case let error as LearningError: reason = "AlgorithmError: \(error)"
        default:
            let count = (failures[name] ?? 0) + 1
            failures[name] = count
            environment.logger.error(
                "A turn of a training or transform job failed",
                metadata: ["job": "\(name.name)", "attempt": "\(count)", "error": "\(error)"])
            guard count > environment.limits.engineRetries else {
                wake(name, at: instant + .milliseconds(50 << count))
                return nil
            }
            reason = "InternalServerError: \(error)"
        }
        do {
            let text = FailureText.bounded(reason)
            if let job = try await change(name, { $0.fail(text, at: instant) }), !job.phase.isTerminal {
                wake(name, at: instant)
            } else {
                retire(name)
            }
            return nil
        } catch {
            wakes[name] = instant + .seconds(10)
            return error
        }
    }

    /// Changes a job in the store, whatever happens to it meanwhile. Nil where there is none.
    private func change(
        _ name: ResourceName, _ body: @Sendable (inout LearningJob) -> Void
    ) async throws -> LearningJob? {
        while true {
            guard let resource = try await environment.control.resource(name), var job = LearningJob(resource) else {
                return nil
            }
            let before = job
            body(&job)
            if job == before { return job }
            if try await environment.control.replace(job.resource, expecting: resource.document) { return job }
        }
    }
}

extension ResourceName {
    /// For an order that is the same every time.
    fileprivate var order: String { "\(account) \(region) \(kind.rawValue) \(name.lowercased())" }
}

extension TrainingRefusal {
    /// Some texts already say whose error it is.
    fileprivate var failureReason: String { text.hasPrefix("ClientError: ") ? text : "ClientError: \(text)" }
}
