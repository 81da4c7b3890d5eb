// What a kind of task knows how to do, in one protocol with one implementation per file. The engine works through it
// and never asks which kind it has. Adding a kind of task means one more case of Annotation and one more
// implementation.

package import JSON
package import Kernel

/// One worker's answer to one object, as it was submitted.
package struct SubmittedAnswer: Hashable, Sendable {
    /// The worker's id.
    package var worker: String
    /// The `answerContent`.
    package var content: [UInt8]

    package init(worker: String, content: [UInt8]) {
        self.worker = worker
        self.content = content
    }
}

/// What a consolidation call has of one object.
package struct AnsweredObject: Hashable, Sendable {
    /// Zero-based line of the manifest.
    package var index: Int
    /// What was to be labeled.
    package var source: ObjectSource
    /// In the order they were submitted.
    package var answers: [SubmittedAnswer]
    /// For tasks that are drawn on images.
    package var imageSize: ImageSize?

    package init(
        index: Int, source: ObjectSource = .text(""), answers: [SubmittedAnswer], imageSize: ImageSize? = nil
    ) {
        self.index = index
        self.source = source
        self.answers = answers
        self.imageSize = imageSize
    }
}

/// What a simulated worker sees of one object.
package struct Subject: Hashable, Sendable {
    /// Zero-based line of the manifest.
    package var index: Int
    /// What is to be labeled.
    package var source: ObjectSource
    /// The right answer; nil where it is not known.
    package var truth: Annotation?
    /// For tasks that are drawn on images.
    package var imageSize: ImageSize?

    package init(index: Int, source: ObjectSource, truth: Annotation?, imageSize: ImageSize? = nil) {
        self.index = index
        self.source = source
        self.truth = truth
        self.imageSize = imageSize
    }
}

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
    /// Of the whole, between 0 and 1; of masks not rounded. People and models are on different scales.
    package var confidence: Double
    /// One for each box, span or category of the annotation, in its order; empty where the whole has one.
    package var parts: [Double]

    package init(annotation: Annotation, confidence: Double, parts: [Double] = []) {
        self.annotation = annotation
        self.confidence = confidence
        self.parts = parts
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
    /// Where the label's file goes, for the tasks that write one.
    package var file: S3URI

    /// - Parameters:
    ///   - job: the job's name as typed.
    ///   - file: see the property; of no meaning to the tasks without such files.
    package init(
        job: String, isHumanAnnotated: Bool, createdAt: Instant, file: S3URI = S3URI(bucket: "", key: "")
    ) {
        jobName = "labeling-job/" + job.lowercased()
        self.isHumanAnnotated = isHumanAnnotated
        self.createdAt = createdAt
        self.file = file
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

    /// What is wrong with an answer of the right form, as the end of a sentence: a label that the job does not have,
    /// something outside of the object. For answers that can still be corrected; consolidation leaves such parts out.
    func fault(inAnswer content: [UInt8], to source: ObjectSource, imageSize: ImageSize?) -> String?

    /// The file that a truth value names, where the truth of this kind of task is kept in files.
    func truthFile(_ value: JSONValue) -> S3URI?

    /// Reads the right answer for simulated people; nil where the value is none.
    /// - Parameter file: the content of `truthFile`.
    func annotation(inTruth value: JSONValue, file: [UInt8]?) -> Annotation?

    /// What a simulated worker says of an object.
    func simulatedAnswer(by worker: Int, of crowd: Crowd, to subject: Subject) -> Annotation

    /// Joins the answers to the objects of one consolidation call.
    ///
    /// The result has one element per object, nil where there was no answer. It depends on which objects are joined
    /// together, and on the order within them.
    /// - Parameters:
    ///   - workersAsked: `NumberOfHumanWorkersPerDataObject`.
    ///   - draws: decide what is documented to be decided at random.
    ///   - statistics: of the job's workers, for methods that learn over calls.
    func consolidate(
        _ objects: [AnsweredObject], workersAsked: Int, by method: ConsolidationMethod, draws: SeededDraws,
        _ statistics: inout WorkerStatistics
    ) -> [JudgedAnnotation?]

    /// The label and its metadata as the output manifest holds them.
    func outputLabel(_ label: JudgedAnnotation, _ provenance: LabelProvenance) -> OutputLabel

    /// The content of the label's file, for the tasks that write one.
    func labelFile(_ label: JudgedAnnotation) -> [UInt8]?
}

extension LabelingTask {
    package func fault(inAnswer content: [UInt8], to source: ObjectSource, imageSize: ImageSize?) -> String? { nil }

    /// The first of some labels that the job does not have, in words.
    func unknownLabel(_ labels: some Sequence<JSONValue?>) -> String? {
        labels.lazy.compactMap { label -> String? in
            guard let name = label?.string else { return "a label is missing" }
            return categories.index(of: name) == nil ? "the label \"\(name)\" is none of the job's" : nil
        }.first
    }

    package func truthFile(_ value: JSONValue) -> S3URI? { nil }

    package func labelFile(_ label: JudgedAnnotation) -> [UInt8]? { nil }

    /// Reads an answer that is held as bytes.
    package func annotation(inAnswer content: [UInt8]) -> Annotation? {
        content.withUnsafeBytes { annotation(inAnswer: $0) }
    }

    /// What the workers say of the objects of a call, in the form that a method of consolidation wants it, with the
    /// workers numbered in the order in which they come.
    func numberedAnswers<Answer>(
        to objects: [AnsweredObject], _ form: (_ annotation: Annotation, _ worker: Int, AnsweredObject) -> Answer?
    ) -> (answers: [[Answer]], workers: [String]) {
        var workers: [String] = [], numbers: [String: Int] = [:]
        let answers = objects.map { object in
            annotations(of: object).compactMap { answer in
                let number = numbers[answer.worker] ?? workers.count
                if number == workers.count {
                    numbers[answer.worker] = number
                    workers.append(answer.worker)
                }
                return form(answer.annotation, number, object)
            }
        }
        return (answers, workers)
    }

    /// The first member of an answer that has a list of that name, and the list: a page may name its widgets as it
    /// likes.
    func widget(
        with name: String, in content: UnsafeRawBufferPointer
    ) -> (widget: JSONValue, list: [JSONValue])? {
        guard case .object(let answer)? = try? JSONValue(parsing: content) else { return nil }
        return answer.members.lazy.compactMap { member in
            member.value[name]?.array.map { (member.value, $0) }
        }.first
    }

    /// What the workers say of an object, in the order of submission. Of two answers by one worker the later counts;
    /// what does not answer the task is left out.
    func annotations(of object: AnsweredObject) -> [AnsweredAnnotation] {
        annotations(of: object) { annotation(inAnswer: $0) }
    }

    /// The same where there is more to reading an answer than its content.
    func annotations(of object: AnsweredObject, reading: ([UInt8]) -> Annotation?) -> [AnsweredAnnotation] {
        var read: [AnsweredAnnotation] = []
        for answer in object.answers {
            guard let annotation = reading(answer.content) else { continue }
            read.removeAll { $0.worker == answer.worker }
            read.append(AnsweredAnnotation(worker: answer.worker, annotation: annotation))
        }
        return read
    }

    /// The `taskInput` that AWS's own pre-annotation functions make: the address or text, and the labels' names.
    package func taskInput(for source: ObjectSource) -> JSONValue {
        [
            "taskObject": .string(source.text),
            "labels": .array(categories.names.map { .string($0) }),
        ]
    }

    /// Writes the members that the metadata of every label ends with (developer guide, "Output data").
    func writeProvenance(_ provenance: LabelProvenance, to metadata: inout JSONWriter) {
        metadata.name("job-name")
        metadata.string(provenance.jobName)
        metadata.name("human-annotated")
        metadata.string(provenance.isHumanAnnotated ? "yes" : "no")
        metadata.name("creation-date")
        metadata.string(provenance.createdAt.creationDateText)
        metadata.name("type")
        metadata.string(type.metadataType)
    }

    /// Writes `class-map`: the names of some categories by their index.
    func writeClassMap(_ indices: [Int], to metadata: inout JSONWriter) {
        metadata.name("class-map")
        metadata.beginObject()
        for index in indices {
            metadata.name(String(index))
            metadata.string(categories.names[index])
        }
        metadata.endObject()
    }

    /// The category that a truth value names: by name, or by index as a number or in digits.
    func category(_ value: JSONValue) -> Int? {
        if let name = value.string, let index = categories.index(of: name) { return index }
        let index = value.integer ?? value.string.flatMap { Int($0) }
        return index.flatMap { categories.names.indices.contains($0) ? $0 : nil }
    }
}

extension TaskType {
    /// The implementation for a job's categories; nil for the kinds that are not served.
    package func task(_ categories: LabelCategories) -> (any LabelingTask)? {
        switch self {
        case .imageMultiClass, .textMultiClass: Classification(self, categories)
        case .imageMultiClassMultiLabel, .textMultiClassMultiLabel: MultiLabelClassification(self, categories)
        case .boundingBox: BoundingBoxes(categories: categories)
        case .semanticSegmentation: SemanticSegmentation(categories: categories)
        case .namedEntityRecognition: EntityRecognition(categories: categories)
        case .passThrough, .custom: Uninterpreted(self, categories)
        default: nil
        }
    }

    /// Whether jobs of this kind can be run.
    package var isServed: Bool {
        switch self {
        case .imageMultiClass, .textMultiClass, .imageMultiClassMultiLabel, .textMultiClassMultiLabel, .boundingBox,
            .semanticSegmentation, .namedEntityRecognition, .passThrough, .custom:
            true
        default: false
        }
    }
}
