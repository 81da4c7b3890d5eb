// Image classification with a single label: the task of the PRE- and ACS-ImageMultiClass functions.

internal import JSON
internal import Kernel

/// Image classification with a single label.
package struct ImageClassification: LabelingTask {
    /// The job's labels; an annotation is an index into them.
    package let categories: LabelCategories
    /// The answer to each category, made once: simulated people submit them by the hundred thousand.
    private let answers: [[UInt8]]

    /// Makes the answers to all categories beforehand.
    package init(categories: LabelCategories) {
        self.categories = categories
        answers = categories.names.map { name in
            JSONValue.object(["crowd-image-classifier": ["label": .string(name)]]).compactBytes
        }
    }

    package var type: TaskType { .imageMultiClass }

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

    /// Of two answers by one worker the later counts.
    package func consolidate(
        _ objects: [[AnsweredAnnotation]], workersAsked: Int, by method: ConsolidationMethod,
        _ statistics: inout WorkerStatistics
    ) -> [JudgedAnnotation?] {
        var workers: [String: Int] = [:], names: [String] = []
        let answers = objects.map { answered in
            var labels: [ClassificationAnswer] = []
            for answer in answered {
                guard case .category(let label) = answer.annotation else { continue }
                let worker = workers[answer.worker] ?? workers.count
                if worker == names.count { names.append(answer.worker) }
                workers[answer.worker] = worker
                // A worker who answers again corrects the earlier answer.
                labels.removeAll { $0.worker == worker }
                labels.append(ClassificationAnswer(worker: worker, label: label))
            }
            return labels
        }
        return method.consolidate(
            answers, by: names, classes: categories.names.count, workersAsked: workersAsked, &statistics
        ).map { judged in
            judged.map { JudgedAnnotation(annotation: .category($0.label), confidence: $0.confidence) }
        }
    }

    /// The class's index, and metadata with confidence, name and origin (developer guide, "Output data").
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
