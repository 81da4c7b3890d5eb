// What a kind of task knows how to do, in one protocol with one implementation per file. The engine works through it
// and never asks which kind it has. Adding a kind of task means one more case of Annotation and one more
// implementation.

package import Kernel

/// One worker's answer to one object, read.
package struct AnsweredAnnotation: Hashable, Sendable {
    /// The worker's id.
    package var worker: String
    /// What the answer says.
    package var annotation: Annotation

    package init(worker: String, annotation: Annotation) {
        self.worker = worker
        self.annotation = annotation
    }
}

/// An annotation and how sure one may be of it.
package struct JudgedAnnotation: Hashable, Sendable {
    /// What the object is.
    package var annotation: Annotation
    /// Between 0 and 1, in whole hundredths. Confidences of people and of models are on different scales.
    package var confidence: Double

    package init(annotation: Annotation, confidence: Double) {
        self.annotation = annotation
        self.confidence = confidence
    }
}

/// Where a label comes from: the part of its metadata that is the same for every kind of task.
package struct LabelProvenance: Hashable, Sendable {
    /// `labeling-job/<lower-case name>`.
    package var jobName: String
    /// By a person or by a model: `human-annotated`.
    package var isHumanAnnotated: Bool
    /// Job time: `creation-date`.
    package var createdAt: Instant

    /// - Parameter job: the job's name as typed.
    package init(job: String, isHumanAnnotated: Bool, createdAt: Instant) {
        jobName = "labeling-job/" + job.lowercased()
        self.isHumanAnnotated = isHumanAnnotated
        self.createdAt = createdAt
    }
}

/// A label as the output manifest holds it: the values of the label attribute and of its metadata attribute.
package struct OutputLabel: Hashable, Sendable {
    /// Compact JSON.
    package var value: [UInt8]
    /// Compact JSON, an object.
    package var metadata: [UInt8]

    package init(value: [UInt8], metadata: [UInt8]) {
        self.value = value
        self.metadata = metadata
    }
}

/// One kind of task, for one job's label categories.
package protocol LabelingTask: Sendable {
    /// Which kind this is.
    var type: TaskType { get }
    /// The job's labels, which annotations name by index.
    var categories: LabelCategories { get }

    /// The `answerContent` that the built-in worker page submits for an annotation, as compact JSON.
    func answerContent(for annotation: Annotation) -> [UInt8]

    /// What a submitted `answerContent` says; nil where it does not answer the task.
    func annotation(inAnswer content: UnsafeRawBufferPointer) -> Annotation?

    /// Joins the answers to the objects of one consolidation call.
    ///
    /// The result has one element per object, nil where there was no answer. It depends on which objects are joined
    /// together, and on the order within them.
    /// - Parameters:
    ///   - workersAsked: `NumberOfHumanWorkersPerDataObject`.
    ///   - statistics: of the job's workers, for methods that learn over calls.
    func consolidate(
        _ objects: [[AnsweredAnnotation]], workersAsked: Int, by method: ConsolidationMethod,
        _ statistics: inout WorkerStatistics
    ) -> [JudgedAnnotation?]

    /// The label and its metadata as the output manifest holds them.
    func outputLabel(_ label: JudgedAnnotation, _ provenance: LabelProvenance) -> OutputLabel
}

extension LabelingTask {
    /// Reads an answer that is held as bytes.
    package func annotation(inAnswer content: [UInt8]) -> Annotation? {
        content.withUnsafeBytes { annotation(inAnswer: $0) }
    }
}

extension TaskType {
    /// The implementation for a job's categories; nil for the kinds that are not served.
    package func task(_ categories: LabelCategories) -> (any LabelingTask)? {
        switch self {
        case .imageMultiClass: ImageClassification(categories: categories)
        default: nil
        }
    }

    /// Whether jobs of this kind can be run.
    package var isServed: Bool { self == .imageMultiClass }
}
