// What a round of the model writes: labels of the objects taken, the files of the round where the real service writes
// them, and the figures of its measurement for timeline and report.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning
internal import Store

extension JobPerformer {
    /// Labels the objects taken, slice by slice; nothing counts them before the event does.
    func label(
        _ taken: [Seen], _ predictor: any Predictor, round: Int, at: Instant
    ) async throws {
        let manifest = OutputManifest(attribute: specification.labelAttribute)
        let size = specification.taskType.writesLabelFiles ? Self.maskSlice : environment.limits.engineSliceRows
        let slices = taken.slices(of: size)
        try await files.write(
            specification.output.machineLabels(iteration: round), to: specification.output.bucket,
            contentType: "text/plain", slices: slices.indices
        ) { place in
            let predictions: [(index: Int, prediction: LearnedPrediction)]
            if specification.algorithm?.learnsCategories == true {
                predictions = slices[place].map { seen in
                    (seen.index, LearnedPrediction(label: .category(seen.category ?? 0), confidence: seen.confidence))
                }
            } else {
                let whole = try await predictor.predictions(of: slices[place].map(\.index))
                predictions = zip(slices[place], whole).compactMap { seen, prediction in
                    prediction.map { (seen.index, $0) }
                }
            }
            return try await label(predictions, manifest, round: round, at: at, first: place * size)
        }
    }

    /// Masks of so many images are in memory together.
    private static let maskSlice = 16

    /// Stores the labels of a slice, with their files; returns its lines.
    private func label(
        _ predictions: [(index: Int, prediction: LearnedPrediction)], _ manifest: OutputManifest, round: Int,
        at: Instant, first: Int
    ) async throws -> [UInt8] {
        let task = try await labelingTask(), sources = try await sources(of: predictions.map(\.index))
        var rows: [ObjectRow] = [], labelFiles: [OutputFile] = [], text: [UInt8] = []
        for (offset, (index, prediction)) in predictions.enumerated() {
            let source = sources[index]
            var size: ImageSize?
            if task.type.isDrawnOnImages, let source { size = try await imageSize(of: source) }
            let created = ConsolidationFiles.creationDate(at: first + offset, ofCallAt: at)
            let judged = JudgedAnnotation(
                annotation: prediction.label.annotation(in: size ?? ImageSize(width: 1, height: 1)),
                confidence: Self.rounded(prediction.confidence), parts: prediction.parts.map(Self.rounded))
            let provenance = LabelProvenance(
                job: specification.name, isHumanAnnotated: false, createdAt: created,
                file: specification.output.mask(object: index, at: created))
            let label = task.outputLabel(judged, provenance)
            if let bytes = task.labelFile(judged) {
                labelFiles.append(OutputFile(key: provenance.file.key, bytes: bytes, contentType: "image/png"))
            }
            text += manifest.machineLabelLine(object: index, label)
            var category: Int?
            if case .category(let number) = prediction.label { category = number }
            rows.append(
                ObjectRow(
                    index: index, status: .machine, round: round, label: ObjectOutcome.labeled(label).encoded,
                    category: category, confidence: Double(prediction.confidence)))
        }
        if !labelFiles.isEmpty { try await files.write(labelFiles, to: specification.output.bucket) }
        try await environment.jobs.change(id, .engine) { [rows] in try $0.put(rows) }
        return text
    }

    /// As confidences are written: two digits.
    private static func rounded(_ confidence: Float) -> Double { (Double(confidence) * 100).rounded() / 100 }

    // MARK: Files

    func write(_ round: Int, _ measured: [Evidence.Measured], _ seen: [Seen]) async throws {
        let output = specification.output
        try await writeLines(
            of: measured.map(\.index), withLabels: true, to: output.validationInput(iteration: round))
        try await writePredictions(
            measured.map { ($0.index, $0.outcome.category, $0.outcome.confidence) },
            to: output.validationOutput(iteration: round))
        try await writeLines(of: seen.map(\.index), withLabels: false, to: output.inferenceInput(iteration: round))
        try await writePredictions(
            seen.map { ($0.index, $0.category, $0.confidence) }, to: output.inferenceOutput(iteration: round))
    }

