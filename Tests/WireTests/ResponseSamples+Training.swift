import Kernel
import Shapes
import Wire

/// Answers about training jobs, models, transform jobs and their logs.
extension ResponseSample {
    private static let channel = SageMaker.Channel(
        channelName: "train",
        dataSource: .init(
            s3DataSource: .init(
                s3DataType: .augmentedManifestFile, s3Uri: "s3://b/m", s3DataDistributionType: .fullyReplicated,
                attributeNames: ["source-ref", "label"])), contentType: "application/x-recordio",
        compressionType: SageMaker.CompressionType.none, recordWrapperType: .recordIO)
    private static let container = SageMaker.ContainerDefinition(
        image: "1.dkr.ecr/x:1", mode: .singleModel, modelDataUrl: "s3://b/model.tar.gz", environment: ["K": "v"])

    static let training: [ResponseSample] = trainingJobs + models + transformJobs + logs

    private static let trainingJobs: [ResponseSample] = [
        .init(SageMaker.CreateTrainingJob.self, .init(trainingJobArn: "arn:training")),
        .init(
            SageMaker.DescribeTrainingJob.self,
            .init(
                trainingJobName: "t", trainingJobArn: "arn:training", labelingJobArn: "arn:job",
                modelArtifacts: .init(s3ModelArtifacts: "s3://b/o/t/output/model.tar.gz"),
                trainingJobStatus: .inProgress, secondaryStatus: .training, hyperParameters: ["num_classes": "2"],
                algorithmSpecification: .init(
                    trainingImage: "1.dkr.ecr/x:1", trainingInputMode: .pipe,
                    metricDefinitions: [.init(name: "validation:accuracy", regex: #"Epoch\S* a=(\S*)"#)]),
                roleArn: "arn:role", inputDataConfig: [channel],
                outputDataConfig: .init(kmsKeyId: "", s3OutputPath: "s3://b/o"),
                resourceConfig: .init(instanceType: .mlP32xlarge, instanceCount: 1, volumeSizeInGB: 50),
                vpcConfig: .init(securityGroupIds: ["sg-1"], subnets: ["subnet-1"]),
                stoppingCondition: .init(maxRuntimeInSeconds: 3600), creationTime: time, trainingStartTime: time,
                lastModifiedTime: time,
                secondaryStatusTransitions: [
                    .init(status: .starting, startTime: time, endTime: time, statusMessage: "Starting"),
                    .init(status: .training, startTime: time),
                ], finalMetricDataList: [.init(metricName: "validation:accuracy", value: 0.5, timestamp: time)],
                enableNetworkIsolation: false, trainingTimeInSeconds: 7, profilingStatus: .disabled)),
        .init(
            SageMaker.ListTrainingJobs.self,
            .init(
                trainingJobSummaries: [
                    .init(
                        trainingJobName: "t", trainingJobArn: "arn:training", creationTime: time,
                        trainingEndTime: time, lastModifiedTime: time, trainingJobStatus: .failed,
                        secondaryStatus: .failed)
                ], nextToken: "n")),
        .init(SageMaker.StopTrainingJob.self, .init()),
        .init(SageMaker.DeleteTrainingJob.self, .init()),
    ]

    private static let models: [ResponseSample] = [
        .init(SageMaker.CreateModel.self, .init(modelArn: "arn:model")),
        .init(
            SageMaker.DescribeModel.self,
            .init(
                modelName: "m", primaryContainer: container, executionRoleArn: "arn:role", creationTime: time,
                modelArn: "arn:model", enableNetworkIsolation: true)),
        .init(
            SageMaker.ListModels.self,
            .init(models: [.init(modelName: "m", modelArn: "arn:model", creationTime: time)])),
        .init(SageMaker.DeleteModel.self, .init()),
    ]

    private static let transformJobs: [ResponseSample] = [
        .init(SageMaker.CreateTransformJob.self, .init(transformJobArn: "arn:transform")),
        .init(
            SageMaker.DescribeTransformJob.self,
            .init(
                transformJobName: "x", transformJobArn: "arn:transform", transformJobStatus: .failed,
                failureReason: "ClientError: \"why\"", modelName: "m", batchStrategy: .singleRecord,
                transformInput: .init(
                    dataSource: .init(s3DataSource: .init(s3DataType: .s3Prefix, s3Uri: "s3://b/i")),
                    contentType: "application/x-image", splitType: SageMaker.SplitType.none),
                transformOutput: .init(s3OutputPath: "s3://b/o", assembleWith: .line),
                transformResources: .init(instanceType: .mlC5Xlarge, instanceCount: 1), creationTime: time,
                transformStartTime: time, transformEndTime: time, labelingJobArn: "arn:job")),
        .init(
            SageMaker.ListTransformJobs.self,
            .init(transformJobSummaries: [
                .init(
                    transformJobName: "x", transformJobArn: "arn:transform", creationTime: time,
                    transformEndTime: time, lastModifiedTime: time, transformJobStatus: .stopped)
            ])),
        .init(SageMaker.StopTransformJob.self, .init()),
    ]

    private static let logs: [ResponseSample] = [
        .init(
            Logs.DescribeLogGroups.self,
            .init(
                logGroups: [
                    .init(
                        logGroupName: "/g", creationTime: 1_709_209_815_250, metricFilterCount: 0, arn: "arn:g:*",
                        storedBytes: 5, logGroupClass: .standard, logGroupArn: "arn:g")
                ], nextToken: "n")),
        .init(
            Logs.DescribeLogStreams.self,
            .init(logStreams: [
                .init(
                    logStreamName: "s", creationTime: 1, firstEventTimestamp: 2, lastEventTimestamp: 3,
                    lastIngestionTime: 4, arn: "arn:s", storedBytes: 5)
            ])),
        .init(
            Logs.GetLogEvents.self,
            .init(
                events: [.init(timestamp: 2, message: "Epoch[0] \"ü\"\t1", ingestionTime: 3)],
                nextForwardToken: "f/1", nextBackwardToken: "b/0")),
        .init(
            Logs.FilterLogEvents.self,
            .init(
                events: [
                    .init(logStreamName: "s", timestamp: 2, message: "m", ingestionTime: 3, eventId: "01")
                ], searchedLogStreams: [], nextToken: "n")),
    ]
}
