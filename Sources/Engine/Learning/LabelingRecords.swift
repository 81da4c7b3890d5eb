// What a labeling job's model has done, told as the jobs that the service would have run for it: a training job for
// each round's model, transform jobs for what it predicted. They are records of what has happened: complete, under the
// names and addresses that the output tree has, in the account of the labeling job. Kept again they say the same.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning
internal import Store

/// A round's training.
struct LabelingTraining: Sendable {
    /// The labeling job.
    var specification: LabelingJobSpecification
    /// The round, counted as the output tree counts it.
    var round: Int
    /// Of the training job and of the model: `<job>-<iteration>-<8 hex digits>`.
    var name: String
    /// Number of classes, and of labels learned from.
    var classes: Int, examples: Int
    /// Server time of the training's beginning and end.
    var began: Instant, ended: Instant
    /// Agreement with people on labels that were held out; nil where nothing was.
    var agreement: Double?
}

/// A prediction of a round's model over a manifest of the output tree.
struct LabelingInference: Sendable {
    /// What the model was asked about.
    enum Purpose: String, Sendable { case validation, inference }

    /// The labeling job.
    var specification: LabelingJobSpecification
    /// The round, counted as the output tree counts it.
    var round: Int
    /// Of the model.
    var model: String
    /// What the model was asked about.
    var purpose: Purpose
    /// Server time of the beginning and the end.
    var began: Instant, ended: Instant

    /// As of models, and never that of one.
    var name: String {
        specification.name(
            ofRound: round, specification.draws.scoped("transform").scoped(purpose.rawValue).scoped(round))
    }
}

extension EngineEnvironment {
    /// Keeps a round's training as a completed training job with its log. To be called once the model is written;
    /// nothing is kept of a task type for which the service has no algorithm.
    func recordLabelingTraining(_ training: LabelingTraining) async throws {
        let specification = training.specification
        guard let algorithm = TrainingAlgorithm(specification.taskType) else { return }
        let key = ResourceName(
            .trainingJob, account: specification.account, region: specification.region, name: training.name)
        let output = specification.output
        var folder = output.model(iteration: training.round, trainingJob: training.name)
        folder.removeLast("/\(training.name)/output/model.tar.gz".count)
        let hyperparameters = [
            "num_classes": String(training.classes), "num_training_samples": String(training.examples),
        ]
        let order = TrainingOrder(
            algorithm: algorithm, hyperparameters: hyperparameters,
            train: TrainingOrder.Channel(
                manifest: S3URI(bucket: output.bucket, key: output.trainingInput(iteration: training.round)),
                attribute: specification.labelAttribute), output: S3URI(bucket: output.bucket, key: folder),
            maximumRunTime: .seconds(limits.trainingSeconds.standard), seed: specification.steering.seed)
        var job = LearningJob(
            name: key, created: training.began, order: .training(order),
            echo: Self.trainingRequest(training, order, in: specification))
        job.labelingJobArn = specification.arn.description
        job.advance(from: .starting, to: .downloading, at: training.began)
        job.advance(from: .downloading, to: .running, at: training.began)
        if let agreement = training.agreement {
            job.metrics = [
                LearningJob.Metric(name: algorithm.validationMetric, value: agreement, at: training.ended)
            ]
        }
        job.advance(from: .running, to: .uploading, at: training.ended)
        job.advance(from: .uploading, to: .completed, at: training.ended)
        let ended = training.ended
        let log = TrainingLog(
            .trainingJobs, "\(training.name)/algo-1-\(training.began.seconds)", of: key, control: control,
            now: { ended })
        log.begin(order)
        if let agreement = training.agreement {
            log.end(
                TrainingMeasures(train: agreement, validation: agreement, trained: training.examples, validated: 0),
                of: algorithm, took: training.ended - training.began)
        }
        try await log.keep()
        try await control.put(job.resource)
    }

    /// Adds what a round's model was found to be worth to the metrics of its training job, where tools look for them.
    /// DescribeTrainingJob shows at most 40 (API reference, FinalMetricDataList): those of classes come last.
    func recordLabelingMetrics(
        _ figures: JSONObject, of model: String, examples: Int, in specification: LabelingJobSpecification, at: Instant
    ) async throws {
        let key = ResourceName(
            .trainingJob, account: specification.account, region: specification.region, name: model)
        guard var job = try await control.resource(key).flatMap({ LearningJob($0) }) else { return }
        var values: [(name: String, value: Double?)] = [("labels", Double(examples))]
        for (name, figure) in Self.labelingMetrics { values.append((name, figures[figure]?.double)) }
        for measured in (figures["classes"]?.array ?? []) {
            guard let name = measured["class"]?.string else { continue }
            for figure in ["precision", "recall"] { values.append(("\(figure):\(name)", measured[figure]?.double)) }
        }
        // A prediction that is repeated says the same again.
        job.metrics.removeAll { $0.name.hasPrefix(Self.labelingPrefix) }
        job.metrics += values.compactMap { name, value in
            value.map { LearningJob.Metric(name: Self.labelingPrefix + name, value: $0, at: at) }
        }
        job.metrics = Array(job.metrics.prefix(Self.mostMetrics))
        try await control.put(job.resource)
    }

