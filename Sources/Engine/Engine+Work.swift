// What the work API asks of the engine. The transaction decides; afterwards the job is woken when it next has something
// to do.

package import JSON
internal import Kernel
internal import Labeling
package import Store

extension Engine {
    /// How much of a job there is to do for a worker; nil where nothing is offered now.
    package func portalWork(of job: JobRow, for worker: String) async throws -> PortalWork? {
        try await portalPerformer(of: job)?.portalWork(for: worker)
    }

    /// The task of a job that a worker holds; nil where there is none.
    package func heldTask(of job: JobRow, by worker: String) async throws -> PortalTask? {
        try await portalPerformer(of: job)?.heldTask(of: worker)
    }

    /// Gives a worker a task of a job: the one that the worker holds, or the next; nil where there is none.
    package func claimTask(of job: JobRow, by worker: String) async throws -> PortalTask? {
        guard let task = try await portalPerformer(of: job)?.claim(by: worker) else { return nil }
        wake(job.id, at: task.expires)
        return task
    }

    /// Takes an answer to a task in. The answer is stored when this returns.
    package func submit(
        _ answer: PortalAnswer, to task: PortalTaskID, of job: JobRow
    ) async throws -> PortalSubmission {
        guard let performer = try await portalPerformer(of: job) else { return .late(kept: nil) }
        let submission = try await performer.submit(answer, to: task)
        if submission == .taken { wake(job.id, at: .epoch) }
        return submission
    }

    /// Takes a task back without an answer; false where the worker does not hold it any longer.
    package func giveBack(
        _ task: PortalTaskID, of job: JobRow, by worker: String, declines: Bool
    ) async throws -> Bool {
        guard let performer = try await portalPerformer(of: job) else { return false }
        let isTaken = try await performer.giveBack(task, by: worker, declines: declines)
        if isTaken { wake(job.id, at: .epoch) }
        return isTaken
    }

    /// The answers to a job that came too late, in the order they came, behind the first `position` of them.
    package nonisolated func lateAnswers(
        of job: JobID, after position: Int, limit: Int
    ) async throws -> [JSONValue] {
        try await environment.jobs.read(job) { reading in
            let count = try LateAnswers.count(reading)
            guard position < count else { return [] }
            return try (position + 1...min(count, position + limit)).compactMap { number in
                try reading.document(LateAnswers.name(number)).flatMap { try? JSONValue(parsing: $0) }
            }
        }
    }

    /// Nil for a job that real people have no part in. A job that has ended is looked at, not kept.
    private func portalPerformer(of job: JobRow) async throws -> JobPerformer? {
        guard let specification = LabelingJobSpecification(decoding: job.specification),
            specification.steering.workforce == .portal
        else { return nil }
        guard job.isTerminal else { return try await performer(of: job.id) }
        return JobPerformer(job.id, specification: specification, environment: environment)
    }
}
