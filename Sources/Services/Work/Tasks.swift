// Open work, and taking a task: what a worker's page, or a bot, needs to know of the object, for as long as the worker
// holds the task.

internal import Engine
internal import JSON
package import Kernel
internal import Labeling
package import Shapes
internal import Store

extension WorkService {
    /// Lists the jobs that wait for a worker, with how much there is to do in each.
    package func listWork(
        _ input: Control.ListWorkRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let context = try context.scoped(input.account, input.region)
        let worker = try await worker(input.worker, context)
        var jobs: [JSONValue] = []
        for job in try await openJobs(of: worker.team, context) {
            let work = try await internally(context, controls.logger) {
                try await controls.engine.portalWork(of: job.row, for: worker.identity.id)
            }
            var shown = Self.json(job.specification)
            shown["taskTimeLimitInSeconds"] = .integer(Int(job.specification.taskTimeLimit.inSeconds))
            shown["status"] = .string(controls.engine.visibleStatus(of: job.row))
            shown["progress"] = Self.json(work ?? PortalWork())
            shown["isHeld"] = .bool(work?.isHolding ?? false)
            jobs.append(.object(shown))
        }
        return answer(["worker": worker.json, "jobs": .array(jobs)])
    }

    /// Gives a worker a task: the one that the worker holds, or the next one, of one job or of any.
    package func claimTask(
        _ input: Control.ClaimTaskRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let context = try context.scoped(input.account, input.region)
        let worker = try await worker(input.worker, context)
        let jobs = try await jobs(input.job, of: worker, context)
        let task = try await internally(context, controls.logger) { () -> PortalTask? in
            for job in jobs {
                if let held = try await controls.engine.heldTask(of: job.row, by: worker.identity.id) { return held }
            }
            for job in jobs {
                if let task = try await controls.engine.claimTask(of: job.row, by: worker.identity.id) { return task }
            }
            return nil
        }
        return answer(["task": task.map { json($0, context) } ?? .null])
    }

    /// The jobs to take a task of; none where the one that was named has ended.
    private func jobs(
        _ name: String?, of worker: TeamMember, _ context: RequestContext
    ) async throws(ServiceError) -> [OpenJob] {
        guard let name else { return try await openJobs(of: worker.team, context) }
        let row = try await controls.job(name, account: nil, region: nil, context)
        if row.isTerminal { return [] }
        guard let job = Self.openJob(row) else {
            throw .validation("The labeling job \(name) is not done by real people: its workforce is not 'portal'.")
        }
        guard job.specification.workteamArn == worker.team else {
            throw .validation(
                "The labeling job \(name) is for the team \(job.specification.workteamArn); \(worker.name) is a member "
                    + "of \(worker.team).")
        }
        return [job]
    }

    // MARK: As JSON

    /// Task types that the page of this version shows.
    private static let shownOnPage: Set<TaskType> = [.imageMultiClass, .textMultiClass]

    private static func json(_ specification: LabelingJobSpecification) -> JSONObject {
        let task = EchoedLabelingJob(document: specification.echo).humanTaskConfig
        return [
            "job": .string(specification.name), "taskType": .string(specification.taskType.rawValue),
            "title": .string(task.taskTitle), "description": .string(task.taskDescription),
            "keywords": .array((task.taskKeywords ?? []).map { .string($0) }),
            "isOnPage": .bool(shownOnPage.contains(specification.taskType)),
        ]
    }

    private static func json(_ work: PortalWork) -> JSONValue {
        [
            "done": .integer(work.done), "pending": .integer(work.pending),
            "objects": .integer(work.counters.objects), "labeled": .integer(work.counters.labeled),
            "failed": .integer(work.counters.failed),
        ]
    }

    private func json(_ task: PortalTask, _ context: RequestContext) -> JSONValue {
        let left = task.expires - controls.serverClock.now()
        var shown: JSONObject = ["taskId": .string(task.id.description)]
        for member in Self.json(task.specification).members { shown[member.name] = member.value }
        shown["taskInput"] = task.input
        shown["object"] = object(task.source, for: left, context)
        shown["labels"] = .array(task.categories.names.map { .string($0) })
        shown["expiresAt"] = .string(task.expires.iso8601Milliseconds)
        shown["secondsLeft"] = .double(left.inSeconds)
        shown["progress"] = Self.json(task.work)
        return .object(shown)
    }

    /// A text as it is; for anything else its address, and one under which it can be read while the task is held, as
    /// far as the job's account may.
    private func object(_ source: ObjectSource, for left: Duration, _ context: RequestContext) -> JSONValue {
        guard case .reference(let uri) = source else { return ["text": .string(source.text)] }
        let lifetime = Duration.seconds(min(max(Int64(left.inSeconds), 1), Self.longestPresigned))
        let access = ReadAccess(credentials, entropy, lifetime: lifetime, context)
        return ["uri": .string(uri), "url": (try? access.grant(uri)).map { .string($0) } ?? .null]
    }

    /// Seven days (API reference: query authentication).
    private static let longestPresigned: Int64 = 604_800
}
