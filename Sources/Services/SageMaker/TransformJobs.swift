// Transform jobs: predictions of a model over objects in S3.

internal import Engine
internal import JSON
package import Kernel
internal import Labeling
package import Shapes
internal import Store

extension SageMakerService {
    /// Starts a transform job. AWS reference: CreateTransformJob.
    package func createTransformJob(
        _ input: SageMaker.CreateTransformJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.CreateTransformJobResponse {
        let order = try await transformOrder(input, context)
        var echoed = input
        echoed.tags = nil
        return SageMaker.CreateTransformJobResponse(
            transformJobArn: try await startLearningJob(
                input.transformJobName, .transform(order), echo: echoed.document, tags: input.tags, context))
    }

    private func transformOrder(
        _ input: SageMaker.CreateTransformJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> TransformOrder {
        let source = input.transformInput.dataSource.s3DataSource, output = input.transformOutput
        guard let kind = TransformOrder.Input(rawValue: source.s3DataType.rawValue) else {
            throw .validation(
                "Value '\(source.s3DataType.rawValue)' at 'transformInput.dataSource.s3DataSource.s3DataType' must be "
                    + "S3Prefix or ManifestFile: transform jobs read no augmented manifests.")
        }
        guard input.transformResources.instanceCount > 0 else {
            throw .validation(
                "Value '\(input.transformResources.instanceCount)' at 'transformResources.instanceCount' must be at "
                    + "least 1.")
        }
        let (_, document) = try await storedModel(input.modelName, context)
        guard let data = document["ModelDataUrl"]?.string.flatMap({ S3URI($0) }),
            let type = document["TaskType"]?.string.flatMap({ TaskType(rawValue: $0) }),
            let algorithm = TrainingAlgorithm(type)
        else { throw .validation("The model \(input.modelName) has no data that could predict anything.") }
        let split = input.transformInput.splitType ?? SageMaker.SplitType.none
        guard !algorithm.takesImages || split == .none else {
            throw .validation(
                "Value '\(split.rawValue)' at 'transformInput.splitType' must be None: an image is one record.")
        }
        let accepted = ["application/jsonlines", "application/json"]
        if let accept = output.accept, !accepted.contains(accept) {
            throw .validation(
                "Value '\(accept)' at 'transformOutput.accept' must be one of \(accepted.joined(separator: ", ")).")
        }
        return TransformOrder(
            algorithm: algorithm, model: data, input: kind,
            source: try Self.address(source.s3Uri, at: "transformInput.dataSource.s3DataSource.s3Uri"),
            contentType: input.transformInput.contentType, splitsLines: split == .line, accept: output.accept,
            output: try Self.address(output.s3OutputPath, at: "transformOutput.s3OutputPath"),
            assemblesLines: output.assembleWith == .line)
    }

    /// Shows a transform job. AWS reference: DescribeTransformJob.
    package func describeTransformJob(
        _ input: SageMaker.DescribeTransformJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.DescribeTransformJobResponse {
        let job = try await learningJob(.transformJob, input.transformJobName, context)
        let request = SageMaker.CreateTransformJobRequest(document: job.echo)
        return SageMaker.DescribeTransformJobResponse(
            transformJobName: job.name.name, transformJobArn: job.arn.description, transformJobStatus: job.status,
            failureReason: job.failureReason, modelName: request.modelName,
            maxConcurrentTransforms: request.maxConcurrentTransforms, modelClientConfig: request.modelClientConfig,
            maxPayloadInMB: request.maxPayloadInMB, batchStrategy: request.batchStrategy,
            environment: request.environment, transformInput: request.transformInput,
            transformOutput: request.transformOutput, transformResources: request.transformResources,
            creationTime: job.created.wholeMillisecond, transformStartTime: job.started?.wholeMillisecond,
            transformEndTime: job.ended?.wholeMillisecond, labelingJobArn: job.labelingJobArn,
            dataProcessing: request.dataProcessing, experimentConfig: request.experimentConfig)
    }

    /// Lists transform jobs. AWS reference: ListTransformJobs.
    package func listTransformJobs(
        _ input: SageMaker.ListTransformJobsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.ListTransformJobsResponse {
        let jobs = try await learningJobs(
            .transformJob,
            LearningJobQuery(
                createdAfter: input.creationTimeAfter, createdBefore: input.creationTimeBefore,
                modifiedAfter: input.lastModifiedTimeAfter, modifiedBefore: input.lastModifiedTimeBefore,
                nameContains: input.nameContains, status: input.statusEquals?.rawValue, sortBy: input.sortBy,
                // The latest first, where nothing else is said (API reference).
                isDescending: input.sortOrder != .ascending), context)
        let page = try Page(of: jobs, size: input.maxResults, token: input.nextToken)
        return SageMaker.ListTransformJobsResponse(
            transformJobSummaries: page.elements.map { job in
                SageMaker.TransformJobSummary(
                    transformJobName: job.name.name, transformJobArn: job.arn.description,
                    creationTime: job.created.wholeMillisecond, transformEndTime: job.ended?.wholeMillisecond,
                    lastModifiedTime: job.modified.wholeMillisecond, transformJobStatus: job.status,
                    failureReason: job.failureReason)
            }, nextToken: page.nextToken)
    }

    /// Stops a transform job; one that has ended refuses. AWS reference: StopTransformJob.
    package func stopTransformJob(
        _ input: SageMaker.StopTransformJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await stopLearningJob(.transformJob, input.transformJobName, context)
        return EmptyShape()
    }
}

extension LearningJob {
    fileprivate var status: SageMaker.TransformJobStatus {
        SageMaker.TransformJobStatus(rawValue: phase.status) ?? .inProgress
    }
}
