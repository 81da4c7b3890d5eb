// CreateTrainingJob: checks what the members say together and hands the job over. What lies in S3, and what the
// hyperparameters say, is looked at when the job runs: the job fails then, not the call.

internal import Engine
internal import JSON
package import Kernel
internal import Labeling
package import Shapes
internal import Store

extension SageMakerService {
    /// Starts a training job. AWS reference: CreateTrainingJob.
    package func createTrainingJob(
        _ input: SageMaker.CreateTrainingJobRequest, _ context: RequestContext
    ) async throws(ServiceError) -> SageMaker.CreateTrainingJobResponse {
        let order = try trainingOrder(input, context)
        var echoed = input
        echoed.tags = nil
        echoed.stoppingCondition = SageMaker.StoppingCondition(
            maxRuntimeInSeconds: Int(order.maximumRunTime.inSeconds),
            maxWaitTimeInSeconds: input.stoppingCondition?.maxWaitTimeInSeconds,
            maxPendingTimeInSeconds: input.stoppingCondition?.maxPendingTimeInSeconds)
        echoed.algorithmSpecification?.metricDefinitions = order.algorithm.metricDefinitions.map {
            SageMaker.MetricDefinition(name: $0.name, regex: $0.regex)
        }
        return SageMaker.CreateTrainingJobResponse(
            trainingJobArn: try await startLearningJob(
                input.trainingJobName, .training(order), echo: echoed.document, tags: input.tags, context))
    }

    /// What is to be done; every broken rule is refused here.
    private func trainingOrder(
        _ input: SageMaker.CreateTrainingJobRequest, _ context: RequestContext
    ) throws(ServiceError) -> TrainingOrder {
        try LabelingJobRequest.checkRole(input.roleArn, context)
        guard let specification = input.algorithmSpecification, let image = specification.trainingImage else {
            throw .validation("You must specify 'algorithmSpecification.trainingImage'.")
        }
        let algorithm = try Self.algorithm(of: image, at: "algorithmSpecification.trainingImage", context)
        guard specification.metricDefinitions?.isEmpty ?? true else {
            throw .validation(
                "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request "
                    + "without specifying metric definitions.")
        }
        try Self.checkResources(input)
        let time = try maximumRunTime(input.stoppingCondition)
        let output = try Self.address(input.outputDataConfig.s3OutputPath, at: "outputDataConfig.s3OutputPath")
        let channels = try TrainingChannels(input, algorithm)
        var order = TrainingOrder(
            algorithm: algorithm, hyperparameters: input.hyperParameters ?? [:], train: channels.train,
            output: output, maximumRunTime: time, seed: settings.seed)
        order.validation = channels.validation
        order.startingModel = channels.model
        switch settings.steering.learner {
        case .backbone: order.learner = .backbone
        case .network: order.learner = .network
        // The others are for labeling jobs: they know their truth, speak of them to others, or do nothing.
        case .automatic, .scripted, .outside, .some(.none), nil: order.learner = .automatic
        }
        return order
    }

    private static func checkResources(_ input: SageMaker.CreateTrainingJobRequest) throws(ServiceError) {
        guard let resources = input.resourceConfig, resources.instanceType != nil else {
            throw .validation("'resourceConfig' must have an InstanceType, an InstanceCount and a VolumeSizeInGB.")
        }
        guard let count = resources.instanceCount, count > 0 else {
            throw .validation(
                "Value '\(resources.instanceCount ?? 0)' at 'resourceConfig.instanceCount' must be at least 1.")
        }
        guard let volume = resources.volumeSizeInGB, volume > 0 else {
            throw .validation(
                "Value '\(resources.volumeSizeInGB ?? 0)' at 'resourceConfig.volumeSizeInGB' must be at least 1.")
        }
    }

