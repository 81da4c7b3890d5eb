// What comes from outside a turn: a stop request, and the end of a job that we could not carry on.

internal import Kernel
internal import Labeling
internal import Store

extension JobPerformer {
    /// Applies a stop request at once, ahead of the engine's own work. A turn under way finds the new state at its next
    /// commit; what it brings is then late and changes nothing.
    nonisolated func stop() async throws { try await interrupt(.stopRequested) }

    /// Ends the job with an error of ours. What was still to be done is given up, for it may be what cannot be done; a
    /// job that was ending already ends without its last output.
    nonisolated func abort(_ reason: String) async throws {
        let plan = specification.plan, save = saver, instant = now
        let position = try await environment.jobs.change(id, .interactive) { change in
            var job = try JobChange.job(change, plan)
            let before = job.phase.status
            try change.dropEffects()
            var effects = job.apply(.aborted(reason), at: instant)
            if LabelingJob.areLate(effects) { effects += job.apply(.outputsWritten(isFinal: true), at: instant) }
            return try save(job, effects, change, from: before)
        }
        environment.display.note(position.job.phase.status, of: id)
    }

    private nonisolated func interrupt(_ event: LabelingJob.Event) async throws {
        let plan = specification.plan, save = saver, instant = now
        let position = try await environment.jobs.change(id, .interactive) { change in
            var job = try JobChange.job(change, plan)
            let before = job.phase.status, effects = job.apply(event, at: instant)
            return try save(job, effects, change, from: before)
        }
        environment.display.note(position.job.phase.status, of: id)
    }
}
