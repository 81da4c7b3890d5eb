// A learner of the user's own, as the engine sees it. It trains on the labels of people and predicts what objects show;
// which objects are measured, what the threshold is and what counts as labeled stays with the job, as for every other
// learner. The contract below is what such a program is written against; the two in scripts/examples/ show it.

package import Kernel
package import Labeling

/// A learner in another program.
///
/// The program answers two POST requests with JSON bodies, below the address it is given with `--learner`:
///
///     POST {address}/train
///     {"version": 1, "labelingJobArn": "arn:…", "round": 1, "taskType": "ImageMultiClass", "labels": ["cat", "dog"],
///      "initialModel": "<an earlier token, or not there>",
///      "examples": [{"id": "17", "source": {"url": "http://…"}, "label": 0}, …]}
///     200 {"model": "<token>"}
///
///     POST {address}/predict
///     {"version": 1, "labelingJobArn": "arn:…", "taskType": "ImageMultiClass", "labels": ["cat", "dog"],
///      "model": "<token>", "objects": [{"id": "4", "source": {"text": "…"}}, …]}
///     200 {"predictions": [{"id": "4", "label": 1, "confidence": 0.93}, …]}
///
/// - `id` is the object's line in the input manifest, from 0. `source` has the text, or an address where the object can
///   be read with GET for as long as the call takes. Boxes and masks come with `imageSize`: `{"width", "height"}`.
/// - `label` is the value of the label attribute as in the output manifest: the index of a class; `{"image_size",
///   "annotations": [{"class_id", "left", "top", "width", "height"}]}`. Of a mask the examples have `{"url"}` of its
///   PNG and predictions `{"png"}`, an indexed PNG in base64 whose number 0 is the background and k + 1 is class k.
///   Predictions may name classes instead of giving their index.
/// - `confidence` lies in 0 ... 1; boxes may each have one in `parts`. Their order is what counts: the job chooses the
///   threshold on examples that training never saw. An object without prediction goes to people, as does one whose
///   prediction breaks these rules.
/// - The token is any text of at most 1,024 bytes that names the model until the job ends, and longer if other jobs are
///   to start from it.
/// - An error is `{"error": "<in words>"}` with a status of 4xx or 5xx: training ends for the round, and the words
///   stand in the job's timeline. 429, 502, 503 and 504, and any 5xx without such words, mean: ask again later. A call
///   may come more than once.
package protocol OutsideLearner: Sendable {
    /// Where it is, for timelines.
    var name: String { get }
    /// Trains a model; may take minutes.
    ///
    /// Throws an `OutsideLearnerFailure`, or `CancellationError` promptly when the task is cancelled.
    func train(_ training: OutsideTraining) async throws -> OutsideModel
    /// What a model says of at most `OutsidePage.most` objects; throws as `train` does.
    func predict(_ page: OutsidePage) async throws -> OutsidePredictions
}

/// A model in another program.
package struct OutsideModel: Hashable, Sendable {
    /// What the program calls it.
    package let token: String

    /// Nil where the token is empty or too long.
    package init?(token: String, limits: Limits = Limits()) {
        guard (1...limits.outsideTokenBytes).contains(token.utf8.count) else { return nil }
        self.token = token
    }
}

/// An object, as another program gets it.
package struct OutsideObject: Hashable, Sendable {
    /// What there is to look at.
    package enum Source: Hashable, Sendable {
        /// Presigned, to be read with GET.
        case url(String)
        case text(String)
    }

    /// Zero-based line of the manifest.
    package var index: Int
    package var source: Source
    /// For tasks that are drawn on images.
    package var imageSize: ImageSize?

    package init(index: Int, source: Source, imageSize: ImageSize? = nil) {
        self.index = index
        self.source = source
        self.imageSize = imageSize
    }
}

/// An object and what people say of it.
package struct OutsideExample: Hashable, Sendable {
    /// What people say.
    package enum Label: Hashable, Sendable {
        /// The value of the label attribute: compact JSON.
        case value([UInt8])
        /// The label's own file, presigned.
        case file(url: String)
    }

    package var object: OutsideObject
    package var label: Label

    package init(object: OutsideObject, label: Label) {
        self.object = object
        self.label = label
    }
}