    private static let labelingPrefix = "labeling:"
    private static let mostMetrics = 40
    /// By their names among the metrics and in the timeline.
    private static let labelingMetrics = [
        ("validation-objects", "validation"), ("threshold", "threshold"), ("bound", "bound"),
        ("coverage", "coverage"), ("agreement", "agreement"), ("checked", "checked"),
        ("checked-correct", "checkedCorrect"), ("seconds", "seconds"),
    ]

    /// Keeps a round's prediction as a completed transform job.
    func recordLabelingInference(_ inference: LabelingInference) async throws {
        let specification = inference.specification, output = specification.output, round = inference.round
        guard let algorithm = TrainingAlgorithm(specification.taskType) else { return }
        let isValidation = inference.purpose == .validation
        let source = S3URI(
            bucket: output.bucket,
            key: isValidation ? output.validationInput(iteration: round) : output.inferenceInput(iteration: round))
        let file = isValidation ? output.validationOutput(iteration: round) : output.inferenceOutput(iteration: round)
        let place = S3URI(
            bucket: output.bucket, key: String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)]))
        let model = S3URI(
            bucket: output.bucket, key: output.model(iteration: round, trainingJob: inference.model))
        let key = ResourceName(
            .transformJob, account: specification.account, region: specification.region, name: inference.name)
        let order = TransformOrder(
            algorithm: algorithm, model: model, input: .manifest, source: source, contentType: nil,
            splitsLines: false, accept: nil, output: place, assemblesLines: true)
        let echo: JSONObject = [
            "TransformJobName": .string(inference.name), "ModelName": .string(inference.model),
            "TransformInput": [
                "DataSource": ["S3DataSource": ["S3DataType": "ManifestFile", "S3Uri": .string(source.description)]]
            ],
            "TransformOutput": ["S3OutputPath": .string(place.description), "AssembleWith": "Line"],
            "TransformResources": [
                "InstanceType": .string(specification.instanceTypes.inference), "InstanceCount": 1,
            ],
        ]
        var job = LearningJob(name: key, created: inference.began, order: .transform(order), echo: echo)
        job.labelingJobArn = specification.arn.description
        job.advance(from: .starting, to: .running, at: inference.began)
        job.advance(from: .running, to: .completed, at: inference.ended)
        try await control.put(job.resource)
    }

    /// The request that the service would have made.
    private static func trainingRequest(
        _ training: LabelingTraining, _ order: TrainingOrder, in specification: LabelingJobSpecification
    ) -> JSONObject {
        let attributes: JSONValue = [
            .string(order.algorithm.takesImages ? "source-ref" : "source"), .string(order.train.attribute),
        ]
        let channel: JSONValue = [
            "ChannelName": "train",
            "DataSource": [
                "S3DataSource": [
                    "S3DataType": "AugmentedManifestFile", "S3Uri": .string(order.train.manifest.description),
                    "S3DataDistributionType": "FullyReplicated", "AttributeNames": attributes,
                ]
            ],
            "ContentType": "application/x-recordio", "CompressionType": "None", "RecordWrapperType": "RecordIO",
        ]
        var parameters = JSONObject()
        for (name, value) in order.hyperparameters.sorted(by: { $0.key < $1.key }) { parameters[name] = .string(value) }
        var algorithm: JSONObject = ["TrainingInputMode": "Pipe"]
        algorithm["TrainingImage"] = order.algorithm.image(in: specification.region).map { .string($0) }
        algorithm["MetricDefinitions"] = .array(
            order.algorithm.metricDefinitions.map { ["Name": .string($0.name), "Regex": .string($0.regex)] })
        var request: JSONObject = [
            "TrainingJobName": .string(training.name), "AlgorithmSpecification": .object(algorithm),
            "InputDataConfig": [channel], "HyperParameters": .object(parameters),
            "OutputDataConfig": ["KmsKeyId": "", "S3OutputPath": .string(order.output.description)],
            "ResourceConfig": [
                "InstanceType": .string(specification.instanceTypes.training), "InstanceCount": 1,
                "VolumeSizeInGB": 50,
            ],
            "StoppingCondition": ["MaxRuntimeInSeconds": .integer(Int(order.maximumRunTime.inSeconds))],
        ]
        request["RoleArn"] = specification.echo["roleArn"]
        return request
    }
}

extension LabelingJobSpecification {
    /// On what the service would train and predict; nothing is named where it would not.
    fileprivate var instanceTypes: (training: String, inference: String) {
        taskType.algorithm?.instanceTypes(in: region) ?? ("", "")
    }

    /// The name of what a round makes: `<job>-<iteration>-<8 hex digits>`, at most 63 characters.
    func name(ofRound round: Int, _ draws: SeededDraws) -> String {
        let suffix = "-\(round)-" + draws.text(8, from: Alphabet.lowerHex)
        return String(name.lowercased().prefix(63 - suffix.count)) + suffix
    }
}
