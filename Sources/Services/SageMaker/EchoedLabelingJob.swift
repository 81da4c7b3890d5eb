// The members of a request that Describe gives back, as they are stored with the job.

internal import JSON
internal import Shapes

/// What a labeling job echoes.
struct EchoedLabelingJob {
    var inputConfig: SageMaker.LabelingJobInputConfig
    var outputConfig: SageMaker.LabelingJobOutputConfig
    var roleArn: String
    var labelCategoryConfigS3Uri: String?
    var stoppingConditions: SageMaker.LabelingJobStoppingConditions?
    var labelingJobAlgorithmsConfig: SageMaker.LabelingJobAlgorithmsConfig?
    var humanTaskConfig: SageMaker.HumanTaskConfig

    init(_ input: SageMaker.CreateLabelingJobRequest) {
        inputConfig = input.inputConfig
        outputConfig = input.outputConfig
        roleArn = input.roleArn
        labelCategoryConfigS3Uri = input.labelCategoryConfigS3Uri
        stoppingConditions = input.stoppingConditions
        labelingJobAlgorithmsConfig = input.labelingJobAlgorithmsConfig
        humanTaskConfig = input.humanTaskConfig
    }

    init(document: JSONObject) {
        inputConfig = SageMaker.LabelingJobInputConfig(document: document["inputConfig"]?.object ?? [:])
        outputConfig = SageMaker.LabelingJobOutputConfig(document: document["outputConfig"]?.object ?? [:])
        roleArn = document["roleArn"]?.string ?? ""
        labelCategoryConfigS3Uri = document["labelCategoryConfigS3Uri"]?.string
        stoppingConditions = document["stoppingConditions"]?.object.map {
            SageMaker.LabelingJobStoppingConditions(document: $0)
        }
        labelingJobAlgorithmsConfig = document["labelingJobAlgorithmsConfig"]?.object.map {
            SageMaker.LabelingJobAlgorithmsConfig(document: $0)
        }
        humanTaskConfig = SageMaker.HumanTaskConfig(document: document["humanTaskConfig"]?.object ?? [:])
    }

    var document: JSONObject {
        var object: JSONObject = [
            "inputConfig": .object(inputConfig.document), "outputConfig": .object(outputConfig.document),
            "roleArn": .string(roleArn), "humanTaskConfig": .object(humanTaskConfig.document),
        ]
        object["labelCategoryConfigS3Uri"] = labelCategoryConfigS3Uri.map { .string($0) }
        object["stoppingConditions"] = stoppingConditions.map { .object($0.document) }
        object["labelingJobAlgorithmsConfig"] = labelingJobAlgorithmsConfig.map { .object($0.document) }
        return object
    }
}
