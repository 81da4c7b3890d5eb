import Engine
import JSON
import Kernel
import Services
import Shapes
import Store
import Testing

/// Training jobs, models and transform jobs at the boundary: what is refused, what is shown.
@Suite struct TrainingJobTests {
    private static let image = "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1"

    private func request(
        _ name: String = "Train-1", _ change: (inout SageMaker.CreateTrainingJobRequest) -> Void = { _ in }
    ) -> SageMaker.CreateTrainingJobRequest {
        var request = SageMaker.CreateTrainingJobRequest(
            trainingJobName: name, hyperParameters: ["num_classes": "2", "num_training_samples": "3"],
            algorithmSpecification: SageMaker.AlgorithmSpecification(
                trainingImage: Self.image, trainingInputMode: .pipe),
            roleArn: "arn:aws:iam::000000000000:role/trainer",
            inputDataConfig: [channel("train")],
            outputDataConfig: SageMaker.OutputDataConfig(s3OutputPath: "s3://data/models"),
            resourceConfig: SageMaker.ResourceConfig(
                instanceType: .mlP32xlarge, instanceCount: 1, volumeSizeInGB: 1))
        change(&request)
        return request
    }

    private func channel(_ name: String, _ type: SageMaker.S3DataType = .augmentedManifestFile) -> SageMaker.Channel {
        SageMaker.Channel(
            channelName: name,
            dataSource: SageMaker.DataSource(
                s3DataSource: SageMaker.S3DataSource(
                    s3DataType: type, s3Uri: "s3://data/labelled.manifest", attributeNames: ["source-ref", "label"])),
            recordWrapperType: .recordIO)
    }

    private func describe(
        _ fixture: ServiceFixture, _ name: String = "Train-1"
    ) async throws -> SageMaker.DescribeTrainingJobResponse {
        try await fixture.sageMaker.describeTrainingJob(
            SageMaker.DescribeTrainingJobRequest(trainingJobName: name), fixture.context())
    }

    @Test func whatIsLeftOutIsFilledIn() async throws {
        let fixture = try await ServiceFixture()
        let created = try await fixture.sageMaker.createTrainingJob(request(), fixture.context())
        #expect(created.trainingJobArn == "arn:aws:sagemaker:us-east-1:000000000000:training-job/train-1")
        let shown = try await describe(fixture, "TRAIN-1")
        #expect(shown.trainingJobName == "Train-1")
        #expect(shown.stoppingCondition.maxRuntimeInSeconds == 86_400)
        #expect(shown.trainingJobStatus == .inProgress)
        #expect(shown.secondaryStatus == .starting)
        #expect(shown.modelArtifacts.s3ModelArtifacts == "s3://data/models/Train-1/output/model.tar.gz")
        #expect(shown.algorithmSpecification?.metricDefinitions?.map(\.name).contains("validation:accuracy") == true)
        #expect(shown.inputDataConfig?.first?.recordWrapperType == .recordIO)
        #expect(shown.trainingTimeInSeconds == nil)
    }

    @Test func aTrainingThatFailsSaysWhy() async throws {
        let fixture = try await ServiceFixture()
        _ = try await fixture.sageMaker.createTrainingJob(request(), fixture.context())
        try await fixture.engine.advanceClock(to: ServiceFixture.start + .seconds(60))
        let shown = try await describe(fixture)
        #expect(shown.trainingJobStatus == .failed)
        #expect(shown.secondaryStatusTransitions?.last?.status == .failed)
        #expect(shown.failureReason?.contains("NoSuchBucket") == true)
        await expectRefusal("ValidationException", "is in status Failed") {
            try await fixture.sageMaker.stopTrainingJob(
                SageMaker.StopTrainingJobRequest(trainingJobName: "Train-1"), fixture.context())
        }
        _ = try await fixture.sageMaker.deleteTrainingJob(
            SageMaker.DeleteTrainingJobRequest(trainingJobName: "Train-1"), fixture.context())
        await expectRefusal("ValidationException", "Requested resource not found.") { try await describe(fixture) }
    }

    @Test func aChannelThatIsNoAugmentedManifestIsRefused() async throws {
        let fixture = try await ServiceFixture()
        await expectRefusal("ValidationException", "'S3Prefix'", "RecordIO and .lst files are not read") {
            try await fixture.sageMaker.createTrainingJob(
                request { $0.inputDataConfig = [channel("train", .s3Prefix)] }, fixture.context())
        }
        await expectRefusal("ValidationException", "must have a channel 'train'") {
            try await fixture.sageMaker.createTrainingJob(
                request { $0.inputDataConfig = [channel("validation")] }, fixture.context())
        }
        await expectRefusal("ValidationException", "'train_lst'", "is not a channel that is served") {
            try await fixture.sageMaker.createTrainingJob(
                request { $0.inputDataConfig = [channel("train_lst")] }, fixture.context())
        }
        await expectRefusal("ValidationException", "my/image", "blazingtext:1") {
            try await fixture.sageMaker.createTrainingJob(
                request { $0.algorithmSpecification?.trainingImage = "my/image" }, fixture.context())
        }
    }

