// One consolidation call: the answers to up to 50 objects are joined, and the files of the call are written where the
// real service writes them. Files first, then labels and event in one transaction: a repeated call writes the same
// files.

internal import Kernel
internal import Labeling
internal import Store

extension JobPerformer {
    func consolidate(_ call: LabelingJob.Consolidation, _ sequence: Int64) async throws -> Position {
        if let function = specification.postFunction { return try await consolidate(call, by: function, sequence) }
        let labelingTask = try await labelingTask()
        let identities = try await identities()
        let answered = try await measured(answeredObjects(call.objects))
        let specification = specification, statistics = try await workerStatistics()
        let outcome = try await environment.compute.run {
            ConsolidationOutcome(call, answered, labelingTask, specification, statistics)
        }
        let written = answerFiles(of: call, answered, identities) + outcome.files
        for slice in written.slices(of: environment.limits.engineSliceRows) {
            try await files.write(slice, to: specification.output.bucket)
        }
        let result = LabelingJob.Call(number: call.number, labeled: outcome.labeled, failed: outcome.failed)
        return try await commit(.consolidated(result), at: max(now, call.at), finishing: sequence) {
            try $0.put(outcome.rows)
            if outcome.statistics != statistics {
                try $0.putDocument(JobDocument.workerStatistics, outcome.statistics.encoded)
            }
        }
    }

    private func workerStatistics() async throws -> WorkerStatistics {
        guard specification.steering.consolidation == .pooled else { return WorkerStatistics() }
        let stored = try await environment.jobs.read(id) { try $0.document(JobDocument.workerStatistics) }
        guard let stored else { return WorkerStatistics() }
        guard let statistics = WorkerStatistics(decoding: stored) else {
            throw EngineFailure.unreadable("statistics of workers of job \(id)")
        }
        return statistics
    }

    func identities() async throws -> [String: WorkerIdentity] {
        // Real people join a team whenever they like.
        if isPortal { return try await teamMembers() }
        if let cached = roster { return cached }
        let made = Dictionary(try await crowd().workers.map { ($0.identity.id, $0.identity) }) { first, _ in first }
        roster = made
        return made
    }

    func answeredObjects(_ indices: [Int]) async throws -> [WaitingObject] {
        try await environment.jobs.read(id) { reading in
            let rows = try reading.objects(indices), lines = try reading.lines(indices)
            return indices.compactMap { index in
                guard let row = rows[index], let line = lines[index], let object = row.object,
                    let source = ManifestScanner.source(of: line)
                else { return nil }
                return WaitingObject(row: row, object: object, source: source)
            }
        }
    }

    /// With the measures of images, where answers are drawn on them.
    private func measured(_ objects: [WaitingObject]) async throws -> [WaitingObject] {
        guard specification.taskType.isDrawnOnImages else { return objects }
        var measured = objects
        for place in objects.indices { measured[place].imageSize = try await imageSize(of: objects[place].source) }
        return measured
    }

    /// What a call writes before its labels are made: each object's answers, and all of them together as the request.
    func answerFiles(
        of call: LabelingJob.Consolidation, _ objects: [WaitingObject], _ identities: [String: WorkerIdentity]
    ) -> [OutputFile] {
        let output = specification.output
        var files: [OutputFile] = []
        var requests: [ConsolidationFiles.Request] = []
        for object in objects {
            let answers = object.object.answers.map { answer in
                WorkerAnswer(
                    worker: identities[answer.worker] ?? WorkerIdentity(id: answer.worker), content: answer.content,
                    acceptedAt: answer.accepted, submittedAt: answer.submitted, timeSpent: answer.timeSpent)
            }
            files.append(
                OutputFile(
                    key: output.workerResponse(
                        iteration: call.round, object: object.row.index, at: object.finished),
                    bytes: WorkerResponseFile.bytes(answers)))
            requests.append(
                ConsolidationFiles.Request(object: object.row.index, source: object.source, answers: answers))
        }
        let request = OutputFile(
            key: output.consolidationRequest(iteration: call.round, at: call.fileSecond),
            bytes: ConsolidationFiles.request(requests))
        return files + [request]
    }
}

/// An object with the answers it got.
struct WaitingObject: Sendable {
    var row: ObjectRow
    var object: DataObject
    var source: ObjectSource
    var imageSize: ImageSize?

    /// As tasks want to have it.
    var answered: AnsweredObject {
        AnsweredObject(
            index: row.index, source: source,
            answers: object.answers.map { SubmittedAnswer(worker: $0.worker, content: $0.content) },
            imageSize: imageSize)
    }

    /// When it got its last answer.
    var finished: Instant {
        guard case .answered(let at) = object.phase else { return object.answers.last?.submitted ?? .epoch }
        return at
    }

    /// The row of the object with its label.
    func labeled(_ label: OutputLabel) -> ObjectRow { ended(by: .labeled, .human, .labeled(label)) }

    /// The row of the object without one.
    func rejected(_ reason: String) -> ObjectRow { ended(by: .rejected(reason), .failed, .failed(reason)) }

    private func ended(
        by event: DataObject.Event, _ status: ObjectRow.Status, _ outcome: ObjectOutcome
    ) -> ObjectRow {
        var row = row, state = object
        _ = state.apply(event)
        row.state = state.encoded
        row.status = status
        row.label = outcome.encoded
        return row
    }
}

/// What a call writes: made from the call and the answers alone.
private struct ConsolidationOutcome: Sendable {
    private(set) var files: [OutputFile] = []
    private(set) var rows: [ObjectRow] = []
    private(set) var labeled = 0
    private(set) var failed = 0
    private(set) var statistics: WorkerStatistics

    init(
        _ call: LabelingJob.Consolidation, _ objects: [WaitingObject], _ task: any LabelingTask,
        _ specification: LabelingJobSpecification, _ statistics: WorkerStatistics
    ) {
        self.statistics = statistics
        let judged = task.consolidate(
            objects.map(\.answered), workersAsked: specification.workersPerObject,
            by: specification.steering.consolidation, draws: specification.draws.scoped("consolidation"),
            &self.statistics)
        var labels: [(object: Int, label: OutputLabel)] = []
        for (place, (object, judgement)) in zip(objects, judged).enumerated() {
            guard let judgement else {
                rows.append(object.rejected(ObjectFailureText.unusableAnswers))
                failed += 1
                continue
            }
            let created = ConsolidationFiles.creationDate(at: place, ofCallAt: call.at)
            labels.append((object.row.index, add(object, judgement, task, specification, created)))
        }
        files.append(
            OutputFile(
                key: specification.output.consolidationResponse(iteration: call.round, at: call.fileSecond),
                bytes: ConsolidationFiles.response(
                    labels, for: OutputManifest(attribute: specification.labelAttribute))))
    }

    /// Adds the row of an object, and the label's file; returns the label.
    private mutating func add(
        _ object: WaitingObject, _ judgement: JudgedAnnotation, _ task: any LabelingTask,
        _ specification: LabelingJobSpecification, _ created: Instant
    ) -> OutputLabel {
        let provenance = LabelProvenance(
            job: specification.name, isHumanAnnotated: true, createdAt: created,
            file: specification.output.mask(object: object.row.index, at: created))
        let label = task.outputLabel(judgement, provenance)
        if let file = task.labelFile(judgement) {
            files.append(OutputFile(key: provenance.file.key, bytes: file, contentType: "image/png"))
        }
        var row = object.labeled(label)
        if case .category(let index) = judgement.annotation { row.category = index }
        rows.append(row)
        labeled += 1
        return label
    }
}
