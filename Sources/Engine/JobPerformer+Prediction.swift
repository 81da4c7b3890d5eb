// Measuring a model and labeling by it: the validation objects give the threshold, everything unlabeled is predicted,
// what lies above the threshold is labeled by the model, and the confidence of the rest decides who goes to people
// next.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning
internal import Store

extension JobPerformer {
    func predict(
        _ round: Int, _ at: Instant, _ name: String, _ assured: LabelingJob.Assurance, _ sequence: Int64
    ) async throws -> Position {
        guard try await isIn(.predicting(round)) else { return try await withdraw(round, sequence) }
        guard
            case .success(let learners) = environment.learners.learners(
                for: specification.steering.learner, specification.taskType),
            let model = try await latestModel()
        else { return try await commit(.trainingFailed("the model is gone"), at: max(now, at), finishing: sequence) }
        guard let trainer = learners.first, model.extractor == trainer.extractor.identifier else {
            // The program was started anew with, or without, the backbone's weights.
            let reason =
                "the model reads features of \(model.extractor), the learner makes \(learners.map(\.extractor.identifier))"
            return try await commit(.trainingFailed(reason), at: max(now, at), finishing: sequence)
        }
        let validation = try await humanLabels().validation
        let pool = try await pool(round)
        let store = try featureStore(trainer.extractor)
        try await makeFeatures(of: validation.map(\.index) + pool, trainer.extractor, store)
        if cancellation.isCancelled { return try await abandon(round, sequence) }

        let measured = try await outcomes(of: validation, model, store)
        let choice = ThresholdRule().choose(
            measured.map(\.outcome), earlier: earlier(assured))
        let predicted = try await predictions(of: pool, model, store)
        if cancellation.isCancelled { return try await abandon(round, sequence) }
        let taken = predicted.filter { prediction in choice.threshold.map { prediction.confidence >= $0 } ?? false }
        try await write(round, measured, predicted)
        try await label(taken, predicted, round: round, at: at)

        let retired = choice.threshold.map { threshold in
            measured.filter { $0.outcome.confidence >= threshold }.map(\.index)
        }
        let prediction = LabelingJob.Prediction(
            round: round, threshold: choice.threshold.map { Double($0) }, bound: choice.bound,
            validation: measured.count,
            assured: LabelingJob.Assurance(items: choice.accepted.count, correct: Int(choice.accepted.agreement)),
            labeled: 0, remark: choice.refusal.map { "\($0)" } ?? "")
        do {
            return try await commit(
                at: max(now, at), finishing: sequence, also: { try $0.setUse(.retired, of: retired ?? []) }
            ) { change, job in
                guard job.phase == .predicting(round) else { throw Overtaken() }
                var prediction = prediction
                // Counted in the store: a repeated performance finds the labels of its first attempt.
                prediction.labeled = try change.count(.machine) - job.counters.machine
                return .predicted(prediction)
            }
        } catch is Overtaken {
            return try await withdraw(round, sequence)
        }
    }

    /// The job has left the phase while the model was at work.
    private struct Overtaken: Error {}

    /// Leaves a prediction that was cut off.
    private func abandon(_ round: Int, _ sequence: Int64) async throws -> Position {
        if cancellation.isClosing { throw CancellationError() }
        return try await withdraw(round, sequence)
    }

    /// Takes back the labels of a round whose prediction will not count: a stop came first.
    private func withdraw(_ round: Int, _ sequence: Int64) async throws -> Position {
        var after = -1
        while true {
            let start = after, limit = environment.limits.engineSliceRows
            let rows = try await environment.jobs.read(id) { try $0.objects(.machine, after: start, limit: limit) }
            guard let last = rows.last else { return try await skip(sequence) }
            let taken = rows.filter { $0.round == round }.map { ObjectRow(index: $0.index, status: .waiting) }
            try await environment.jobs.change(id, .engine) { try $0.put(taken) }
            after = last.index
        }
    }

    private func latestModel() async throws -> (any LearnedModel)? {
        if let model { return model }
        let bytes = try await environment.jobs.read(id) { try $0.document(JobDocument.model) }
        model = try bytes.map { try decode($0) }
        return model
    }

    /// The objects without a result, and those that this very round has labeled before it was interrupted.
    private func pool(_ round: Int) async throws -> [Int] {
        let objects = try await current().job.counters.objects
        var pool: [Int] = []
        for start in stride(from: 0, to: objects, by: environment.limits.engineSliceRows) {
            let range = start..<min(start + environment.limits.engineSliceRows, objects)
            pool += try await environment.jobs.read(id) { reading in
                let rows = try reading.marks(in: range)
                return range.filter { index in
                    guard let row = rows[index] else { return true }
                    return row.status == .waiting || (row.status == .machine && row.round == round)
                }
            }
        }
        return pool
    }

    // MARK: Predicting

    private func earlier(_ assured: LabelingJob.Assurance) -> Assurance {
        var earlier = Assurance()
        earlier.total = Tally(agreement: Double(assured.correct), count: assured.items)
        return earlier
    }

