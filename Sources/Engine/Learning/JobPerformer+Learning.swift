// Training: the human labels so far, but for those that only measure, go to the learners of the job's kind, one after
// the other until one agrees well enough with people out of fold. The best one's model is written as model.tar.gz where
// readers look for it, and registered by name.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning
internal import Store

extension JobPerformer {
    func train(_ round: Int, _ at: Instant, _ sequence: Int64) async throws -> Position {
        guard try await isIn(.training(round)) else { return try await skip(sequence) }
        let began = environment.serverClock.now()
        if specification.steering.learner == .outside { return try await trainOutside(round, at, sequence) }
        let learners: [any Learner]
        switch try await self.learners() {
        case .success(let found): learners = found
        case .failure(let reason):
            return try await commit(.trainingFailed(reason.description), at: max(now, at), finishing: sequence)
        }
        let examples = try await examples(humanLabels().training, side: LearnedLabel.trainingSide)
        var choice = HeadChoice(target: specification.thresholdRule.target, heads: learners.count)
        var trials: [Trial?] = [], failure = "nothing could be learned from"
        while let next = choice.next {
            do { trials.append(try await trial(of: learners[next], on: examples, round)) } catch let error
                as LearningError
            {
                if case .cancelled = error { return try await leave(sequence) }
                failure = error.description
                trials.append(nil)
            }
            choice.add(trials[next]?.agreement)
        }
        guard let best = choice.winner.flatMap({ trials[$0] }) ?? trials.compactMap({ $0 }).first else {
            return try await commit(.trainingFailed(failure), at: max(now, at), finishing: sequence)
        }
        // Until it is stored there is none: a commit may fail after all, or succeed without our learning of it.
        model = nil
        let name = modelName(round), made = best.training.model
        try await write(made, name: name, round: round, at: at, examples: best.examples.map(\.index))
        try await environment.recordLabelingTraining(
            LabelingTraining(
                specification: specification, round: round, name: name, classes: made.classes,
                examples: best.examples.count, began: began, ended: environment.serverClock.now(),
                agreement: best.agreement))
        let event = LabelingJob.Event.modelTrained(
            LabelingJob.Model(
                round: round, name: name, examples: best.examples.count,
                figures: best.figures(among: trials.compactMap { $0 })))
        let bytes = made.encoded(), heldOut = HeldOut.encoded(best.heldOut)
        let position = try await commit(event, at: max(now, at), finishing: sequence) {
            try $0.putDocument(JobDocument.model, bytes)
            try $0.putDocument(JobDocument.heldOut, heldOut)
        }
        model = made
        return position
    }

    /// Trains one learner's model.
    private func trial(of learner: any Learner, on examples: [LearningExample], _ round: Int) async throws -> Trial {
        let begun = environment.wallClock.now()
        let store = try featureStore(learner.extractor)
        try await makeFeatures(of: examples.map(\.index), learner.extractor, store)
        // Features that were cut off are too few, which is no failure of the training.
        if cancellation.isCancelled { throw LearningError.cancelled }
        let usable = examples.filter { store.slot(of: $0.index) == .usable }
        let classes = try await labelingTask().categories.names.count
        // Not from a model of this job: it has seen what the folds hold out.
        let warmStart = try await initialModel()
        let draws = specification.draws.scoped("training").scoped(round), cancellation = cancellation
        let training = try await environment.compute.run {
            try learner.train(
                on: usable, of: store, classes: classes, warmStart: warmStart, draws: draws,
                isCancelled: { cancellation.isCancelled })
        }
        return Trial(
            learner: learner.identifier, training: training, examples: usable,
            time: environment.wallClock.now() - begun)
    }

    /// The learners of the job's kind.
    func learners() async throws -> Result<[any Learner], NoLearner> {
        if areImagesTiny == nil { areImagesTiny = try await areFirstImagesTiny() }
        return environment.learners.learners(
            for: specification.steering.learner, specification.taskType, areTiny: areImagesTiny ?? false)
    }

