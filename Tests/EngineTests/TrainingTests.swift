import JSON
import Kernel
import Labeling
import Learning
import Store
import Synchronization
import Testing

@testable import Engine

/// Training jobs from the order to the model in S3.
@Suite struct TrainingTests {
    private static let modelKey = "models/Train-1/output/model.tar.gz"

    private func fixture(_ learners: any LearnerSource = OneLearner()) async throws -> EngineFixture {
        let fixture = try await EngineFixture(learners: learners)
        try await fixture.putLabelled(30)
        return fixture
    }

    @Test func aTrainingPassesItsStatesByTheClock() async throws {
        let fixture = try await fixture()
        defer { fixture.close() }
        let job = fixture.training()
        #expect(try await fixture.engine.learning.submit(job) == .created)
        #expect(try await fixture.engine.learning.submit(fixture.training("TRAIN-1")) == .nameTaken)
        try await fixture.engine.settle()
        #expect(try await fixture.learningJob(job.name).phase == .starting)
        var seen: [String] = []
        for step in 1...5 {
            try await fixture.engine.advanceClock(to: EngineFixture.start + .milliseconds(500 * step))
            let now = try await fixture.learningJob(job.name)
            seen.append(now.phase.rawValue)
        }
        #expect(seen == ["downloading", "uploading", "completed", "completed", "completed"])
        let done = try await fixture.learningJob(job.name)
        #expect(
            done.transitions.map(\.status) == ["Starting", "Downloading", "Training", "Uploading", "Completed"])
        #expect(done.started == EngineFixture.start + .milliseconds(500))
        #expect(done.ended == EngineFixture.start + .milliseconds(1500))
        #expect(zip(done.transitions, done.transitions.dropFirst()).allSatisfy { $0.to == $1.from })
    }

    @Test func whatWasHeldOutIsMeasuredAndToldInTheLog() async throws {
        let fixture = try await fixture()
        defer { fixture.close() }
        let done = try await fixture.finished(fixture.training())
        #expect(done.phase == .completed)
        // The first byte says everything: whatever was held out, all of it is right.
        #expect(done.metrics.map(\.name) == ["train:accuracy", "validation:accuracy"])
        #expect(done.metrics.map(\.value) == [1, 1])
        let lines = try await fixture.lines(of: .trainingJobs)
        #expect(lines.contains { $0.hasSuffix("Epoch[0] Validation-accuracy=1.000000") })
        // A fifth of each of three classes of ten.
        #expect(lines.contains { $0.contains("6 of 30 examples were held out") })
        let final = lines.first { $0.contains("Final configuration") }
        #expect(final?.contains("u'num_training_samples': u'30'") == true)
        #expect(try await fixture.tree(below: "models/").keys.sorted() == [Self.modelKey])
    }

    @Test func aValidationChannelIsWhatIsMeasuredOn() async throws {
        let fixture = try await fixture()
        defer { fixture.close() }
        // Every label is the wrong one: nothing of it can be right.
        var lines = ""
        for number in 0..<9 {
            lines += #"{"source-ref":"s3://data/things/\#(number)","label":\#((number + 1) % 3)}"# + "\n"
        }
        try await fixture.put("wrong.manifest", lines)
        let done = try await fixture.finished(
            fixture.training {
                $0.validation = TrainingOrder.Channel(
                    manifest: S3URI(bucket: "data", key: "wrong.manifest"), attribute: "label")
            })
        #expect(done.metrics.map(\.value) == [1, 0])
    }

    /// Whatever was done when the program ended: what comes of it is the same, byte for byte.
    @Test(arguments: [0, 500, 1000, 1499])
    func aRestartInAnyPhaseComesToTheSame(milliseconds: Int) async throws {
        let whole = try await fixture()
        let expected = try await whole.finished(whole.training())
        let model = try await whole.tree(below: "models/")
        whole.close()

        let first = try await fixture()
        let job = first.training()
        #expect(try await first.engine.learning.submit(job) == .created)
        let moment = EngineFixture.start + .milliseconds(milliseconds)
        try await first.engine.advanceClock(to: moment)
        first.close()
        let second = try await EngineFixture(
            in: first.folder, at: moment, learners: OneLearner(), incarnation: 2)
        defer { second.close() }
        try await second.engine.advanceClock(to: EngineFixture.start + .seconds(600))
        let done = try await second.learningJob(job.name)
        #expect(done.phase == .completed)
        #expect(done.transitions.map(\.status) == expected.transitions.map(\.status))
        #expect(done.metrics.map(\.value) == expected.metrics.map(\.value))
        #expect(try await second.tree(below: "models/") == model)
    }

    @Test func aStopCutsATrainingOff() async throws {
        let isTraining = Atomic(false)
        // Trains for ever, unless it is cut off.
        let learner = FirstByteLearner(holdsOn: {
            isTraining.store(true, ordering: .relaxed)
            return true
        })
        let fixture = try await fixture(OneLearner(learner: learner))
        defer { fixture.close() }
        let job = fixture.training()
        #expect(try await fixture.engine.learning.submit(job) == .created)
        async let end: Void = fixture.engine.advanceClock(to: EngineFixture.start + .seconds(60))
        while !isTraining.load(ordering: .relaxed) { await Task.yield() }
        #expect(try await fixture.engine.learning.stop(job.name)?.phase == .stopping)
        try await end
        try await fixture.engine.advanceClock(to: EngineFixture.start + .seconds(61))
        let done = try await fixture.learningJob(job.name)
        #expect(done.phase == .stopped)
        #expect(done.transitions.map(\.status).suffix(2) == ["Stopping", "Stopped"])
        #expect(try await fixture.tree(below: "models/").isEmpty)
        // Once more changes nothing.
        #expect(try await fixture.engine.learning.stop(job.name) == done)
        #expect(try await fixture.engine.learning.stop(EngineFixture.trainingName("none")) == nil)
    }

    @Test func forgettingAnAccountEndsItsTrainings() async throws {
        let fixture = try await fixture()
        defer { fixture.close() }
        #expect(try await fixture.engine.learning.submit(fixture.training()) == .created)
        await fixture.engine.learning.forget(.standard)
        try await fixture.control.reset(.standard)
        try await fixture.engine.advanceClock(to: EngineFixture.start + .seconds(60))
        #expect(try await fixture.tree(below: "models/").isEmpty)
    }

    // MARK: Failures

    @Test(arguments: [
        (#"{"source-ref":"s3://data/things/0","label":"cat"}"#, "is not the number of a class"),
        (#"{"source-ref":"s3://data/things/0","label":3}"#, "is of class 3, but num_classes is 3"),
        (#"{"source-ref":"s3://data/things/0"}"#, "is missing"),
        (#"{"source":"a text","label":1}"#, "it has no source-ref"),
        (#"{"source-ref":"s3://data/none","label":1}"#, "s3://data/none cannot be read: NoSuchKey"),
        (#"{"source-ref":"http://data/none","label":1}"#, "is not an address in S3"),
        (#"{"source-ref":"s3://data/broken","label":1}"#, "s3://data/broken cannot be read"),
        (#"{"source-ref":"#, "Line 1 of s3://data/labelled.manifest is not a valid JSON object"),
        ("", "has no lines"),
        (#"{"source-ref":"s3://data/things/0","label":0}"#, "too few of the 1 examples"),
    ])
    func dataThatCannotBeLearnedFromFailsTheJob(line: String, reason: String) async throws {
        let fixture = try await fixture()
        defer { fixture.close() }
        try await fixture.put("broken", "broken")
        try await fixture.put("labelled.manifest", line)
        let done = try await fixture.finished(fixture.training())
        #expect(done.phase == .failed)
        #expect(done.failureReason?.hasPrefix("ClientError: ") == true)
        #expect(done.failureReason?.contains(reason) == true, "\(done.failureReason ?? "")")
        #expect(done.transitions.last?.status == "Failed")
    }

    @Test func whereNobodyLearnsAKindTheReasonSaysSo() async throws {
        let fixture = try await fixture(OneLearner(learner: nil))
        defer { fixture.close() }
        let done = try await fixture.finished(fixture.training())
        #expect(done.failureReason?.contains("nobody learns ImageMultiClass") == true)
    }

    @Test func anOutputThatCannotBeWrittenFailsTheJob() async throws {
        let fixture = try await fixture()
        defer { fixture.close() }
        let done = try await fixture.finished(
            fixture.training { $0.output = S3URI(bucket: "no-such-bucket", key: "models") })
        #expect(done.phase == .failed)
        #expect(done.failureReason?.contains("NoSuchBucket") == true)
    }

    // MARK: Other kinds

    @Test func boxesAreTakenInAsSharesOfThePicture() async throws {
        let fixture = try await EngineFixture(learners: OneLearner())
        defer { fixture.close() }
        try await fixture.putLabelled(30) { number in
            #"{"annotations":[{"class_id":\#(number % 3),"left":10,"top":20,"width":30,"height":40}],"#
                + #""image_size":[{"width":100,"height":200,"depth":3}]}"#
        }
        let done = try await fixture.finished(fixture.training { $0.algorithm = .objectDetection })
        #expect(done.phase == .completed, "\(done.failureReason ?? "")")
        #expect(done.metrics.map(\.name) == ["train:progress", "validation:mAP"])
        #expect(done.metrics.last?.value == 1)
        let lines = try await fixture.lines(of: .trainingJobs)
        #expect(lines.contains { $0.contains("validation mAP <score>=(1.000000)") })
        let model = try await fixture.tree(below: "models/")
        #expect(model.count == 1)
    }

    @Test func textsAreOfTheClassesThatOccur() async throws {
        let fixture = try await EngineFixture(learners: OneLearner())
        defer { fixture.close() }
        let lines = (0..<20).map { number in
            let label = number % 2 == 0 ? "7" : #""__label__spam""#
            return #"{"source":"\#(number % 2 == 0 ? "a" : "b") text \#(number)","label":\#(label)}"#
        }
        try await fixture.put("labelled.manifest", lines.joined(separator: "\n"))
        let done = try await fixture.finished(
            fixture.training {
                $0.algorithm = .textClassification
                $0.hyperparameters = ["mode": "supervised"]
            })
        #expect(done.phase == .completed, "\(done.failureReason ?? "")")
        #expect(done.metrics.map(\.value) == [1, 1])
        let log = try await fixture.lines(of: .trainingJobs)
        #expect(log.contains("#validation_accuracy: 1.000000"))
        #expect(log.contains("Number of validation examples: 4"))
    }
}