    private struct Measured: Sendable {
        var index: Int
        var label: Int
        var outcome: ValidationOutcome
    }

    private struct Predicted: Sendable {
        var index: Int
        var label: Int
        var confidence: Float
    }

    private func outcomes(
        of validation: [LearningExample], _ model: any LearnedModel, _ store: FeatureStore
    ) async throws -> [Measured] {
        let predicted = try await predictions(of: validation.map(\.index), model, store)
        return zip(validation, predicted).map { example, prediction in
            Measured(
                index: example.index, label: prediction.label,
                outcome: ValidationOutcome(
                    confidence: prediction.confidence,
                    agreement: .category(prediction.label) == example.label ? 1 : 0))
        }
    }

    /// What the model says of each object; of one that is no image it says nothing, and is sure of nothing.
    private func predictions(
        of objects: [Int], _ model: any LearnedModel, _ store: FeatureStore
    ) async throws -> [Predicted] {
        var all: [Predicted] = []
        all.reserveCapacity(objects.count)
        for slice in objects.slices(of: environment.limits.engineSliceRows) {
            if cancellation.isCancelled { break }
            all += try await environment.compute.run {
                try slice.map { index in
                    var predicted = Predicted(index: index, label: 0, confidence: 0)
                    guard store.slot(of: index) == .usable else { return predicted }
                    try store.withFeatures(at: index) { features in
                        let prediction = model.prediction(of: features)
                        if case .category(let label) = prediction.label { predicted.label = label }
                        predicted.confidence = prediction.confidence
                    }
                    return predicted
                }
            }
        }
        return all
    }

    // MARK: Labeling

    /// Stores labels and confidences slice by slice; nothing counts them before the event does.
    private func label(
        _ taken: [Predicted], _ all: [Predicted], round: Int, at: Instant
    ) async throws {
        let task = try await labelingTask()
        let takenIndices = Set(taken.map(\.index))
        for slice in all.filter({ !takenIndices.contains($0.index) }).slices(of: environment.limits.engineSliceRows) {
            try await environment.jobs.change(id, .engine) { change in
                try change.putConfidences(slice.map { ($0.index, Double($0.confidence)) })
            }
        }
        let manifest = OutputManifest(attribute: specification.labelAttribute)
        let specification = specification
        let slices = taken.slices(of: environment.limits.engineSliceRows)
        try await files.write(
            specification.output.machineLabels(iteration: round), to: specification.output.bucket,
            contentType: "text/plain", slices: slices.indices
        ) { place in
            let first = place * environment.limits.engineSliceRows
            var rows: [ObjectRow] = [], text: [UInt8] = []
            for (offset, prediction) in slices[place].enumerated() {
                let created = ConsolidationFiles.creationDate(at: first + offset, ofCallAt: at)
                let label = Self.label(prediction, task, specification, created)
                text += manifest.machineLabelLine(object: prediction.index, label)
                rows.append(
                    ObjectRow(
                        index: prediction.index, status: .machine, round: round,
                        label: ObjectOutcome.labeled(label).encoded, category: prediction.label,
                        confidence: Double(prediction.confidence)))
            }
            try await environment.jobs.change(id, .engine) { [rows] in try $0.put(rows) }
            return text
        }
    }

    private static func label(
        _ prediction: Predicted, _ task: any LabelingTask, _ specification: LabelingJobSpecification, _ at: Instant
    ) -> OutputLabel {
        task.outputLabel(
            JudgedAnnotation(
                annotation: .category(prediction.label),
                confidence: (Double(prediction.confidence) * 100).rounded() / 100),
            LabelProvenance(job: specification.name, isHumanAnnotated: false, createdAt: at))
    }

    // MARK: Files

    private func write(_ round: Int, _ measured: [Measured], _ predicted: [Predicted]) async throws {
        let output = specification.output
        try await writeLines(
            of: measured.map(\.index), withLabels: true, to: output.validationInput(iteration: round))
        try await writePredictions(
            measured.map { ($0.index, $0.label, $0.outcome.confidence) }, to: output.validationOutput(iteration: round))
        try await writeLines(
            of: predicted.map(\.index), withLabels: false, to: output.inferenceInput(iteration: round))
        try await writePredictions(
            predicted.map { ($0.index, $0.label, $0.confidence) }, to: output.inferenceOutput(iteration: round))
    }

    private func writePredictions(_ predictions: [(index: Int, label: Int, confidence: Float)], to key: String)
        async throws
    {
        let names = try await labelingTask().categories.names
        let slices = predictions.slices(of: environment.limits.engineSliceRows)
        try await files.write(
            key, to: specification.output.bucket, contentType: "application/jsonlines", slices: slices.indices
        ) { place in
            slices[place].flatMap { prediction in
                let line: JSONValue = [
                    "datasetObjectId": .string(String(prediction.index)), "label": .integer(prediction.label),
                    "class-name": .string(names[prediction.label]),
                    "confidence": .double(Double(prediction.confidence)),
                ]
                return line.compactBytes + [UInt8(ascii: "\n")]
            }
        }
    }
}
