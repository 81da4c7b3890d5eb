// One case per effect; each is performed in a file of its own. An error that the job's account gets (a denied read, a
// bucket that is gone) is an outcome of the job; any other error is ours, and the turn is tried again.

internal import Kernel
internal import Labeling
internal import Store

extension JobPerformer {
    func perform(_ effect: LabelingJob.Effect, sequence: Int64) async throws -> Position {
        cancellation.reset()
        do {
            switch effect {
            case .loadManifest: return try await loadManifest(sequence)
            case .chooseBatch(let selection): return try await chooseBatch(selection, sequence)
            case .consolidate(let call): return try await consolidate(call, sequence)
            case .expireOpenObjects(let round, let at): return try await expireOpenObjects(round, at, sequence)
            case .cancelOpenObjects(let round): return try await cancelOpenObjects(round, sequence)
            case .train(let round, let at): return try await train(round, at, sequence)
            case .predict(let round, let at, let model): return try await predict(round, at, model, sequence)
            case .export(let isFinal, let at): return try await export(isFinal: isFinal, at, sequence)
            case .record: return try await skip(sequence)
            }
        } catch let error as ServiceError {
            return try await refuse(effect, error, sequence)
        } catch let error as UncallableFunction {
            return try await commit(.aborted(error.reason), at: now, finishing: sequence)
        }
    }

    /// The effect met an error of the account's own: the job fails, and says why.
    private func refuse(
        _ effect: LabelingJob.Effect, _ error: ServiceError, _ sequence: Int64
    ) async throws -> Position {
        if error.fault == .server { throw error }
        let cause = "\(error.code): \(error.message)"
        switch effect {
        case .export(isFinal: true, _):
            // Nothing more can be written; the job still has to end.
            return try await commit(.outputsWritten(isFinal: true), at: now, finishing: sequence)
        case .loadManifest:
            return try await commit(
                .manifestRejected(FailureText.manifestUnreadable(specification.manifest.description, cause: cause)),
                at: now, finishing: sequence)
        case .chooseBatch, .consolidate, .expireOpenObjects, .cancelOpenObjects, .train, .predict, .export, .record:
            return try await commit(
                .aborted(
                    FailureText.outputRefused(specification.output.uri(specification.output.prefix), cause: cause)),
                at: now, finishing: sequence)
        }
    }

    /// Leaves an effect behind without an event.
    func skip(_ sequence: Int64) async throws -> Position {
        let plan = specification.plan, save = saver
        return try await environment.jobs.change(id, .engine) { change in
            try change.finishEffect(sequence)
            let job = try JobChange.job(change, plan)
            return try save(job, [], change, from: job.phase.status)
        }
    }

    /// Leaves an effect that was cut off: for good when the job has been stopped, until the next start when the program
    /// is ending.
    func leave(_ sequence: Int64) async throws -> Position {
        if cancellation.isClosing { throw CancellationError() }
        return try await skip(sequence)
    }

    /// Whether the job is still in the phase that an effect was meant for; a stop may have come first.
    func isIn(_ phase: LabelingJob.Phase) async throws -> Bool {
        try await current().job.phase == phase
    }

    /// The task of this job over its label categories, which were kept when the manifest was loaded; workflows of the
    /// customer's own may have none.
    func labelingTask() async throws -> any LabelingTask {
        if let task { return task }
        let file = try await environment.jobs.read(id) { try $0.document(JobDocument.categories) }
        let type = specification.taskType
        let categories =
            try file.map { try LabelCategories(parsing: $0, for: type, isAutomated: specification.isAutomated) }
            ?? (type.needsLabelCategories ? nil : LabelCategories.none)
        guard let made = categories.flatMap({ type.task($0) }) else {
            throw EngineFailure.unreadable("label categories of job \(id)")
        }
        task = made
        return made
    }
}

/// Names of the documents kept with a job.
enum JobDocument {
    static let categories = "categories"
    /// What is known of the workers, where the method of consolidation learns over calls.
    static let workerStatistics = "worker-statistics"
    /// Which tasks real people hold, as `TaskLeases.encoded`.
    static let leases = "leases"
    /// The latest model, as `LearnedModel.encoded`.
    static let model = "model"
    /// What out-of-fold models said of the objects that it was trained on, as `HeldOut.encoded`.
    static let heldOut = "held-out"
    /// Machine labels that people check, as `Audits.encoded`.
    static let audits = "audits"
    /// What machine labels rest on, over all rounds, as `Assurance.json`.
    static let assured = "assured"
    /// What the checks say at the end, as JSON, for the report.
    static let auditReport = "audit-report"
    /// The model to start from, as found at the initial model's address.
    static let initialModel = "initial-model"
}
