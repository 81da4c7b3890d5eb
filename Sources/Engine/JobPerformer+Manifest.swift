// The start of a job: label categories, template, truth, and the input manifest line by line. Lines are stored as they
// stand; those that are no usable object fail at once, those that bring their label along count as labeled.

internal import JSON
internal import Kernel
internal import Labeling
internal import Logging
internal import Store

extension JobPerformer {
    func loadManifest(_ sequence: Int64) async throws -> Position {
        if let reason = try await refusal() {
            return try await commit(.manifestRejected(reason), at: now, finishing: sequence)
        }
        var loading = ManifestLoading(specification: specification)
        do {
            let pieces = try await files.open(specification.manifest)
            while let piece = try await pieces.next() {
                try piece.withUnsafeBytes { bytes in try loading.take(bytes) }
                loading = try await store(loading, isLast: false)
            }
            try loading.end()
            loading = try await store(loading, isLast: true)
        } catch let error as ManifestError {
            let reason = FailureText.manifest(specification.manifest.description, error)
            return try await commit(.manifestRejected(reason), at: now, finishing: sequence)
        }
        if loading.manifest.objects == 0 {
            let reason = FailureText.manifestEmpty(specification.manifest.description)
            return try await commit(.manifestRejected(reason), at: now, finishing: sequence)
        }
        var manifest = loading.manifest
        if let earlier = loading.earlierJob, try await continueModel(ofJob: earlier) { manifest.modelFrom = earlier }
        return try await commit(.manifestLoaded(manifest), at: now, finishing: sequence)
    }

    /// What makes the job fail before a line is read.
    private func refusal() async throws -> String? {
        if let reason = specification.undeclaredPersonalData { return reason }
        if let reason = try await keepCategories() { return reason }
        if let template = specification.template {
            do { _ = try await files.read(template, limit: environment.limits.templateBytes) } catch let error
                as ServiceError
                where error.fault == .client
            {
                return FailureText.template(template.description, cause: "\(error.code): \(error.message)")
            }
        }
        if let reason = try await keepInitialModel() { return reason }
        return try await loadTruth()
    }

    /// Reads the label category file once; what it says later does not matter to this job.
    private func keepCategories() async throws -> String? {
        guard let uri = specification.categories else { return nil }
        let file: [UInt8]
        do { file = try await files.read(uri, limit: environment.limits.categoryFileBytes) } catch let error
            as ServiceError
            where error.fault == .client
        {
            return FailureText.labelCategories(uri.description, cause: "\(error.code): \(error.message)")
        }
        do {
            _ = try LabelCategories(
                parsing: file, for: specification.taskType, isAutomated: specification.isAutomated)
        } catch {
            return FailureText.labelCategories(uri.description, cause: error.cause)
        }
        try await environment.jobs.change(id, .engine) { try $0.putDocument(JobDocument.categories, file) }
        return nil
    }

    // MARK: Truth

    /// Takes the truth manifest of a rule or tag into the registry.
    private func loadTruth() async throws -> String? {
        guard let uri = specification.steering.truthManifest else { return nil }
        let attribute = specification.steering.truthAttribute ?? OutputManifest.truthAttribute
        let task = try await labelingTask()
        let account = specification.account
        var lines = ManifestScanner(limits: environment.limits), entries: [TruthEntry] = [], known = 0
        func take(_ line: ManifestLine) {
            guard let entry = Truth.entry(line.bytes, attribute: attribute, task: task) else { return }
            entries.append(TruthEntry(source: entry.source.truthKey, truth: entry.value.compactBytes))
        }
        do {
            let pieces = try await files.open(uri)
            while let piece = try await pieces.next() {
                try piece.withUnsafeBytes { try lines.scan($0, take) }
                known += entries.count
                try await environment.control.putTruth(entries, account: account)
                entries = []
            }
            try lines.finish(take)
            try await environment.control.putTruth(entries, account: account)
        } catch let error as ManifestError {
            return FailureText.manifest(uri.description, error)
        } catch let error as ServiceError where error.fault == .client {
            return FailureText.manifestUnreadable(uri.description, cause: "\(error.code): \(error.message)")
        }
        known += entries.count
        if known == 0 { return FailureText.truthUnusable(uri.description, attribute: attribute) }
        if known < lines.count {
            environment.logger.warning(
                "Lines of a truth manifest say nothing of the task; what they name counts as unknown",
                metadata: ["manifest": "\(uri)", "lines": "\(lines.count)", "known": "\(known)"])
        }
        return nil
    }

