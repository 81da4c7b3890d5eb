// ListLabelingJobs: filters and order in the store, the status filter here, because what is shown may lag behind.

internal import Engine
package import Kernel
internal import Labeling
package import Shapes
internal import Store

extension SageMakerService {
    /// Lists labeling jobs. AWS reference: ListLabelingJobs.
    package func listLabelingJobs(
        _ input: SageMaker.ListLabelingJobsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.ListLabelingJobsResponse {
        var query = JobQuery(account: context.account, region: context.region)
        query.createdAfter = input.creationTimeAfter?.lastShownAsThat
        query.createdBefore = input.creationTimeBefore?.firstShownAsThat
        query.modifiedAfter = input.lastModifiedTimeAfter?.lastShownAsThat
        query.modifiedBefore = input.lastModifiedTimeBefore?.firstShownAsThat
        query.nameContains = input.nameContains
        query.isDescending = input.sortOrder == .descending
        switch input.sortBy ?? .creationTime {
        case .name: query.order = .name
        case .creationTime: query.order = .creationTime
        case .status: query.order = .status
        }
        let wanted = query
        var rows = try await internally(context, logger) { try await jobs.jobs(wanted) }
        if let status = input.statusEquals {
            rows = rows.filter { engine.visibleStatus(of: $0) == status.rawValue }
        }
        let page = try Page(of: rows, size: input.maxResults, token: input.nextToken)
        var summaries: [SageMaker.LabelingJobSummary] = []
        for row in page.elements { summaries.append(try await summary(of: row, context)) }
        return SageMaker.ListLabelingJobsResponse(labelingJobSummaryList: summaries, nextToken: page.nextToken)
    }

    private func summary(
        of row: JobRow, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.LabelingJobSummary {
        let specification = try await specification(of: row, context)
        let view = LabelingJobView(
            row, specification, try await state(of: row, specification, context),
            visible: engine.visibleStatus(of: row))
        let echo = EchoedLabelingJob(document: specification.echo)
        return SageMaker.LabelingJobSummary(
            labelingJobName: specification.name, labelingJobArn: view.arn, creationTime: view.created,
            lastModifiedTime: view.modified, labelingJobStatus: view.status, labelCounters: view.counters,
            workteamArn: specification.workteamArn,
            preHumanTaskLambdaArn: echo.humanTaskConfig.preHumanTaskLambdaArn,
            annotationConsolidationLambdaArn: echo.humanTaskConfig.annotationConsolidationConfig?
                .annotationConsolidationLambdaArn,
            failureReason: view.failureReason, labelingJobOutput: view.output, inputConfig: echo.inputConfig)
    }
}

/// Answers show whole milliseconds, so filters must compare those: a job that is shown to be as old as the filter's
/// instant is neither older nor younger than it.
extension Instant {
    /// The last instant that is shown as this one.
    var lastShownAsThat: Instant { wholeMillisecond + .microseconds(999) }
    /// The first instant that is shown as this one, or later.
    var firstShownAsThat: Instant { self == wholeMillisecond ? self : wholeMillisecond + .milliseconds(1) }
}
