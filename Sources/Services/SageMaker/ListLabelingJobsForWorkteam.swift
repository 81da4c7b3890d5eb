// ListLabelingJobsForWorkteam: the jobs of a team, as far as its people are concerned.

internal import Engine
package import Kernel
internal import Labeling
package import Shapes
internal import Store

extension SageMakerService {
    /// Lists the jobs that a work team labels. AWS reference: ListLabelingJobsForWorkteam.
    package func listLabelingJobsForWorkteam(
        _ input: SageMaker.ListLabelingJobsForWorkteamRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.ListLabelingJobsForWorkteamResponse {
        var query = JobQuery(account: context.account, region: context.region)
        query.createdAfter = input.creationTimeAfter?.lastShownAsThat
        query.createdBefore = input.creationTimeBefore?.firstShownAsThat
        query.isDescending = input.sortOrder == .descending
        let wanted = query
        let rows = try await internally(context, logger) { try await jobs.jobs(wanted) }
        var found: [(row: JobRow, specification: LabelingJobSpecification)] = []
        for row in rows {
            let specification = try await specification(of: row, context)
            guard specification.workteamArn == input.workteamArn,
                input.jobReferenceCodeContains.map({ specification.referenceCode.contains($0) }) ?? true
            else { continue }
            found.append((row, specification))
        }
        let page = try Page(of: found, size: input.maxResults, token: input.nextToken)
        var summaries: [SageMaker.LabelingJobForWorkteamSummary] = []
        for (row, specification) in page.elements {
            summaries.append(try await summary(of: row, specification, context))
        }
        return SageMaker.ListLabelingJobsForWorkteamResponse(
            labelingJobSummaryList: summaries, nextToken: page.nextToken)
    }

    private func summary(
        of row: JobRow, _ specification: LabelingJobSpecification, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.LabelingJobForWorkteamSummary {
        let job = try await state(of: row, specification, context)
        let view = LabelingJobView(row, specification, job, visible: engine.visibleStatus(of: row))
        return SageMaker.LabelingJobForWorkteamSummary(
            labelingJobName: specification.name, jobReferenceCode: specification.referenceCode,
            workRequesterAccountId: specification.account.description, creationTime: view.created,
            labelCounters: SageMaker.LabelCountersForWorkteam(
                humanLabeled: view.counters.humanLabeled, pendingHuman: view.counters.unlabeled,
                total: view.status == .initializing ? 0 : job.counters.objects),
            numberOfHumanWorkersPerDataObject: specification.workersPerObject)
    }
}
