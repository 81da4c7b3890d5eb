import JSON
import Kernel
import Labeling
import Learning
import Store
import Testing

@testable import Engine

/// The pieces of training and transform jobs by themselves.
@Suite struct TrainingPartsTests {
    // MARK: Images

    @Test(arguments: [
        ("811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1", TrainingAlgorithm.imageClassification),
        ("811284229777.dkr.ecr.us-east-1.amazonaws.com/object-detection:latest", .objectDetection),
        ("811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext", .textClassification),
        ("811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:2", nil),
        ("811284229777.dkr.ecr.us-east-1.amazonaws.com/semantic-segmentation:1", nil),
        ("825641698319.dkr.ecr.us-east-1.amazonaws.com/image-classification:1", nil),
        ("image-classification", nil), ("", nil), (":1", nil),
    ])
    func anImageSaysWhichAlgorithmIsMeant(image: String, algorithm: TrainingAlgorithm?) {
        #expect(TrainingAlgorithm(image: image, in: .standard) == algorithm)
    }

    @Test func regionsHaveAccountsOfTheirOwn() throws {
        let china = try #require(Region("cn-north-1")), nowhere = try #require(Region("mars-north-1"))
        #expect(
            TrainingAlgorithm.objectDetection.image(in: china)
                == "390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/object-detection:1")
        #expect(TrainingAlgorithm.objectDetection.image(in: nowhere) == nil)
    }

    // MARK: Measures

    private func box(_ category: Int, _ left: Float, _ right: Float) -> LearnedBox {
        LearnedBox(category: category, left: left, top: 0, right: right, bottom: 1)
    }

    /// By hand: of class 0 there are three boxes. In order of their scores the offers are right, wrong, right: the
    /// curve has (1/3, 1), (1/3, 1/2), (2/3, 2/3), so the area is 1/3 · 1 + 1/3 · 2/3. Class 1 is never found.
    @Test func meanAveragePrecisionIsThatOfTheCurve() {
        let truth: [LearnedLabel] = [
            .boxes([box(0, 0, 0.5), box(0, 0.5, 1)]), .boxes([box(0, 0, 1), box(1, 0, 1)]),
        ]
        let said = [
            LearnedPrediction(
                label: .boxes([box(0, 0, 0.5), box(0, 0, 0.1)]), confidence: 0.9, parts: [0.9, 0.8]),
            LearnedPrediction(label: .boxes([box(0, 0, 0.9)]), confidence: 0.7, parts: [0.7]),
        ]
        let value = TrainingMeasures.score(said, truth, classes: 3)
        #expect(abs(value - (1.0 / 3 + 2.0 / 9) / 2) < 1e-9)
        #expect(TrainingMeasures.score([], [], classes: 3) == 0)
    }

    @Test func aBoxThatIsFoundTwiceCountsOnce() {
        let said = LearnedPrediction(
            label: .boxes([box(0, 0, 1), box(0, 0, 0.95)]), confidence: 1, parts: [0.5, 0.9])
        #expect(TrainingMeasures.score([said], [.boxes([box(0, 0, 1)])], classes: 1) == 1)
    }

    // MARK: Hyperparameters

    @Test(arguments: [
        (TrainingAlgorithm.imageClassification, ["num_classes": "2"], "'num_training_samples' is a required"),
        (.objectDetection, ["num_classes": "0", "num_training_samples": "1"], "positive whole number, not '0'"),
        (.textClassification, [:], "'mode' is a required"),
        (.textClassification, ["mode": "skipgram"], "the mode 'skipgram' is not served"),
        (.textClassification, ["mode": "supervised", "num_classes": "2"], "'num_classes' was unexpected"),
    ])
    func hyperparametersThatDoNotFitAreTold(
        algorithm: TrainingAlgorithm, values: [String: String], reason: String
    ) throws {
        let refusal = #expect(throws: TrainingRefusal.self) { try TrainingHyperparameters(values, for: algorithm) }
        #expect(refusal?.text.contains(reason) == true, "\(refusal?.text ?? "")")
    }

    // MARK: Transform

    private func order(
        _ algorithm: TrainingAlgorithm, _ change: (inout TransformOrder) -> Void = { _ in }
    ) -> TransformOrder {
        var order = TransformOrder(
            algorithm: algorithm, model: S3URI(bucket: "b", key: "m"), input: .prefix,
            source: S3URI(bucket: "b", key: "i/"), contentType: nil, splitsLines: false, accept: nil,
            output: S3URI(bucket: "b", key: "o"), assemblesLines: false)
        change(&order)
        return order
    }

    @Test(arguments: [
        ("in/a.jpg", "in/", "a.jpg"), ("in/x/a.jpg", "in/", "x/a.jpg"), ("in/a.jpg", "in", "a.jpg"),
        ("in/a.jpg", "in/a", "a.jpg"), ("in/a.jpg", "in/a.jpg", "a.jpg"), ("a.jpg", "", "a.jpg"),
        ("inside/a.jpg", "in", "inside/a.jpg"),
    ])
    func outputsAreNamedByWhatLiesBehindThePrefix(key: String, prefix: String, name: String) {
        #expect(TransformInputs.name(of: key, below: prefix) == name)
    }

    @Test func classesAndBoxesAreWrittenAsTheAlgorithmsDo() throws {
        let classes = TransformForm(order(.imageClassification) { $0.assemblesLines = true }, labels: ["a", "b"])
        let prediction = LearnedPrediction(probabilities: [0.25, 0.75])
        let text = classes.text(of: [prediction], try classes.records(in: [1]))
        #expect(String(decoding: text, as: UTF8.self) == #"{"prediction":[0.25,0.75]}"# + "\n")

        let boxes = TransformForm(order(.objectDetection), labels: ["a", "b"])
        let said = LearnedPrediction(
            label: .boxes([box(0, 0, 0.5), box(1, 0.25, 1)]), confidence: 1, parts: [0.5, 0.75])
        let rows = try JSONValue(parsing: boxes.text(of: [said], try boxes.records(in: [1])))["prediction"]?.array
        #expect(rows?.map { $0.array?.compactMap(\.double) } == [[1, 0.75, 0.25, 0, 1, 1], [0, 0.5, 0, 0, 0.5, 1]])
    }

    @Test func textsComeInEveryFormAndGoOutLineByLine() throws {
        let form = TransformForm(order(.textClassification), labels: ["0", "spam"])
        let records = try form.records(in: Array("plain text\n{\"source\": \"b\", \"k\": 2}\r\n".utf8))
        #expect(records.map { String(decoding: $0.content, as: UTF8.self) } == ["plain text", "b"])
        #expect(records.map(\.wanted) == [1, 2])
        let said = [LearnedPrediction(probabilities: [0.25, 0.75]), LearnedPrediction(probabilities: [0.5, 0.5])]
        #expect(
            String(decoding: form.text(of: said, records), as: UTF8.self)
                == #"{"label":["__label__spam"],"prob":[0.75]}"# + "\n"
                + #"{"label":["__label__0","__label__spam"],"prob":[0.5,0.5]}"# + "\n")

        let document = TransformForm(
            order(.textClassification) {
                $0.contentType = "application/json"
                $0.accept = "application/json"
            }, labels: ["0", "spam"])
        let instances = try document.records(
            in: Array(#"{"instances": ["a", "b"], "configuration": {"k": 1}}"#.utf8))
        #expect(instances.count == 2)
        #expect(String(decoding: document.text(of: said, instances), as: UTF8.self).hasPrefix("[{"))
        #expect(throws: TrainingRefusal.self) { try document.records(in: Array("[]".utf8)) }
        #expect(throws: TrainingRefusal.self) { try form.records(in: Array("{broken".utf8)) }
    }

    @Test func aManifestBeginsWithItsPrefix() throws {
        let source = S3URI(bucket: "b", key: "m")
        let items = try TransformManifest.items(
            Array(#"[{"prefix": "s3://data/x/"}, "a", "b/c"]"#.utf8), source)
        #expect(items.map(\.address.description) == ["s3://data/x/a", "s3://data/x/b/c"])
        #expect(items.map(\.name) == ["a", "b/c"])
        for broken in ["{}", "[]", #"["a"]"#, #"[{"prefix": "x"}, "a"]"#, #"[{"prefix": "s3://b/"}, 1]"#] {
            #expect(throws: TrainingRefusal.self) { try TransformManifest.items(Array(broken.utf8), source) }
        }
    }

    // MARK: Documents

    @Test func jobsAreReadAsTheyWereWritten() throws {
        let fixtureOrder = order(.textClassification) {
            $0.contentType = "text/plain"
            $0.accept = "application/json"
        }
        let name = ResourceName(.transformJob, account: .standard, region: .standard, name: "T")
        var job = LearningJob(
            name: name, created: Instant(seconds: 5), order: .transform(fixtureOrder), echo: ["a": 1])
        job.advance(from: .starting, to: .running, at: Instant(seconds: 6))
        job.fail("why", at: Instant(seconds: 7))
        job.labelingJobArn = "arn"
        #expect(LearningJob(job.resource) == job)
        #expect(job.transitions.isEmpty)
        // What has ended stays.
        let ended = job
        let isStopped = job.stop(at: Instant(seconds: 8))
        #expect(!isStopped)
        job.expire(at: Instant(seconds: 8))
        job.fail("again", at: Instant(seconds: 8))
        #expect(job == ended)
        #expect(LearningJob(Resource(name: name, created: .epoch, updated: .epoch, document: [1])) == nil)
    }

    @Test func aTrainingThatTakesTooLongCountsAsStopped() {
        let name = ResourceName(.trainingJob, account: .standard, region: .standard, name: "T")
        let order = TrainingOrder(
            algorithm: .textClassification, hyperparameters: ["mode": "supervised"],
            train: .init(manifest: S3URI(bucket: "b", key: "m"), attribute: "l"), output: S3URI(bucket: "b", key: ""),
            maximumRunTime: .seconds(1), seed: .max)
        var job = LearningJob(name: name, created: .epoch, order: .training(order), echo: [:])
        job.advance(from: .starting, to: .downloading, at: Instant(seconds: 1))
        job.advance(from: .downloading, to: .running, at: Instant(seconds: 2))
        job.expire(at: Instant(seconds: 3))
        #expect(job.phase == .stopped)
        #expect(job.transitions.last?.status == "MaxRuntimeExceeded")
        #expect(LearningJob(job.resource) == job)
        #expect(order.artifacts(of: "T").description == "s3://b/T/output/model.tar.gz")
    }
}
