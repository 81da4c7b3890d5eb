// What simulated people see of the objects they work on, and what they make of it. Objects are looked at when work gets
// to them, a few at a time: a batch of large masks would not fit into memory.

internal import JSON
internal import Kernel
internal import Labeling
internal import Store

extension JobPerformer {
    /// What a worker submits with an event; empty for other events.
    func answerContent(of event: WorkEvent, _ desk: BatchDesk) async throws -> [UInt8] {
        guard case .submitted(let submission) = event.action else { return [] }
        if case .content(let content) = submission.answer { return content }
        let task = try await labelingTask(), subject = try await subject(event.object, of: desk)
        let crowd = desk.crowd, worker = event.worker
        let answer = { @Sendable in
            task.answerContent(for: task.simulatedAnswer(by: worker, of: crowd, to: subject))
        }
        // Drawing and coding images takes its time.
        return task.type.writesLabelFiles ? try await environment.compute.run(answer) : answer()
    }

    private func subject(_ object: Int, of desk: BatchDesk) async throws -> Subject {
        let block = (desk.places[object] ?? 0) / SubjectWindow.blockSize
        if let known = subjects.subject(object, in: block) { return known }
        let start = block * SubjectWindow.blockSize
        let range = start..<min(start + SubjectWindow.blockSize, desk.objects.count)
        let loaded = try await subjects(of: Array(desk.objects[range]))
        subjects.keep(loaded, of: block)
        guard let subject = loaded[object] else { throw EngineFailure.unreadable("line \(object) of job \(id)") }
        return subject
    }

    /// Objects with their truth, where it is known: from the registry, else from the folder's name.
    func subjects(of objects: [Int]) async throws -> [Int: Subject] {
        let task = try await labelingTask()
        var subjects: [Int: Subject] = [:]
        for slice in objects.slices(of: environment.limits.engineSliceRows) {
            let sources = try await sources(of: slice)
            let known = try await environment.control.truth(
                of: sources.values.map(\.truthKey), account: specification.account)
            for (index, source) in sources {
                let truth =
                    if let value = known[source.truthKey].flatMap({ try? JSONValue(parsing: $0) }) {
                        try await annotation(inTruth: value, task)
                    } else {
                        Truth.folderLabel(of: source, task)
                    }
                subjects[index] = Subject(
                    index: index, source: source, truth: truth,
                    imageSize: task.type.isDrawnOnImages ? try await imageSize(of: source) : nil)
            }
        }
        return subjects
    }

    /// What a value in the form of a label says, with the file that it may name.
    func annotation(inTruth value: JSONValue, _ task: any LabelingTask) async throws -> Annotation? {
        guard let address = task.truthFile(value) else { return task.annotation(inTruth: value, file: nil) }
        let file: [UInt8]
        do { file = try await files.read(address, limit: environment.limits.imageBytes) } catch let error
            as ServiceError
            where error.fault == .client
        {
            return nil
        }
        return try await environment.compute.run { task.annotation(inTruth: value, file: file) }
    }
}

/// The objects looked at last, in blocks of places in the batch.
struct SubjectWindow: Sendable {
    static let blockSize = 64
    private static let mostBlocks = 8
    private var blocks: [(number: Int, subjects: [Int: Subject])] = []

    func subject(_ object: Int, in block: Int) -> Subject? {
        blocks.last { $0.number == block }?.subjects[object]
    }

    mutating func keep(_ subjects: [Int: Subject], of block: Int) {
        if blocks.count == Self.mostBlocks { blocks.removeFirst() }
        blocks.append((block, subjects))
    }
}
