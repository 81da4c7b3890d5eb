// Training jobs once they are there: shown, listed, stopped, deleted.

internal import Engine
package import Kernel
internal import Labeling
package import Shapes
internal import Store

extension SageMakerService {
    /// Shows a training job. AWS reference: DescribeTrainingJob.
    package func describeTrainingJob(
        _ input: SageMaker.DescribeTrainingJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.DescribeTrainingJobResponse {
        let job = try await learningJob(.trainingJob, input.trainingJobName, context)
        guard case .training(let order) = job.order else { throw missing(job.name) }
        let request = SageMaker.CreateTrainingJobRequest(document: job.echo)
        let seconds = job.trainingSeconds
        return SageMaker.DescribeTrainingJobResponse(
            trainingJobName: job.name.name, trainingJobArn: job.arn.description, labelingJobArn: job.labelingJobArn,
            modelArtifacts: SageMaker.ModelArtifacts(
                s3ModelArtifacts: order.artifacts(of: job.name.name).description),
            trainingJobStatus: job.status, secondaryStatus: job.secondaryStatus, failureReason: job.failureReason,
            hyperParameters: request.hyperParameters, algorithmSpecification: request.algorithmSpecification,
            roleArn: request.roleArn, inputDataConfig: request.inputDataConfig,
            outputDataConfig: request.outputDataConfig, resourceConfig: request.resourceConfig,
            vpcConfig: request.vpcConfig,
            stoppingCondition: request.stoppingCondition ?? SageMaker.StoppingCondition(),
            creationTime: job.created.wholeMillisecond, trainingStartTime: job.started?.wholeMillisecond,
            trainingEndTime: job.ended?.wholeMillisecond, lastModifiedTime: job.modified.wholeMillisecond,
            secondaryStatusTransitions: job.transitions.map { transition in
                SageMaker.SecondaryStatusTransition(
                    status: SageMaker.SecondaryStatus(rawValue: transition.status) ?? .starting,
                    startTime: transition.from.wholeMillisecond, endTime: transition.to?.wholeMillisecond,
                    statusMessage: transition.message)
            },
            finalMetricDataList: job.metrics.map {
                SageMaker.MetricData(metricName: $0.name, value: $0.value, timestamp: $0.at.wholeMillisecond)
            },
            enableNetworkIsolation: request.enableNetworkIsolation ?? false,
            enableInterContainerTrafficEncryption: request.enableInterContainerTrafficEncryption ?? false,
            enableManagedSpotTraining: request.enableManagedSpotTraining ?? false,
            checkpointConfig: request.checkpointConfig, trainingTimeInSeconds: seconds,
            billableTimeInSeconds: seconds, debugHookConfig: request.debugHookConfig,
            experimentConfig: request.experimentConfig, tensorBoardOutputConfig: request.tensorBoardOutputConfig,
            profilerConfig: request.profilerConfig, profilerRuleConfigurations: request.profilerRuleConfigurations,
            profilingStatus: request.profilerConfig == nil ? .disabled : .enabled, environment: request.environment,
            retryStrategy: request.retryStrategy)
    }

    /// Lists training jobs. AWS reference: ListTrainingJobs.
    package func listTrainingJobs(
        _ input: SageMaker.ListTrainingJobsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.ListTrainingJobsResponse {
        let jobs = try await learningJobs(
            .trainingJob,
            LearningJobQuery(
                createdAfter: input.creationTimeAfter, createdBefore: input.creationTimeBefore,
                modifiedAfter: input.lastModifiedTimeAfter, modifiedBefore: input.lastModifiedTimeBefore,
                nameContains: input.nameContains, status: input.statusEquals?.rawValue, sortBy: input.sortBy,
                isDescending: input.sortOrder == .descending), context)
        let page = try Page(of: jobs, size: input.maxResults, token: input.nextToken)
        return SageMaker.ListTrainingJobsResponse(
            trainingJobSummaries: page.elements.map { job in
                SageMaker.TrainingJobSummary(
                    trainingJobName: job.name.name, trainingJobArn: job.arn.description,
                    creationTime: job.created.wholeMillisecond, trainingEndTime: job.ended?.wholeMillisecond,
                    lastModifiedTime: job.modified.wholeMillisecond, trainingJobStatus: job.status,
                    secondaryStatus: job.secondaryStatus)
            }, nextToken: page.nextToken)
    }

    /// Stops a training job; one that has ended refuses. AWS reference: StopTrainingJob.
    package func stopTrainingJob(
        _ input: SageMaker.StopTrainingJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await stopLearningJob(.trainingJob, input.trainingJobName, context)
        return EmptyShape()
    }

    /// Deletes a training job that has ended; its model stays. AWS reference: DeleteTrainingJob.
    package func deleteTrainingJob(
        _ input: SageMaker.DeleteTrainingJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        let job = try await learningJob(.trainingJob, input.trainingJobName, context)
        guard job.phase.isTerminal else {
            throw .resourceInUse(
                "The training job \(job.arn) is in status \(job.phase.status); only one that has ended can be deleted.")
        }
        _ = try await internally(context, logger) { try await control.delete(job.name) }
        return EmptyShape()
    }
}

extension LearningJob {
    fileprivate var status: SageMaker.TrainingJobStatus {
        SageMaker.TrainingJobStatus(rawValue: phase.status) ?? .inProgress
    }

    fileprivate var secondaryStatus: SageMaker.SecondaryStatus {
        transitions.last.flatMap { SageMaker.SecondaryStatus(rawValue: $0.status) } ?? .starting
    }

    /// From the start of the training to its end, in whole seconds and at least one; nil before the end.
    fileprivate var trainingSeconds: Int? {
        guard let started, let ended else { return nil }
        return max(1, Int((ended - started).inSeconds.rounded()))
    }
}