    // MARK: Storing

    /// Stores full slices, and at the end what is left; returns what still waits.
    private func store(_ loading: ManifestLoading, isLast: Bool) async throws -> ManifestLoading {
        var loading = loading
        let size = environment.limits.engineSliceRows
        while loading.lines.count >= size || (isLast && !loading.lines.isEmpty) {
            let slice = loading.takeSlice(of: size)
            try await environment.jobs.change(id, .engine) { change in
                try change.put(slice.lines)
                try change.put(slice.objects)
            }
            if !slice.truth.isEmpty {
                try await environment.control.putTruth(slice.truth, account: specification.account)
            }
        }
        return loading
    }
}

/// The manifest as far as it has been read; holds what is not stored yet.
private struct ManifestLoading {
    private(set) var manifest = LabelingJob.Manifest(objects: 0)
    private(set) var lines: [ManifestRow] = []
    /// The job that the last of the labels in the manifest comes from.
    private(set) var earlierJob: String?
    private var objects: [ObjectRow] = []
    private var truth: [TruthEntry] = []
    private var scanner: ManifestScanner
    private let type: TaskType

    /// Places of the wanted attributes.
    private static let label = 0, metadata = 1, truthPlace = 2

    init(specification: LabelingJobSpecification) {
        let attribute = specification.labelAttribute
        scanner = ManifestScanner(wanting: [attribute, attribute + "-metadata", OutputManifest.truthAttribute])
        type = specification.taskType
    }

    mutating func take(_ chunk: UnsafeRawBufferPointer) throws(ManifestError) {
        var taken: [Taken] = []
        try scanner.scan(chunk) { taken.append(Taken($0, of: type)) }
        for line in taken { add(line) }
    }

    mutating func end() throws(ManifestError) {
        var taken: [Taken] = []
        try scanner.finish { taken.append(Taken($0, of: type)) }
        for line in taken { add(line) }
    }

    /// What a line says, out of the buffer it stood in.
    private struct Taken {
        enum Labeled { case byHuman, byMachine }
        let index: Int
        let bytes: [UInt8]
        let problem: String?
        let labeled: Labeled?
        let earlierJob: String?
        let truth: TruthEntry?

        init(_ line: ManifestLine, of type: TaskType) {
            index = line.index
            bytes = Array(line.bytes)
            problem = line.problem(for: type).map(ObjectFailureText.unusableLine)
            let metadata = line.has(ManifestLoading.label) ? line.value(ManifestLoading.metadata) : nil
            let members = metadata.flatMap { try? JSONValue(parsing: $0) }
            labeled = line.has(ManifestLoading.label) ? Taken.author(members) : nil
            earlierJob = members?["job-name"]?.string.flatMap { name in
                name.hasPrefix("labeling-job/") ? String(name.dropFirst("labeling-job/".count)) : nil
            }
            if let source = line.source, let value = line.value(ManifestLoading.truthPlace) {
                truth = TruthEntry(source: source.truthKey, truth: Array(value))
            } else {
                truth = nil
            }
        }

        private static func author(_ metadata: JSONValue?) -> Labeled {
            metadata?["human-annotated"]?.string == "no" ? .byMachine : .byHuman
        }
    }

    private mutating func add(_ line: Taken) {
        manifest.objects += 1
        lines.append(ManifestRow(index: line.index, line: line.bytes))
        if let entry = line.truth { truth.append(entry) }
        if let problem = line.problem {
            manifest.failed += 1
            objects.append(
                ObjectRow(index: line.index, status: .failed, label: ObjectOutcome.failed(problem).encoded))
        } else if let labeled = line.labeled {
            earlierJob = line.earlierJob ?? earlierJob
            if labeled == .byHuman { manifest.labeledByHumans += 1 } else { manifest.labeledByMachine += 1 }
            objects.append(ObjectRow(index: line.index, status: labeled == .byHuman ? .human : .machine))
        }
    }

    struct Slice: Sendable {
        var lines: [ManifestRow]
        var objects: [ObjectRow]
        var truth: [TruthEntry]
    }

    /// The next rows to store. Objects and truth go with whichever slice comes first.
    mutating func takeSlice(of size: Int) -> Slice {
        let slice = Slice(lines: Array(lines.prefix(size)), objects: objects, truth: truth)
        lines.removeFirst(min(size, lines.count))
        objects = []
        truth = []
        return slice
    }
}