    private func maximumRunTime(_ condition: SageMaker.StoppingCondition?) throws(ServiceError) -> Duration {
        let seconds = condition?.maxRuntimeInSeconds ?? limits.trainingSeconds.standard
        guard seconds <= limits.trainingSeconds.most else {
            throw .validation(
                "Value '\(seconds)' at 'stoppingCondition.maxRuntimeInSeconds' must be at most "
                    + "\(limits.trainingSeconds.most).")
        }
        if let wait = condition?.maxWaitTimeInSeconds, wait < seconds {
            throw .validation(
                "Value '\(wait)' at 'stoppingCondition.maxWaitTimeInSeconds' must not be less than "
                    + "maxRuntimeInSeconds, \(seconds).")
        }
        return .seconds(seconds)
    }
}

/// The channels of a training job, in the terms of this program.
private struct TrainingChannels {
    var train: TrainingOrder.Channel
    var validation: TrainingOrder.Channel?
    var model: S3URI?

    init(_ input: SageMaker.CreateTrainingJobRequest, _ algorithm: TrainingAlgorithm) throws(ServiceError) {
        var train: TrainingOrder.Channel?, seen = Set<String>()
        for (place, channel) in (input.inputDataConfig ?? []).enumerated() {
            let path = "inputDataConfig.\(place + 1).member"
            guard seen.insert(channel.channelName).inserted else {
                throw .validation("Value '\(channel.channelName)' at '\(path).channelName' is there already.")
            }
            switch channel.channelName {
            case "train": train = try Self.data(channel, path, input, algorithm)
            case "validation": validation = try Self.data(channel, path, input, algorithm)
            case "model" where algorithm.takesImages:
                model = try SageMakerService.address(
                    Self.source(channel, path).s3Uri, at: "\(path).dataSource.s3DataSource.s3Uri")
            default:
                throw .validation(
                    "Value '\(channel.channelName)' at '\(path).channelName' is not a channel that is served; "
                        + "\(algorithm.rawValue) takes train and, where there is one, validation"
                        + (algorithm.takesImages ? ", and a model to start from as model." : "."))
            }
        }
        guard let train else { throw .validation("'inputDataConfig' must have a channel 'train'.") }
        self.train = train
    }

    private static func source(
        _ channel: SageMaker.Channel, _ path: String
    ) throws(ServiceError) -> SageMaker.S3DataSource {
        guard let source = channel.dataSource.s3DataSource else {
            throw .validation("'\(path).dataSource' must have an S3DataSource.")
        }
        return source
    }

    private static func data(
        _ channel: SageMaker.Channel, _ path: String, _ input: SageMaker.CreateTrainingJobRequest,
        _ algorithm: TrainingAlgorithm
    ) throws(ServiceError) -> TrainingOrder.Channel {
        let source = try source(channel, path), here = "\(path).dataSource.s3DataSource"
        guard source.s3DataType == .augmentedManifestFile else {
            throw .validation(
                "Value '\(source.s3DataType.rawValue)' at '\(here).s3DataType' is not served here: training data comes "
                    + "as AugmentedManifestFile, which is what a labeling job's output manifest is. RecordIO and .lst "
                    + "files are not read.")
        }
        let manifest = try SageMakerService.address(source.s3Uri, at: "\(here).s3Uri")
        let mode = channel.inputMode ?? input.algorithmSpecification?.trainingInputMode
        guard mode == .pipe else {
            throw .validation(
                "Value '\(mode?.rawValue ?? "")' of the input mode of '\(path)' must be Pipe for an "
                    + "AugmentedManifestFile.")
        }
        guard !algorithm.takesImages || channel.recordWrapperType == .recordIO else {
            throw .validation(
                "'\(path).recordWrapperType' must be RecordIO: \(algorithm.rawValue) reads the objects of an "
                    + "AugmentedManifestFile as RecordIO.")
        }
        let first = algorithm.takesImages ? "source-ref" : "source"
        let names = source.attributeNames ?? []
        guard names.count == 2, names[0] == first, names[1] != first else {
            throw .validation(
                "Value '[\(names.joined(separator: ", "))]' at '\(here).attributeNames' must be [\(first), the "
                    + "attribute with the labels], in this order.")
        }
        return TrainingOrder.Channel(manifest: manifest, attribute: names[1])
    }
}
