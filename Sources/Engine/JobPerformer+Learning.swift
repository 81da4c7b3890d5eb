// Training: the human labels so far, split into the validation set (the first of the random draw) and the rest, which
// the model learns from. The model is written as model.tar.gz where readers look for it, and registered by name.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning
internal import Store

extension JobPerformer {
    func train(_ round: Int, _ at: Instant, _ sequence: Int64) async throws -> Position {
        guard try await isIn(.training(round)) else { return try await skip(sequence) }
        let trainer: any Learner
        switch environment.learners.learners(for: specification.steering.learner, specification.taskType) {
        case .success(let found): trainer = found[0]
        case .failure(let reason):
            return try await commit(.trainingFailed(reason.description), at: max(now, at), finishing: sequence)
        }
        let labels = try await humanLabels()
        let store = try featureStore(trainer.extractor)
        try await makeFeatures(of: labels.training.map(\.index), trainer.extractor, store)
        // Features that were cut off are too few, which is no failure of the training.
        if cancellation.isCancelled { return try await leave(sequence) }
        let examples = labels.training.filter { store.slot(of: $0.index) == .usable }
        let classes = try await labelingTask().categories.names.count
        let warmStart = try await startingModel()
        let draws = specification.draws.scoped("training").scoped(round), cancellation = cancellation
        let made: any LearnedModel
        do {
            made = try await environment.compute.run {
                try trainer.train(
                    on: examples, of: store, classes: classes, warmStart: warmStart, draws: draws,
                    isCancelled: { cancellation.isCancelled }
                ).model
            }
        } catch let error as LearningError {
            if case .cancelled = error { return try await leave(sequence) }
            return try await commit(.trainingFailed(error.description), at: max(now, at), finishing: sequence)
        }
        // Until it is stored there is none: a commit may fail after all, or succeed without our learning of it.
        model = nil
        let name = modelName(round)
        try await write(made, name: name, round: round, at: at, examples: examples.map(\.index))
        let event = LabelingJob.Event.modelTrained(
            LabelingJob.Model(round: round, name: name, examples: examples.count))
        let bytes = made.encoded()
        let position = try await commit(event, at: max(now, at), finishing: sequence) {
            try $0.putDocument(JobDocument.model, bytes)
        }
        // Not before: a repeated training starts from the same model as the first.
        model = made
        return position
    }

    struct HumanLabels: Sendable {
        var validation: [LearningExample] = []
        /// Validation objects that were above the threshold of an earlier round are not in `validation`.
        var training: [LearningExample] = []
    }

    /// The human labels in draw order: the first ones are the validation set.
    func humanLabels() async throws -> HumanLabels {
        let plan = specification.plan
        return try await environment.jobs.read(id) { reading in
            let target = LabelingJob.Plan.validationTarget(
                objects: try JobChange.job(reading, plan).counters.objects)
            var labels = HumanLabels()
            for (place, label) in try reading.humanLabels().enumerated() {
                let example = LearningExample(index: label.index, label: .category(label.category))
                if place >= target {
                    labels.training.append(example)
                } else if label.use != .retired {
                    labels.validation.append(example)
                }
            }
            return labels
        }
    }

    // MARK: Features

    func featureStore(_ extractor: any FeatureExtractor) throws -> FeatureStore {
        if let features, features.extractor == extractor.identifier { return features }
        let made = try FeatureStore(
            folder: environment.settings.cacheFolder, job: id.description, extractor: extractor.identifier,
            bytesPerImage: extractor.bytesPerObject ?? 12)
        features = made
        return made
    }

