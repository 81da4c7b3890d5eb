// Jobs over the control API: what the documented operations do not show, waiting, and removal.

internal import Engine
internal import JSON
package import Kernel
internal import Labeling
internal import Objects
package import Shapes
internal import Store

extension ControlService {
    /// Shows a job with phase and steering.
    package func describeJob(
        _ input: Control.JobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        answer(try await report(of: try await job(input, context), timeline: [], context))
    }

    /// A job's report: shares, rounds and thresholds, costs.
    package func getJobReport(
        _ input: Control.JobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let row = try await job(input, context)
        return answer(try await report(of: row, timeline: try await timeline(row.id, context), context))
    }

    /// A job's timeline.
    package func getJobTimeline(
        _ input: Control.JobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let row = try await job(input, context)
        return answer(["timeline": JobReport.timeline(try await timeline(row.id, context))])
    }

    /// Answers when a job shows a status, or has ended, or the time is over.
    package func waitForJob(
        _ input: Control.WaitForJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.DocumentResponse {
        let seconds = input.timeoutSeconds ?? 60
        guard seconds >= 0, seconds <= 3600 else {
            throw .validation("Value '\(seconds)' at 'timeout' must be at least 0 and at most 3600 seconds.")
        }
        var waited = Duration.zero
        while true {
            let row = try await job(
                input.jobName, account: input.account, region: input.region, context)
            let status = engine.visibleStatus(of: row, isDescribe: true)
            let isThere = input.status.map { $0.rawValue == status } ?? false
            if isThere || (row.isTerminal && status == row.status) {
                return answer(try await report(of: row, timeline: [], context))
            }
            guard waited < .milliseconds(Int64(seconds * 1000)) else {
                throw ServiceError(
                    "WaitTimeout", status: 408,
                    "The labeling job \(input.jobName) is \(status) after \(seconds) seconds.")
            }
            await pause(.milliseconds(20))
            waited += .milliseconds(20)
        }
    }

    /// Removes a job that has ended; its name is free again.
    package func deleteJob(
        _ input: Control.DeleteJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        let row = try await job(input.jobName, account: input.account, region: input.region, context)
        guard row.isTerminal else {
            throw .resourceInUse(
                "The labeling job \(row.name.name) is \(row.status); only a job that has ended can be removed.")
        }
        if input.withOutput == true, let specification = LabelingJobSpecification(decoding: row.specification) {
            try await deleteObjects(
                below: specification.output.prefix, in: specification.output.bucket,
                Caller(Principal(account: specification.account), now: context.now))
        }
        await engine.forget([row.id])
        try await internally(context, logger) { try await jobs.remove(row.id) }
        return EmptyShape()
    }

    private func job(_ input: Control.JobRequest, _ context: RequestContext) async throws(ServiceError) -> JobRow {
        try await job(input.jobName, account: input.account, region: input.region, context)
    }

    private func timeline(_ id: JobID, _ context: RequestContext) async throws(ServiceError) -> [TimelineRow] {
        try await internally(context, logger) {
            try await jobs.timeline(of: id, after: 0, limit: limits.timelineEntries)
        }
    }

    private func report(
        of row: JobRow, timeline: [TimelineRow], _ context: RequestContext
    ) async throws(ServiceError) -> JSONValue {
        guard let specification = LabelingJobSpecification(decoding: row.specification),
            let job = LabelingJob(decoding: row.state, plan: specification.plan)
        else { throw .internalFailure("The labeling job \(row.name.name) cannot be read.") }
        let id = row.id
        let audits = try await internally(context, logger) { try await jobs.read(id) { try JobReport.audits($0) } }
        return JobReport.report(specification, job, status: engine.visibleStatus(of: row), timeline, audits: audits)
    }

    /// Deletes all objects below a prefix.
    func deleteObjects(below prefix: String, in bucket: String, _ caller: Caller) async throws(ServiceError) {
        while true {
            var request = ListObjectsRequest(bucket, caller)
            request.prefix = prefix
            let keys = try await objects.listObjects(request).objects.map(\.key)
            if keys.isEmpty { return }
            _ = try await objects.deleteObjects(keys.map { DeletionEntry($0) }, in: bucket, caller)
        }
    }
}
