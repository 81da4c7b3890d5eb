// Classification with any number of labels: the tasks of the PRE- and ACS- functions ImageMultiClassMultiLabel and
// TextMultiClassMultiLabel. That no label applies is an answer, too.

package import JSON
package import Kernel

/// Classification of images or texts with any number of labels.
package struct MultiLabelClassification: LabelingTask {
    package let type: TaskType
    package let categories: LabelCategories
    private let widget: String

    /// Takes one of the two kinds of multi-label task.
    package init(_ type: TaskType, _ categories: LabelCategories) {
        self.type = type
        self.categories = categories
        widget =
            type == .imageMultiClassMultiLabel
            ? "crowd-image-classifier-multi-select" : "crowd-classifier-multi-select"
    }

    package func answerContent(for annotation: Annotation) -> [UInt8] {
        guard case .categories(let indices) = annotation else { preconditionFailure("categories were expected") }
        let labels = indices.map { JSONValue.string(categories.names[$0]) }
        return JSONValue.object([widget: ["labels": .array(labels)]]).compactBytes
    }

    /// The first member with a list of labels counts; labels that the job does not have are passed over.
    package func annotation(inAnswer content: UnsafeRawBufferPointer) -> Annotation? {
        guard let labels = widget(with: "labels", in: content)?.list else { return nil }
        return .categories(ascending(labels.compactMap { $0.string.flatMap { categories.index(of: $0) } }))
    }

    package func fault(inAnswer content: [UInt8], to source: ObjectSource, imageSize: ImageSize?) -> String? {
        content.withUnsafeBytes { widget(with: "labels", in: $0) }.flatMap { unknownLabel($0.list) }
    }

    package func annotation(inTruth value: JSONValue, file: [UInt8]?) -> Annotation? {
        guard let list = value.array else { return category(value).map { .categories([$0]) } }
        let indices = list.compactMap { category($0) }
        return indices.count == list.count ? .categories(ascending(indices)) : nil
    }

    private func ascending(_ indices: [Int]) -> [Int] { Set(indices).sorted() }

    package func simulatedAnswer(by worker: Int, of crowd: Crowd, to subject: Subject) -> Annotation {
        guard case .categories(let truth)? = subject.truth else {
            return .categories([crowd.agreedClass(of: subject.index)])
        }
        return .categories(crowd.categories(by: worker, of: subject.index, truth: truth))
    }

    package func consolidate(
        _ objects: [AnsweredObject], workersAsked: Int, by method: ConsolidationMethod, draws: SeededDraws,
        _ statistics: inout WorkerStatistics
    ) -> [JudgedAnnotation?] {
        let (answers, workers) = numberedAnswers(to: objects) { annotation, worker, _ -> MultiLabelAnswer? in
            guard case .categories(let labels) = annotation else { return nil }
            return MultiLabelAnswer(worker: worker, labels: labels)
        }
        return MultiLabelConsolidation.consolidate(
            answers, by: workers, classes: categories.names.count, workersAsked: workersAsked, method: method,
            &statistics
        ).map { judged in
            judged.map { labels in
                JudgedAnnotation(
                    annotation: .categories(labels.map(\.label)),
                    confidence: labels.map(\.confidence).min() ?? 0, parts: labels.map(\.confidence))
            }
        }
    }

    /// The indices, and metadata with a name and a confidence for each (developer guide, "Output data").
    package func outputLabel(_ label: JudgedAnnotation, _ provenance: LabelProvenance) -> OutputLabel {
        guard case .categories(let indices) = label.annotation else { preconditionFailure("categories were expected") }
        var metadata = JSONWriter(reserving: 320)
        metadata.beginObject()
        writeClassMap(indices, to: &metadata)
        metadata.name("confidence-map")
        metadata.beginObject()
        for (index, confidence) in zip(indices, label.parts) {
            metadata.name(String(index))
            metadata.number(JSONNumber(confidence))
        }
        metadata.endObject()
        writeProvenance(provenance, to: &metadata)
        metadata.endObject()
        let value = JSONValue.array(indices.map { .integer($0) })
        return OutputLabel(value: value.compactBytes, metadata: metadata.bytes)
    }
}