    /// Makes the features that are missing; objects that are no images get a mark instead.
    func makeFeatures(of objects: [Int], _ extractor: any FeatureExtractor, _ store: FeatureStore) async throws {
        let missing = objects.filter { store.slot(of: $0) == .missing }
        if extractor is ScriptedExtractor {
            let subjects = try await subjects(of: missing)
            for index in missing {
                var truth = 0
                if case .category(let known)? = subjects[index]?.truth { truth = known }
                let said = ScriptedPrediction(
                    index: index, truth: .category(truth), classes: try await labelingTask().categories.names.count)
                try store.keep(said.encoded, of: index)
            }
            return
        }
        for slice in missing.slices(of: environment.limits.engineSliceRows) {
            let sources = try await sources(of: slice)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (place, index) in slice.enumerated() {
                    // One image waits while each thread works on another: memory holds no more of them.
                    if place > environment.compute.threadCount { try await group.next() }
                    if cancellation.isCancelled { break }
                    group.addTask { [self] in try await makeFeatures(of: index, sources[index], extractor, store) }
                }
                try await group.waitForAll()
            }
        }
    }

    private nonisolated func makeFeatures(
        of index: Int, _ source: ObjectSource?, _ extractor: any FeatureExtractor, _ store: FeatureStore
    ) async throws {
        guard case .reference(let uri)? = source, let address = S3URI(uri) else {
            return try store.keep(nil, of: index)
        }
        let bytes: [UInt8]
        do { bytes = try await files.read(address, limit: environment.limits.imageBytes) } catch let error
            as ServiceError
            where error.fault == .client
        {
            return try store.keep(nil, of: index)
        }
        try await environment.compute.run {
            try store.keep(bytes.withUnsafeBytes { try? extractor.features(of: $0) }, of: index)
        }
    }

    // MARK: Models

    /// `<job>-<iteration>-<8 hex digits>`, at most 63 characters.
    private func modelName(_ round: Int) -> String {
        let suffix =
            "-\(round)-"
            + specification.draws.scoped("model").scoped(round).text(8, from: Alphabet.lowerHex)
        return String(specification.name.lowercased().prefix(63 - suffix.count)) + suffix
    }

    private func startingModel() async throws -> (any LearnedModel)? {
        if let model { return model }
        let bytes = try await environment.jobs.read(id) {
            try $0.document(JobDocument.model) ?? $0.document(JobDocument.initialModel)
        }
        return try bytes.map { try decode($0) }
    }

    func decode(_ bytes: [UInt8]) throws -> any LearnedModel {
        try ScriptedModel(decoding: bytes) ?? environment.learners.decode(bytes)
    }

    private func write(
        _ model: any LearnedModel, name: String, round: Int, at: Instant, examples: [Int]
    ) async throws {
        let output = specification.output
        let archive = ModelArchive(labels: try await labelingTask().categories.names, model: model)
        try await writeLines(of: examples, withLabels: true, to: output.trainingInput(iteration: round))
        let key = output.model(iteration: round, trainingJob: name)
        let file = OutputFile(
            key: key, bytes: archive.encoded(modified: at.wholeSecond), contentType: "application/x-tar")
        try await files.write([file], to: output.bucket)
        let document: JSONValue = [
            "ModelDataUrl": .string(output.uri(key)), "LabelingJobArn": .string(specification.arn.description),
            "TaskType": .string(specification.taskType.rawValue),
        ]
        let served = environment.serverClock.now()
        try await environment.control.put(
            Resource(
                name: ResourceName(
                    .model, account: specification.account, region: specification.region, name: name),
                created: served, updated: served, document: document.compactBytes))
    }

    /// Writes a manifest of some objects, with their labels or without.
    func writeLines(of objects: [Int], withLabels: Bool, to key: String) async throws {
        let manifest = OutputManifest(attribute: specification.labelAttribute)
        let slices = objects.slices(of: environment.limits.engineSliceRows)
        try await files.write(
            key, to: specification.output.bucket, contentType: "application/octet-stream", slices: slices.indices
        ) { place in
            try await environment.jobs.read(id) { reading in
                let lines = try reading.lines(slices[place])
                let rows = withLabels ? try reading.objects(slices[place]) : [:]
                var text: [UInt8] = []
                for index in slices[place] {
                    guard let line = lines[index] else { continue }
                    let label = rows[index]?.label ?? []
                    text += try line.withUnsafeBytes { line in
                        try label.withUnsafeBytes { try JobPerformer.outputLine(line, $0, manifest) }
                    }
                    text.append(UInt8(ascii: "\n"))
                }
                return text
            }
        }
    }

    // MARK: Initial model

    /// Keeps the model that the job is to start from.
    func keepInitialModel() async throws -> String? {
        switch try await InitialModel.read(for: specification, files, environment) {
        case nil: return nil
        case .refused(let reason): return reason
        case .read(let model):
            try await environment.jobs.change(id, .engine) { try $0.putDocument(JobDocument.initialModel, model) }
            return nil
        }
    }
}
