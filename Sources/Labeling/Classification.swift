// Classification with a single label: the tasks of the PRE- and ACS- functions ImageMultiClass and TextMultiClass.

package import JSON
package import Kernel

/// Classification of images or texts with a single label.
package struct Classification: LabelingTask {
    package let type: TaskType
    /// The job's labels; an annotation is an index into them.
    package let categories: LabelCategories
    /// The answer to each category, made once: simulated people submit them by the hundred thousand.
    private let answers: [[UInt8]]

    /// Makes the answers to all categories beforehand.
    package init(_ type: TaskType, _ categories: LabelCategories) {
        self.type = type
        self.categories = categories
        let widget = type == .imageMultiClass ? "crowd-image-classifier" : "crowd-classifier"
        answers = categories.names.map { name in
            JSONValue.object([widget: ["label": .string(name)]]).compactBytes
        }
    }

    package func answerContent(for annotation: Annotation) -> [UInt8] {
        guard case .category(let index) = annotation else { preconditionFailure("a class was expected") }
        return answers[index]
    }

    /// A page may name its widget as it likes, so the first member that holds a known label counts.
    package func annotation(inAnswer content: UnsafeRawBufferPointer) -> Annotation? {
        guard case .object(let answer)? = try? JSONValue(parsing: content) else { return nil }
        for member in answer.members {
            if let label = member.value["label"]?.string, let index = categories.index(of: label) {
                return .category(index)
            }
        }
        return nil
    }

    package func annotation(inTruth value: JSONValue, file: [UInt8]?) -> Annotation? {
        category(value).map { .category($0) }
    }

    package func simulatedAnswer(by worker: Int, of crowd: Crowd, to subject: Subject) -> Annotation {
        guard case .category(let truth)? = subject.truth else {
            return .category(crowd.agreedClass(of: subject.index))
        }
        return .category(crowd.answer(of: worker, to: subject.index, truth: truth))
    }

    package func consolidate(
        _ objects: [AnsweredObject], workersAsked: Int, by method: ConsolidationMethod, draws: SeededDraws,
        _ statistics: inout WorkerStatistics
    ) -> [JudgedAnnotation?] {
        let (answers, workers) = numberedAnswers(to: objects) { annotation, worker, _ -> ClassificationAnswer? in
            guard case .category(let label) = annotation else { return nil }
            return ClassificationAnswer(worker: worker, label: label)
        }
        return method.consolidate(
            answers, by: workers, classes: categories.names.count, workersAsked: workersAsked, &statistics
        ).map { judged in
            judged.map { JudgedAnnotation(annotation: .category($0.label), confidence: $0.confidence) }
        }
    }

    /// The class's index, and metadata with confidence, name and origin (developer guide, "Output data"; the order is
    /// that of real files).
    package func outputLabel(_ label: JudgedAnnotation, _ provenance: LabelProvenance) -> OutputLabel {
        guard case .category(let index) = label.annotation else { preconditionFailure("a class was expected") }
        var metadata = JSONWriter(reserving: 256)
        metadata.beginObject()
        metadata.name("confidence")
        metadata.number(JSONNumber(label.confidence))
        metadata.name("job-name")
        metadata.string(provenance.jobName)
        metadata.name("class-name")
        metadata.string(categories.names[index])
        metadata.name("human-annotated")
        metadata.string(provenance.isHumanAnnotated ? "yes" : "no")
        metadata.name("creation-date")
        metadata.string(provenance.createdAt.creationDateText)
        metadata.name("type")
        metadata.string(type.metadataType)
        metadata.endObject()
        return OutputLabel(value: Array(String(index).utf8), metadata: metadata.bytes)
    }
}
