// Who works on a batch: a simulated crowd that knows the truth, or a script. Made from the batch, the seed and what was
// given beforehand; nothing of it is stored. Real people have no schedule: JobPerformer+Portal.swift.

internal import JSON
internal import Kernel
internal import Labeling
internal import Store

extension JobPerformer {
    /// The desk of a batch, run to where the job has come.
    func makeDesk(for batch: LabelingJob.Batch) async throws -> BatchDesk {
        guard let row = try await environment.jobs.batch(batch.round, of: id) else {
            throw EngineFailure.unreadable("batch \(batch.round) of job \(id)")
        }
        let open = try await openObjects(of: row.objects)
        let work = WorkBatch(
            objects: row.objects, workersPerObject: specification.workersPerObject,
            taskTimeLimit: specification.taskTimeLimit, availability: specification.availability,
            startedAt: batch.started)
        let crowd = try await crowd()
        let schedule: BatchDesk.Schedule
        switch specification.steering.workforce {
        case .simulated:
            schedule = .crowd(CrowdSchedule(work, crowd: crowd))
        case .scripted, .portal:
            let answers = try await scriptedAnswers(to: row.objects)
            schedule = .scripted(ScriptedSchedule(work) { answers[$0] ?? [] })
        }
        subjects = SubjectWindow()
        return BatchDesk(
            round: batch.round, batch: row.objects, open: open, crowd: crowd, schedule: schedule,
            skipping: batch.eventsTaken)
    }

    /// The people of the team. A script has as many workers as an object can ask.
    func crowd() async throws -> Crowd {
        let steering = specification.steering
        let pool: CrowdModel.Pool = specification.isPublicCrowd ? .publicCrowd : .privateTeam
        let usual = specification.isPublicCrowd ? CrowdModel.Preset.mturk : .expert
        let preset = steering.crowd.flatMap { CrowdModel.Preset(rawValue: $0.rawValue) } ?? usual
        return Crowd(
            CrowdModel(preset, pool: pool, medianActiveTime: specification.taskType.medianActiveTime),
            size: max(steering.workers, specification.workersPerObject),
            classes: max(1, try await labelingTask().categories.names.count), region: specification.region,
            team: SeededDraws(seed: steering.seed).scoped(specification.workteamArn), job: specification.draws)
    }

    /// The objects of a batch that somebody works on. Looked for one by one: a search by status would pass every object
    /// that the job has finished.
    private func openObjects(of batch: [Int]) async throws -> [Int: DataObject] {
        var open: [Int: DataObject] = [:]
        for slice in batch.slices(of: environment.limits.engineSliceRows) {
            let rows = try await environment.jobs.read(id) { try $0.objects(slice) }
            for (index, row) in rows where row.status == .open { open[index] = row.object }
        }
        return open
    }

    /// What manifest lines say is to be labeled.
    func sources(of objects: [Int]) async throws -> [Int: ObjectSource] {
        let lines = try await environment.jobs.read(id) { try $0.lines(objects) }
        return lines.compactMapValues { line in ManifestScanner.source(of: line) }
    }

    private func scriptedAnswers(to objects: [Int]) async throws -> [Int: [[UInt8]?]] {
        let name = JobName(
            account: specification.account, region: specification.region, name: specification.name)
        var answers: [Int: [[UInt8]?]] = [:]
        for slice in objects.slices(of: environment.limits.engineSliceRows) {
            let sources = try await sources(of: slice)
            var wanted: [ScriptedAnswers.Object] = slice.map { .line($0) }
            wanted += slice.compactMap { sources[$0].map { .source($0.text) } }
            let given = try await environment.control.answers(for: name, objects: wanted)
            let byObject = Dictionary(given.map { ($0.object, $0.contents) }) { first, _ in first }
            for index in slice {
                let contents = byObject[.line(index)] ?? sources[index].flatMap { byObject[.source($0.text)] }
                answers[index] = contents.map(Self.answerContents)
            }
        }
        return answers
    }

    private static func answerContents(_ list: [UInt8]) -> [[UInt8]?] {
        guard let elements = (try? JSONValue(parsing: list))?.array else { return [] }
        return elements.map { $0.isNull ? nil : $0.compactBytes }
    }
}

extension Array {
    /// The elements in runs of at most `size`.
    func slices(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