/// What a model is to be trained on.
package struct OutsideTraining: Sendable {
    package var job: ARN
    /// Of the job's models, from 1.
    package var round: Int
    /// The kind of task, and the labels.
    package var task: any LabelingTask
    /// Human labels, without those that the model will be measured on.
    package var examples: [OutsideExample]
    /// To start from.
    package var initialModel: OutsideModel?

    package init(
        job: ARN, round: Int, task: any LabelingTask, examples: [OutsideExample], initialModel: OutsideModel? = nil
    ) {
        self.job = job
        self.round = round
        self.task = task
        self.examples = examples
        self.initialModel = initialModel
    }
}

/// Objects that a model is asked about at a time.
package struct OutsidePage: Sendable {
    package var job: ARN
    /// The kind of task, and the labels.
    package var task: any LabelingTask
    package var model: OutsideModel
    /// At most `most`, no index twice.
    package var objects: [OutsideObject]

    package init(job: ARN, task: any LabelingTask, model: OutsideModel, objects: [OutsideObject]) {
        self.job = job
        self.task = task
        self.model = model
        self.objects = objects
    }

    /// How many objects one page may have: answers with masks are large.
    package static func most(_ type: TaskType, _ limits: Limits) -> Int {
        type.writesLabelFiles ? limits.outsidePageMasks : limits.outsidePageObjects
    }

    /// Whether the page keeps to `most`.
    package func isWithin(_ limits: Limits) -> Bool { objects.count <= Self.most(task.type, limits) }
}

/// What a model says of a page.
package struct OutsidePredictions: Hashable, Sendable {
    /// In the order of the page's objects; nil where there is no prediction that could be used.
    package var predictions: [JudgedAnnotation?]
    /// Objects of which nothing was said.
    package var missing = 0
    /// Predictions that broke a rule: they count as not made.
    package var refused = 0
    /// Why the first of them was refused.
    package var reason: String?

    /// Adds the page that follows.
    package mutating func append(_ other: OutsidePredictions) {
        predictions += other.predictions
        missing += other.missing
        refused += other.refused
        reason = reason ?? other.reason
    }

    /// What a user should know, in words; nil where every object has a prediction.
    package var remark: String? {
        var parts: [String] = []
        if missing > 0 { parts.append("it said nothing of \(missing) objects") }
        if refused > 0 { parts.append("\(refused) of its predictions were refused, the first because \(reason ?? "")") }
        return parts.isEmpty ? nil : "the outside learner: " + parts.joined(separator: "; ")
    }
}

/// Why another program trained or predicted nothing.
package enum OutsideLearnerFailure: Error, Hashable, Sendable {
    /// It says so, in its own words.
    case failed(status: Int, String)
    /// Nobody answered, or with an error that may pass, however often it was tried.
    case unreachable(String)
    /// Too many calls, however often it was tried.
    case throttled
    case timedOut(Duration)
    case requestTooLarge(bytes: Int, most: Int)
    case answerTooLarge(most: Int)
    /// The answer is not of the agreed form; why, in words.
    case invalidAnswer(String)

    /// In words for a failure reason; begins in lower case and has no full stop.
    package var cause: String {
        switch self {
        case .failed(let status, let text):
            text.isEmpty
                ? "the outside learner failed with status \(status)" : "the outside learner failed: \(text)"
        case .unreachable(let text): "the outside learner could not be reached: \(text)"
        case .throttled: "the outside learner was asked too often (status 429)"
        case .timedOut(let limit): "the outside learner did not answer within \(limit.components.seconds) seconds"
        case .requestTooLarge(let bytes, let most):
            "the request to the outside learner would have \(bytes) bytes; at most \(most) are allowed"
        case .answerTooLarge(let most): "the outside learner's answer has more than \(most) bytes"
        case .invalidAnswer(let text): "the outside learner's answer is not of the agreed form: \(text)"
        }
    }
}