    /// Whether the images of the first lines are no larger than an icon; those that cannot be read do not count.
    private func areFirstImagesTiny() async throws -> Bool {
        guard specification.taskType == .imageMultiClass else { return false }
        let sources = try await sources(of: Array(0..<min(Self.looked, try await current().job.counters.objects)))
        return try await ImageInspection(specification, files, environment.limits)
            .areTiny(sources.sorted { $0.key < $1.key }.map(\.value))
    }

    /// Images looked at to tell whether all are tiny.
    private static let looked = 32

    // MARK: Models

    func modelName(_ round: Int) -> String {
        specification.name(ofRound: round, specification.draws.scoped("model").scoped(round))
    }

    func initialModel() async throws -> (any LearnedModel)? {
        try await environment.jobs.read(id) { try $0.document(JobDocument.initialModel) }.map { try decode($0) }
    }

    func latestModel() async throws -> (any LearnedModel)? {
        if let model { return model }
        let bytes = try await environment.jobs.read(id) { try $0.document(JobDocument.model) }
        model = try bytes.map { try decode($0) }
        return model
    }

    private func decode(_ bytes: [UInt8]) throws -> any LearnedModel {
        try ScriptedModel(decoding: bytes) ?? environment.learners.decode(bytes)
    }

    func write(
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
        guard let arn = specification.initialModelArn else { return nil }
        switch try await InitialModel.read(arn, for: specification, files, environment) {
        case .refused(let reason): return reason
        case .read(let model):
            try await environment.jobs.change(id, .engine) { try $0.putDocument(JobDocument.initialModel, model) }
            return nil
        }
    }

    /// Goes on from the model of the job that the manifest's labels come from, under the same attribute (developer
    /// guide, "Chaining labeling jobs"); a model that cannot be had is no reason to fail.
    /// - Returns: whether there is one.
    func continueModel(ofJob name: String) async throws -> Bool {
        guard specification.isAutomated, specification.initialModelArn == nil,
            let row = try await environment.jobs.job(
                JobName(account: specification.account, region: specification.region, name: name)),
            let earlier = LabelingJobSpecification(decoding: row.specification),
            let job = LabelingJob(decoding: row.state, plan: earlier.plan), !job.modelName.isEmpty
        else { return false }
        let arn = ARN(
            service: "sagemaker", region: specification.region, account: specification.account,
            resource: "model/" + job.modelName)
        guard
            case .read(let model) = try await InitialModel.read(
                arn.description, for: specification, files, environment)
        else { return false }
        try await environment.jobs.change(id, .engine) { try $0.putDocument(JobDocument.initialModel, model) }
        return true
    }
}

/// What one learner made of a round's labels.
private struct Trial: Sendable {
    var learner: String
    var training: Training
    var examples: [LearningExample]
    /// Real time, features included.
    var time: Duration

    /// Mean agreement with people out of fold.
    var agreement: Double? { training.outOfFoldAgreement(with: examples) }

    var heldOut: [HeldOut] {
        zip(examples, training.outOfFold).compactMap { example, prediction in
            prediction.map { HeldOut(example, $0) }
        }
    }

    func figures(among trials: [Trial]) -> JSONObject {
        var figures: JSONObject = [
            "learner": .string(learner), "seconds": .double(trials.reduce(0) { $0 + $1.time.inSeconds }),
        ]
        figures["outOfFold"] = agreement.map { .double($0) }
        guard trials.count > 1 else { return figures }
        figures["tried"] = .array(
            trials.map { trial in
                ["learner": .string(trial.learner), "outOfFold": trial.agreement.map { .double($0) } ?? .null]
            })
        return figures
    }
}

extension LabelingJobSpecification {
    /// What machine labels of the job's kind have to keep (developer guide, "Automate data labeling").
    var thresholdRule: ThresholdRule {
        var rule = ThresholdRule()
        rule.level = steering.certainty
        rule.target = algorithm?.target ?? rule.target
        return rule
    }
}

extension LabelingAlgorithm {
    /// The agreement with people that its labels have to keep (developer guide, "Automate data labeling").
    var target: Double {
        switch self {
        case .imageClassification, .textClassification: 0.95
        case .objectDetection: 0.6
        case .semanticSegmentation: 0.7
        }
    }
}
