import JSON
import Kernel
import Labeling
import Store
import Testing

@testable import Engine

/// What a labeling job's model did, as training and transform jobs.
@Suite struct LabelingRecordsTests {
    @Test func aRoundsTrainingIsACompletedTrainingJob() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        var specification = fixture.specification("My-Job")
        specification.echo["roleArn"] = "arn:aws:iam::000000000000:role/labeler"
        let began = EngineFixture.start, ended = began + .seconds(9)
        let training = LabelingTraining(
            specification: specification, round: 4, name: "my-job-4-00ff00ff", classes: 3, examples: 40,
            began: began, ended: ended, agreement: 0.875)
        for _ in 0..<2 { try await fixture.engine.environment.recordLabelingTraining(training) }
        let job = try await fixture.learningJob(EngineFixture.trainingName("my-job-4-00ff00ff"))
        #expect(job.phase == .completed)
        #expect(job.labelingJobArn == "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/my-job")
        #expect(job.transitions.map(\.status) == ["Starting", "Downloading", "Training", "Uploading", "Completed"])
        #expect(job.ended == ended)
        #expect(job.metrics.map(\.name) == ["validation:accuracy"])
        guard case .training(let order) = job.order else {
            Issue.record("no training")
            return
        }
        // The address must be the one that the output tree has.
        let tree = specification.output
        #expect(
            order.artifacts(of: job.name.name)
                == S3URI(bucket: "data", key: tree.model(iteration: 4, trainingJob: job.name.name)))
        #expect(job.echo["RoleArn"]?.string == "arn:aws:iam::000000000000:role/labeler")
        let lines = try await fixture.lines(of: .trainingJobs)
        #expect(lines.contains { $0.hasSuffix("Epoch[0] Validation-accuracy=0.875000") })
    }

    @Test func whatAModelIsWorthIsAmongTheMetricsOfItsTraining() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        let specification = fixture.specification("My-Job"), environment = fixture.engine.environment
        try await environment.recordLabelingTraining(
            LabelingTraining(
                specification: specification, round: 4, name: "my-job-4-00ff00ff", classes: 3, examples: 40,
                began: EngineFixture.start, ended: EngineFixture.start, agreement: 0.875))
        let classes = (0..<30).map { JSONValue.object(["class": .string("c\($0)"), "precision": 0.5, "recall": 0.25]) }
        for threshold in [0.7, 0.75] {
            try await environment.recordLabelingMetrics(
                ["validation": 600, "threshold": .double(threshold), "coverage": 0.5, "classes": .array(classes)],
                of: "my-job-4-00ff00ff", examples: 40, in: specification, at: EngineFixture.start)
        }
        let metrics = try await fixture.learningJob(EngineFixture.trainingName("my-job-4-00ff00ff")).metrics
        #expect(
            metrics.prefix(6).map(\.name) == [
                "validation:accuracy", "labeling:labels", "labeling:validation-objects", "labeling:threshold",
                "labeling:coverage", "labeling:precision:c0",
            ])
        #expect(metrics.prefix(5).map(\.value) == [0.875, 40, 600, 0.75, 0.5])
        #expect(metrics.count == 40)
    }

    @Test func aRoundsPredictionsAreTransformJobsOfTheirOwn() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        var names = Set<String>()
        for purpose in [LabelingInference.Purpose.validation, .inference] {
            let inference = LabelingInference(
                specification: fixture.specification(String(repeating: "J", count: 63)), round: 12, model: "m-12-0",
                purpose: purpose, began: EngineFixture.start, ended: EngineFixture.start + .seconds(2))
            try await fixture.engine.environment.recordLabelingInference(inference)
            #expect(inference.name.count == 63)
            names.insert(inference.name)
        }
        let jobs = try await fixture.control.resources(.transformJob, account: .standard, region: .standard)
            .compactMap { LearningJob($0) }
        #expect(Set(jobs.map(\.name.name)) == names)
        #expect(names.count == 2)
        #expect(jobs.allSatisfy { $0.phase == .completed && $0.echo["ModelName"]?.string == "m-12-0" })
    }

    @Test func aKindWithoutAnAlgorithmLeavesNothing() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        let specification = fixture.specification { $0.taskType = .namedEntityRecognition }
        try await fixture.engine.environment.recordLabelingTraining(
            LabelingTraining(
                specification: specification, round: 1, name: "n", classes: 1, examples: 1, began: .epoch,
                ended: .epoch))
        #expect(try await fixture.control.resources(.trainingJob).isEmpty)
    }
}