    private func writePredictions(
        _ predictions: [(index: Int, category: Int?, confidence: Float)], to key: String
    ) async throws {
        let names = try await labelingTask().categories.names
        let slices = predictions.slices(of: environment.limits.engineSliceRows)
        try await files.write(
            key, to: specification.output.bucket, contentType: "application/jsonlines", slices: slices.indices
        ) { place in
            slices[place].flatMap { prediction in
                var line: JSONObject = ["datasetObjectId": .string(String(prediction.index))]
                if let category = prediction.category {
                    line["label"] = .integer(category)
                    line["class-name"] = .string(names[category])
                }
                line["confidence"] = .double(Double(prediction.confidence))
                return JSONValue.object(line).compactBytes + [UInt8(ascii: "\n")]
            }
        }
    }

    // MARK: Figures

    /// What timeline and report say of a round.
    func figures(_ choice: ThresholdChoice, _ evidence: Evidence, _ plan: RoundPlan) async throws -> JSONObject {
        let names = try await labelingTask().categories.names
        var figures: JSONObject = [
            "validation": .integer(evidence.measured.count), "above": .integer(choice.accepted.count),
            "correct": Self.figure(choice.accepted.agreement), "bound": .double(choice.bound),
            "target": .double(specification.thresholdRule.target), "coverage": .double(choice.coverage),
            "sampler": .string(specification.sampler.rawValue),
        ]
        figures["threshold"] = choice.threshold.map { .double(Double($0)) }
        if choice.accepted.count > 0 {
            figures["agreement"] = .double(choice.accepted.agreement / Double(choice.accepted.count))
        }
        if !choice.byCategory.isEmpty {
            figures["classes"] = .array(
                choice.byCategory.sorted { $0.key < $1.key }.map { category, threshold in
                    .object(Self.figures(names[category], category, threshold, evidence, choice))
                })
        }
        if plan.guarded > 0 { figures["guarded"] = .integer(plan.guarded) }
        if !plan.audited.isEmpty { figures["toBeChecked"] = .integer(plan.audited.count) }
        if evidence.audits.checked.total.count > 0 {
            figures["checked"] = .integer(evidence.audits.checked.total.count)
            figures["checkedCorrect"] = Self.figure(evidence.audits.checked.total.agreement)
        }
        figures["remark"] = choice.refusal.map { .string($0.description) }
        return figures
    }

    /// Of one class: what keeps it, its precision among all that was taken so far, and how many of the validation
    /// objects of the class would not be lost to another one.
    private static func figures(
        _ name: String, _ category: Int, _ threshold: ClassThreshold, _ evidence: Evidence, _ choice: ThresholdChoice
    ) -> JSONObject {
        var figures: JSONObject = ["class": .string(name), "bound": .double(threshold.bound)]
        figures["threshold"] = threshold.threshold.map { .double(Double($0)) }
        if threshold.cumulative.count > 0 {
            figures["above"] = .integer(threshold.cumulative.count)
            figures["precision"] = .double(threshold.cumulative.agreement / Double(threshold.cumulative.count))
        }
        let own = evidence.measured.filter { $0.truth == category }
        if !own.isEmpty {
            let lost = own.count { object in
                object.outcome.category != category && object.isPermitted
                    && choice.takes(object.outcome.category, object.outcome.confidence)
            }
            figures["recall"] = .double(1 - Double(lost) / Double(own.count))
        }
        return figures
    }

    /// A whole number where it is one: of classes, agreements add up to a count.
    private static func figure(_ sum: Double) -> JSONValue {
        sum == sum.rounded() ? .integer(Int(sum)) : .double(sum)
    }
}
