import Engine
import Images
import JSON
import Kernel
import Labeling
import Learning
import Objects
import Store
import Synchronization
import Testing

/// Learns for each first byte of an object what was last said of it: enough to see whether data, labels and held-out
/// examples find their way.
struct FirstByteLearner: Learner {
    var identifier: String { "first-byte" }
    var extractor: any FeatureExtractor { Extractor() }
    /// Asked for as long as it answers true before the training ends; nil trains at once.
    var holdsOn: (@Sendable () -> Bool)?

    struct Extractor: FeatureExtractor {
        var identifier: String { "bytes" }
        var bytesPerObject: Int? { nil }

        func features(of content: UnsafeRawBufferPointer) throws(ImageError) -> [UInt8] {
            if content.starts(with: Array("broken".utf8)) { throw .unrecognized }
            return Array(content)
        }
    }

    struct Model: LearnedModel {
        var extractor: String { "bytes" }
        let classes: Int
        let said: [UInt8: LearnedLabel]

        func prediction(of features: UnsafeRawBufferPointer) -> LearnedPrediction {
            let label = features.first.flatMap { said[$0] } ?? .category(0)
            guard case .category(let category) = label else {
                return LearnedPrediction(label: label, confidence: 1, parts: [1])
            }
            return LearnedPrediction(probabilities: (0..<classes).map { $0 == category ? 0.75 : 0.25 })
        }

        func encoded() -> [UInt8] {
            Array("firstbyt".utf8) + said.keys.sorted().flatMap { [$0] + Array("\(said[$0] as Any)".utf8) }
        }
    }

    func train(
        on examples: [LearningExample], of features: any FeatureSource, classes: Int,
        warmStart: (any LearnedModel)?, draws: SeededDraws, isCancelled: () -> Bool
    ) throws -> Training {
        while holdsOn?() == true { if isCancelled() { throw LearningError.cancelled } }
        var said: [UInt8: LearnedLabel] = [:]
        for example in examples {
            try features.withFeatures(at: example.index) { said[$0.first ?? 0] = example.label }
        }
        return Training(
            model: Model(classes: classes, said: said), outOfFold: examples.map { _ in nil })
    }
}

/// Gives the same learner for every kind of label, or none.
struct OneLearner: LearnerSource {
    var learner: FirstByteLearner? = FirstByteLearner()

    func learners(for _: Steering.Learner, _ type: TaskType, areTiny _: Bool) -> Result<[any Learner], NoLearner> {
        learner.map { .success([$0]) } ?? .failure(NoLearner("nobody learns \(type.rawValue)"))
    }

    func limitation(of learner: Steering.Learner, for type: TaskType) -> String? { nil }
    func decode(_ bytes: [UInt8]) throws -> any LearnedModel { throw NoLearner("none") }
}

extension EngineFixture {
    /// Objects that begin with a letter for each class, and a manifest of them with labels.
    func putLabelled(_ count: Int, label: (Int) -> String = { String($0 % 3) }) async throws {
        var objects: [SmallObject] = [], lines = ""
        for number in 0..<count {
            let content = "\(["c", "d", "o"][number % 3])\(number)"
            objects.append(SmallObject("things/\(number)", Array(content.utf8), contentType: "text/plain"))
            let name = Self.classes[number % 3]
            lines += #"{"source-ref":"s3://data/things/\#(number)","label":\#(label(number)),"#
            lines += #""label-metadata":{"class-name":"\#(name)","class-map":{"\#(number % 3)":"\#(name)"}}}"# + "\n"
        }
        try await self.objects.putMany(objects, in: Self.bucket, caller)
        try await put("labelled.manifest", lines)
    }

    static func trainingName(_ name: String) -> ResourceName {
        ResourceName(.trainingJob, account: .standard, region: .standard, name: name)
    }

    func training(
        _ name: String = "Train-1", _ change: (inout TrainingOrder) -> Void = { _ in }
    ) -> LearningJob {
        var order = TrainingOrder(
            algorithm: .imageClassification,
            hyperparameters: ["num_classes": "3", "num_training_samples": "30"],
            train: TrainingOrder.Channel(
                manifest: S3URI(bucket: Self.bucket, key: "labelled.manifest"), attribute: "label"),
            output: S3URI(bucket: Self.bucket, key: "models"), maximumRunTime: .seconds(3600), seed: 5)
        change(&order)
        return LearningJob(
            name: Self.trainingName(name), created: clock.now(), order: .training(order), echo: [:])
    }

    func learningJob(_ name: ResourceName) async throws -> LearningJob {
        try #require(try await control.resource(name).flatMap { LearningJob($0) })
    }

    /// Runs a training to its end.
    func finished(_ job: LearningJob) async throws -> LearningJob {
        #expect(try await engine.learning.submit(job) == .created)
        try await engine.advanceClock(to: clock.now() + .seconds(600))
        return try await learningJob(job.name)
    }

    /// What a job has said.
    func lines(of group: LogStream.Group) async throws -> [String] {
        try await control.resources(.logStream, account: .standard, region: .standard)
            .compactMap { LogStream($0) }.filter { $0.group == group }.flatMap { $0.events.map(\.message) }
    }
}
