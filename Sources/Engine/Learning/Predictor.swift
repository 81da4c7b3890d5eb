// What a model says of a job's objects, wherever the model is: here, over features that are kept, or elsewhere.

internal import Kernel
internal import Labeling
internal import Learning

/// A model over the objects of a job.
protocol Predictor: Sendable {
    /// In the order of the objects; nil where nothing can be said of one.
    func predictions(of objects: [Int]) async throws -> [LearnedPrediction?]
    /// What a user should know of the predictions so far, in words.
    var remark: String? { get async }
}

/// A model of ours over the features of one extractor.
struct FeaturePredictor: Predictor {
    let model: any LearnedModel
    let store: any FeatureKeeping
    let compute: ComputePool

    func predictions(of objects: [Int]) async throws -> [LearnedPrediction?] {
        try await compute.run {
            try objects.map { index in
                guard store.slot(of: index) == .usable else { return nil }
                var prediction: LearnedPrediction?
                try store.withFeatures(at: index) { prediction = model.prediction(of: $0) }
                return prediction
            }
        }
    }

    var remark: String? { nil }
}

/// A model in another program, asked page by page.
actor OutsidePredictor: Predictor {
    private let learner: any OutsideLearner
    private let model: OutsideModel
    private let job: ARN
    private let task: any LabelingTask
    private let limits: Limits
    private let object: @Sendable ([Int]) async throws -> [OutsideObject]
    private var answers = OutsidePredictions(predictions: [])

    /// - Parameter object: the objects as the program gets them; those that cannot be read are missing.
    init(
        _ learner: any OutsideLearner, _ model: OutsideModel, job: ARN, task: any LabelingTask, limits: Limits,
        object: @escaping @Sendable ([Int]) async throws -> [OutsideObject]
    ) {
        self.learner = learner
        self.model = model
        self.job = job
        self.task = task
        self.limits = limits
        self.object = object
    }

    var remark: String? { answers.remark }

    func predictions(of objects: [Int]) async throws -> [LearnedPrediction?] {
        var found: [Int: LearnedPrediction] = [:]
        for page in objects.slices(of: OutsidePage.most(task.type, limits)) {
            let asked = try await object(Array(page))
            if asked.isEmpty { continue }
            var said = try await learner.predict(OutsidePage(job: job, task: task, model: model, objects: asked))
            for (object, judged) in zip(asked, said.predictions) {
                found[object.index] = judged.flatMap { prediction($0, object.imageSize) }
            }
            said.predictions = []
            answers.append(said)
        }
        return objects.map { found[$0] }
    }

    private func prediction(_ judged: JudgedAnnotation, _ size: ImageSize?) -> LearnedPrediction? {
        guard let label = LearnedLabel(judged.annotation, size: size, side: .max) else { return nil }
        var prediction = KeptPrediction(label: label, confidence: Float(judged.confidence))
            .prediction(classes: task.categories.names.count)
        if !judged.parts.isEmpty { prediction.parts = judged.parts.map { Float($0) } }
        return prediction
    }
}
