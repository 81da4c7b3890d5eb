// Giving a task back: with an answer, without one, or as one that should not be asked. Whoever comes too late is told
// so, and the answer is kept, though it does not count.

internal import Engine
internal import JSON
package import Kernel
internal import Labeling
package import Shapes
internal import Store

extension WorkService {
    /// Takes the answer to a task that the worker holds. Sending it again is harmless.
    package func submitTask(
        _ input: Control.SubmitTaskRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let context = try context.scoped(input.account, input.region)
        let worker = try await worker(input.worker, context)
        let (id, job) = try await task(input.taskId, of: worker, context)
        let answer = try answer(of: worker, input)
        switch try await internally(
            context, controls.logger, { try await controls.engine.submit(answer, to: id, of: job.row) })
        {
        case .taken: return outcome("submitted", id, job)
        case .unusable(let reason):
            throw .validation(
                "Value at 'answerContent' does not answer the task: "
                    + (reason ?? job.specification.taskType.answerRule) + ".")
        case .late(let number):
            let kept =
                number.map { "The answer is kept as number \($0) of /_groundwork/work/late/\(job.row.name.name)" }
                ?? "The answer is not kept, because the job has as many late answers as are kept"
            throw Self.expired(input.taskId, worker, kept + ", and does not count.")
        }
    }

    /// Takes a task back that the worker does not want to answer; the worker is not offered the object again.
    package func declineTask(
        _ input: Control.GiveBackTaskRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        try await giveBack(input, declines: true, context)
    }

    /// Takes a task back that the worker leaves to others, or to later.
    package func releaseTask(
        _ input: Control.GiveBackTaskRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        try await giveBack(input, declines: false, context)
    }

    /// Shows the answers to a job that came too late, behind `?after=`.
    package func listLateAnswers(
        _ input: Control.ListLateAnswersRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let context = try context.scoped(input.account, input.region)
        let row = try await controls.job(input.jobName, account: nil, region: nil, context)
        let after = input.after ?? 0
        let answers = try await internally(context, controls.logger) {
            try await controls.engine.lateAnswers(
                of: row.id, after: after, limit: controls.limits.lateAnswersPage)
        }
        return answer(["lateAnswers": .array(answers), "next": .integer(after + answers.count)])
    }

    // MARK: Steps

    private func giveBack(
        _ input: Control.GiveBackTaskRequest, declines: Bool, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let context = try context.scoped(input.account, input.region)
        let worker = try await worker(input.worker, context)
        let (id, job) = try await task(input.taskId, of: worker, context)
        let isTaken = try await internally(context, controls.logger) {
            try await controls.engine.giveBack(id, of: job.row, by: worker.identity.id, declines: declines)
        }
        guard isTaken else { throw Self.expired(input.taskId, worker, "There is nothing to give back.") }
        return outcome(declines ? "declined" : "released", id, job)
    }

    /// The job of a task; it may have ended.
    private func task(
        _ text: String, of worker: TeamMember, _ context: RequestContext
    ) async throws(ServiceError) -> (id: PortalTaskID, job: OpenJob) {
        if let id = PortalTaskID(text) {
            let row = try await internally(context, controls.logger) { try await controls.jobs.job(id.job) }
            if let row, row.name.account == context.account, row.name.region == context.region,
                let specification = LabelingJobSpecification(decoding: row.specification),
                specification.workteamArn == worker.team, specification.steering.workforce == .portal
            {
                return (id, OpenJob(row: row, specification: specification))
            }
        }
        throw ServiceError(
            "TaskNotFound", status: 404, "There is no task \(text) for \(worker.name) in account \(context.account).")
    }

    private func answer(
        of worker: TeamMember, _ input: Control.SubmitTaskRequest
    ) throws(ServiceError) -> PortalAnswer {
        let content = input.answerContent.bytes
        guard content.first == UInt8(ascii: "{") else {
            throw .validation("Value at 'answerContent' must be an object keyed by the names of a page's elements.")
        }
        guard content.count <= controls.limits.answerBytes else {
            throw .validation(
                "Value at 'answerContent' has \(content.count) bytes; at most \(controls.limits.answerBytes) are "
                    + "allowed."
            )
        }
        return PortalAnswer(
            worker: worker.identity.id, content: content,
            timeSpent: input.timeSpentInSeconds.map { .microseconds(Int64($0 * 1_000_000)) })
    }

    private func outcome(_ status: String, _ id: PortalTaskID, _ job: OpenJob) -> Control.DocumentResponse {
        answer([
            "taskId": .string(id.description), "job": .string(job.specification.name), "status": .string(status),
        ])
    }

    private static func expired(_ task: String, _ worker: TeamMember, _ consequence: String) -> ServiceError {
        ServiceError(
            "TaskExpired", status: 409,
            "\(worker.name) does not hold the task \(task): its time has run out, it was given back, or the job "
                + "needs no more answers. \(consequence)")
    }
}

extension TaskType {
    /// What an answer must hold, as the end of a sentence.
    fileprivate var answerRule: String {
        switch base {
        case .imageMultiClass, .textMultiClass:
            "one member must be {\"label\": …} with one of the job's labels"
        case .imageMultiClassMultiLabel, .textMultiClassMultiLabel:
            "one member must be {\"labels\": […]} with labels of the job"
        case .boundingBox:
            "one member must be {\"boundingBoxes\": [{\"label\", \"left\", \"top\", \"width\", \"height\"}, …]} "
                + "with labels of the job"
        case .semanticSegmentation:
            "one member must be {\"labeledImage\": {\"pngImageData\": …}, "
                + "\"labelMappings\": {label: {\"color\": …}}} with a PNG in base64 and labels of the job"
        case .namedEntityRecognition:
            "one member must be {\"entities\": [{\"label\", \"startOffset\", \"endOffset\"}, …]} with labels of "
                + "the job"
        default: "it must be a JSON object"
        }
    }
}
