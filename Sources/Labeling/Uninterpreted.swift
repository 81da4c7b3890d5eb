// Tasks whose answers this server does not look into: PassThrough, where all answers become the label, and custom
// workflows, where the customer's function makes the label of them.

package import JSON
package import Kernel

/// A task that knows answers by their JSON only.
package struct Uninterpreted: LabelingTask {
    package let type: TaskType
    /// Those of the job's category file; empty where it has none.
    package let categories: LabelCategories

    package init(_ type: TaskType, _ categories: LabelCategories) {
        self.type = type
        self.categories = categories
    }

    package func answerContent(for annotation: Annotation) -> [UInt8] {
        guard case .content(let bytes) = annotation else { preconditionFailure("an answer's content was expected") }
        return bytes
    }

    package func annotation(inAnswer content: UnsafeRawBufferPointer) -> Annotation? {
        guard let value = try? JSONValue(parsing: content), value.object != nil else { return nil }
        return .content(value.compactBytes)
    }

    /// An object is taken for the answer itself; any other value for what the answer names.
    package func annotation(inTruth value: JSONValue, file: [UInt8]?) -> Annotation? {
        value.object != nil ? .content(value.compactBytes) : .content(answer(value))
    }

    private func answer(_ value: JSONValue) -> [UInt8] {
        if let index = category(value) {
            return JSONValue.object(["crowd-classifier": ["label": .string(categories.names[index])]]).compactBytes
        }
        return JSONValue.object(["answer": value]).compactBytes
    }

    /// What is known is said as it is: nobody here knows in which ways such an answer can be wrong.
    package func simulatedAnswer(by worker: Int, of crowd: Crowd, to subject: Subject) -> Annotation {
        if let truth = subject.truth { return truth }
        if !categories.names.isEmpty { return .content(answer(.integer(crowd.agreedClass(of: subject.index)))) }
        return .content(answer(.string(crowd.agreedDraws(of: subject.index).below(2) == 0 ? "no" : "yes")))
    }

    /// All answers, in the form that AWS's sample functions give them.
    package func consolidate(
        _ objects: [AnsweredObject], workersAsked: Int, by method: ConsolidationMethod, draws: SeededDraws,
        _ statistics: inout WorkerStatistics
    ) -> [JudgedAnnotation?] {
        objects.map { object in
            let answers = annotations(of: object).compactMap { answer -> JSONValue? in
                guard case .content(let bytes) = answer.annotation else { return nil }
                return [
                    "workerId": .string(answer.worker),
                    "annotationData": ["content": .string(String(decoding: bytes, as: UTF8.self))],
                ]
            }
            guard !answers.isEmpty else { return nil }
            let all = JSONValue.object(["annotationsFromAllWorkers": .array(answers)])
            return JudgedAnnotation(annotation: .content(all.compactBytes), confidence: 0)
        }
    }

    /// The content as it is, with metadata in the order of real files.
    package func outputLabel(_ label: JudgedAnnotation, _ provenance: LabelProvenance) -> OutputLabel {
        guard case .content(let value) = label.annotation else { preconditionFailure("content was expected") }
        return OutputLabel(value: value, metadata: Self.metadata(provenance))
    }

    /// The metadata of a label that the customer's function made; creation dates have whole milliseconds.
    ///
    /// - Parameter own: what the function says itself; goes before what is usual.
    package static func metadata(_ provenance: LabelProvenance, own: JSONObject = [:]) -> [UInt8] {
        let created = Instant(microseconds: provenance.createdAt.microseconds / 1000 * 1000)
        var metadata: JSONObject = [
            "type": .string(TaskType.custom.metadataType), "job-name": .string(provenance.jobName),
            "human-annotated": .string(provenance.isHumanAnnotated ? "yes" : "no"),
            "creation-date": .string(created.creationDateText),
        ]
        for member in own.members { metadata[member.name] = member.value }
        return JSONValue.object(metadata).compactBytes
    }
}