    @Test func aRegionWithoutImagesSaysSo() async throws {
        let fixture = try await ServiceFixture()
        var context = fixture.context()
        context.region = try #require(Region("mars-north-1"))
        let elsewhere = context
        await expectRefusal("ValidationException", "have no images in mars-north-1") {
            try await fixture.sageMaker.createTrainingJob(request(), elsewhere)
        }
    }

    @Test func tagsAreBoundedByArn() async throws {
        let fixture = try await ServiceFixture()
        let arn = try await fixture.sageMaker.createTrainingJob(request(), fixture.context()).trainingJobArn
        let many = (0..<51).map { SageMaker.Tag(key: "k\($0)", value: "") }
        _ = try await fixture.sageMaker.addTags(
            SageMaker.AddTagsInput(resourceArn: arn, tags: Array(many.prefix(50))), fixture.context())
        await expectRefusal("ResourceLimitExceeded") {
            try await fixture.sageMaker.addTags(
                SageMaker.AddTagsInput(resourceArn: arn, tags: many), fixture.context())
        }
    }

    // MARK: Models

    @Test func aModelOfALabelingJobIsShownWithItsImage() async throws {
        let fixture = try await ServiceFixture()
        let document: JSONValue = [
            "ModelDataUrl": "s3://data/model.tar.gz", "TaskType": "BoundingBox", "LabelingJobArn": "arn:job",
        ]
        try await fixture.control.put(
            .init(
                name: .init(.model, account: .standard, region: .standard, name: "job-3-00ff00ff"),
                created: ServiceFixture.start, updated: ServiceFixture.start, document: document.compactBytes))
        let shown = try await fixture.sageMaker.describeModel(
            SageMaker.DescribeModelInput(modelName: "job-3-00ff00ff"), fixture.context())
        #expect(shown.primaryContainer?.modelDataUrl == "s3://data/model.tar.gz")
        #expect(
            shown.primaryContainer?.image == "811284229777.dkr.ecr.us-east-1.amazonaws.com/object-detection:1")
        #expect(shown.primaryContainer?.mode == .singleModel)
        let listed = try await fixture.sageMaker.listModels(SageMaker.ListModelsInput(), fixture.context())
        #expect(listed.models.map(\.modelArn) == [shown.modelArn])
    }

    // MARK: Transform jobs

    @Test func aTransformGoesByTheModelAtItsCreation() async throws {
        let fixture = try await ServiceFixture()
        _ = try await fixture.sageMaker.createModel(
            SageMaker.CreateModelInput(
                modelName: "m",
                primaryContainer: SageMaker.ContainerDefinition(
                    image: Self.image, modelDataUrl: "s3://data/model.tar.gz")), fixture.context())
        let request = SageMaker.CreateTransformJobRequest(
            transformJobName: "X", modelName: "m",
            transformInput: SageMaker.TransformInput(
                dataSource: SageMaker.TransformDataSource(
                    s3DataSource: SageMaker.TransformS3DataSource(s3DataType: .s3Prefix, s3Uri: "s3://data/in/"))),
            transformOutput: SageMaker.TransformOutput(s3OutputPath: "s3://data/out"),
            transformResources: SageMaker.TransformResources(instanceType: .mlC5Xlarge, instanceCount: 1))
        _ = try await fixture.sageMaker.createTransformJob(request, fixture.context())
        _ = try await fixture.sageMaker.deleteModel(
            SageMaker.DeleteModelInput(modelName: "m"), fixture.context())
        await expectRefusal("ValidationException", "Could not find model") {
            try await fixture.sageMaker.createTransformJob(request, fixture.context())
        }
        try await fixture.engine.advanceClock(to: ServiceFixture.start + .seconds(60))
        let shown = try await fixture.sageMaker.describeTransformJob(
            SageMaker.DescribeTransformJobRequest(transformJobName: "x"), fixture.context())
        #expect(shown.transformJobStatus == .failed)
        #expect(shown.failureReason?.contains("the model s3://data/model.tar.gz cannot be read") == true)
        #expect(shown.transformInput == request.transformInput)
    }
}
