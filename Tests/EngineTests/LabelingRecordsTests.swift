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
