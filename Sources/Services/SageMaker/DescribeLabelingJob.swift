// DescribeLabelingJob: the request as it was accepted, the counters, and the output once there is one.

internal import Engine
package import Kernel
internal import Labeling
package import Shapes
internal import Store

extension SageMakerService {
    /// Shows a labeling job. AWS reference: DescribeLabelingJob.
    package func describeLabelingJob(
        _ input: SageMaker.DescribeLabelingJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.DescribeLabelingJobResponse {
        let row = try await job(input.labelingJobName, context)
        let specification = try await specification(of: row, context)
        let view = LabelingJobView(
            row, specification, try await state(of: row, specification, context),
            visible: engine.visibleStatus(of: row, isDescribe: true))
        let echo = EchoedLabelingJob(document: specification.echo)
        let tags = try await internally(context, logger) { try await control.tags(of: view.arn) }
        for notice in specification.notices { context.notices.add(notice) }
        return SageMaker.DescribeLabelingJobResponse(
            labelingJobStatus: view.status, labelCounters: view.counters, failureReason: view.failureReason,
            creationTime: view.created, lastModifiedTime: view.modified,
            jobReferenceCode: specification.referenceCode, labelingJobName: specification.name,
            labelingJobArn: view.arn, labelAttributeName: specification.labelAttribute,
            inputConfig: echo.inputConfig, outputConfig: echo.outputConfig, roleArn: echo.roleArn,
            labelCategoryConfigS3Uri: echo.labelCategoryConfigS3Uri, stoppingConditions: echo.stoppingConditions,
            labelingJobAlgorithmsConfig: echo.labelingJobAlgorithmsConfig, humanTaskConfig: echo.humanTaskConfig,
            tags: tags.map { SageMaker.Tag(key: $0.key, value: $0.value) }, labelingJobOutput: view.output)
    }
}

/// A labeling job as clients see it: status, counters, failure and output in step with one another.
struct LabelingJobView {
    let status: SageMaker.LabelingJobStatus
    let counters: SageMaker.LabelCounters
    let failureReason: String?
    let output: SageMaker.LabelingJobOutput?
    let created: Instant
    let modified: Instant
    let arn: String

    init(
        _ row: JobRow, _ specification: LabelingJobSpecification, _ job: LabelingJob, visible: String
    ) {
        status = SageMaker.LabelingJobStatus(rawValue: visible) ?? .inProgress
        let isInitializing = status == .initializing
        let isOver = visible == row.status && row.isTerminal
        let counts = isInitializing ? LabelingJob.Counters() : job.counters
        counters = SageMaker.LabelCounters(
            totalLabeled: counts.labeled, humanLabeled: counts.human, machineLabeled: counts.machine,
            failedNonRetryableError: counts.failed, unlabeled: counts.unlabeled)
        failureReason = isOver ? job.failureReason : nil
        // Milliseconds are the finest that the service's answers carry.
        created = row.created.wholeMillisecond
        modified = row.modified.wholeMillisecond
        arn = specification.arn.description
        guard isOver, job.counters.objects > 0 else {
            output = nil
            return
        }
        let model =
            job.modelName.isEmpty
            ? ""
            : ARN(
                service: "sagemaker", region: specification.region, account: specification.account,
                resource: "model/" + job.modelName
            ).description
        output = SageMaker.LabelingJobOutput(
            outputDatasetS3Uri: specification.output.uri(specification.output.outputManifest),
            finalActiveLearningModelArn: model)
    }
}
