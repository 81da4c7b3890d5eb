// Named entities in texts: the task of the PRE- and ACS-NamedEntityRecognition functions. Offsets count Unicode
// scalars; the end of a span is the first scalar behind it.

package import JSON
package import Kernel

/// Labeled spans of texts.
package struct EntityRecognition: LabelingTask {
    package let categories: LabelCategories

    package init(categories: LabelCategories) { self.categories = categories }

    package var type: TaskType { .namedEntityRecognition }

    package func answerContent(for annotation: Annotation) -> [UInt8] {
        guard case .spans(let spans) = annotation else { preconditionFailure("spans were expected") }
        let entities = spans.map { span -> JSONValue in
            [
                "endOffset": .integer(span.end), "label": .string(categories.names[span.category]),
                "startOffset": .integer(span.start),
            ]
        }
        return JSONValue.object(["crowd-entity-annotation": ["entities": .array(entities)]]).compactBytes
    }

    /// The first member with a list of entities counts; those with a label that the job does not have are passed over.
    package func annotation(inAnswer content: UnsafeRawBufferPointer) -> Annotation? {
        guard let entities = widget(with: "entities", in: content)?.list,
            entities.count <= Limits().shapesPerAnswer
        else { return nil }
        return .spans(entities.compactMap(span))
    }

    package func fault(inAnswer content: [UInt8], to source: ObjectSource, imageSize: ImageSize?) -> String? {
        guard let entities = content.withUnsafeBytes({ widget(with: "entities", in: $0) })?.list else { return nil }
        if let unknown = unknownLabel(entities.map { $0["label"] }) { return unknown }
        let length = source.text.unicodeScalars.count
        for (place, value) in entities.enumerated() {
            guard let span = span(value), span.end <= length else {
                return
                    "entity \(place + 1) must start at 0 or later, end behind its start, and end by \(length), where "
                    + "the text ends"
            }
        }
        return nil
    }

    private func span(_ value: JSONValue) -> LabeledSpan? {
        guard let category = value["label"]?.string.flatMap({ categories.index(of: $0) }),
            let start = value["startOffset"]?.integer, let end = value["endOffset"]?.integer, start >= 0, end > start
        else { return nil }
        return LabeledSpan(category: category, start: start, end: end)
    }

    /// Truth has the form of the output, or is the list of entities alone.
    package func annotation(inTruth value: JSONValue, file: [UInt8]?) -> Annotation? {
        guard let entities = (value["annotations"] ?? value)["entities"]?.array ?? value.array else { return nil }
        let spans = entities.compactMap(span)
        return spans.count == entities.count ? .spans(spans) : nil
    }

    package func simulatedAnswer(by worker: Int, of crowd: Crowd, to subject: Subject) -> Annotation {
        guard case .text(let text) = subject.source else { return .spans([]) }
        var truth: [LabeledSpan]?
        if case .spans(let known)? = subject.truth {
            let length = text.unicodeScalars.count
            truth = known.filter { $0.end <= length }
        }
        return .spans(crowd.spans(by: worker, of: subject.index, truth: truth, in: text))
    }

    package func consolidate(
        _ objects: [AnsweredObject], workersAsked: Int, by method: ConsolidationMethod, draws: SeededDraws,
        _ statistics: inout WorkerStatistics
    ) -> [JudgedAnnotation?] {
        objects.map { object in
            let length = object.source.text.unicodeScalars.count
            let given = annotations(of: object).compactMap { answer -> [LabeledSpan]? in
                guard case .spans(let spans) = answer.annotation else { return nil }
                return spans.filter { $0.end <= length }
            }
            guard !given.isEmpty else { return nil }
            let fused = SpanConsolidation.consolidate(
                given, workersAsked: workersAsked, draws: draws.scoped(object.index))
            return JudgedAnnotation(
                annotation: .spans(fused.map(\.span)), confidence: fused.map(\.confidence).min() ?? 0,
                parts: fused.map(\.confidence))
        }
    }

    /// The labels and the entities, and metadata with a confidence for each entity (developer guide, "Output data").
    package func outputLabel(_ label: JudgedAnnotation, _ provenance: LabelProvenance) -> OutputLabel {
        guard case .spans(let spans) = label.annotation else { preconditionFailure("spans were expected") }
        let labels = zip(categories.names, categories.shortDisplayNames).map { name, short -> JSONValue in
            var entry: JSONObject = ["label": .string(name)]
            if let short { entry["shortDisplayName"] = .string(short) }
            return .object(entry)
        }
        let entities = spans.map { span -> JSONValue in
            [
                "label": .string(categories.names[span.category]), "startOffset": .integer(span.start),
                "endOffset": .integer(span.end),
            ]
        }
        let value: JSONValue = ["annotations": ["labels": .array(labels), "entities": .array(entities)]]
        var metadata = JSONWriter(reserving: 256 + 24 * spans.count)
        metadata.beginObject()
        metadata.name("entities")
        metadata.value(.array(label.parts.map { ["confidence": .double($0)] }))
        writeProvenance(provenance, to: &metadata)
        metadata.endObject()
        return OutputLabel(value: value.compactBytes, metadata: metadata.bytes)
    }
}
