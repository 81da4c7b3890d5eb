// What the thresholds of a round rest on: validation objects as the model sees them, or the objects it was trained on
// as they were predicted out of fold, and the machine labels that people have checked since.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning
internal import Store

/// The evidence of one round.
struct Evidence: Sendable {
    /// An object that measures, as the model sees it.
    struct Measured: Sendable {
        var index: Int
        var outcome: ValidationOutcome
        /// Of classes, the human one.
        var truth: Int?
        /// Whether the guard of rare classes lets it be taken.
        var isPermitted: Bool
    }

    var measured: [Measured]
    /// What retired in earlier rounds, and what people have checked.
    var earlier: Assurance
    var audits: Audits
    /// Objects that people have checked since the round before: in `earlier`, and no evidence a second time.
    var checked: [Int] = []
    var rareClasses: RareClassGuard

    /// What the threshold is chosen on: an object that may not be taken goes to people, and says nothing of machine
    /// labels.
    var outcomes: [ValidationOutcome] { measured.filter(\.isPermitted).map(\.outcome) }

    /// The objects that a choice takes, and those that were checked.
    func retired(by choice: ThresholdChoice) -> [Int] {
        checked
            + measured.filter { $0.isPermitted && choice.takes($0.outcome.category, $0.outcome.confidence) }
            .map(\.index)
    }
}

extension JobPerformer {
    func evidence(
        _ labels: HumanLabels, _ predictor: any Predictor
    ) async throws -> Evidence {
        let (heldOut, kept, assured) = try await environment.jobs.read(id) { reading in
            (
                try reading.document(JobDocument.heldOut), try reading.document(JobDocument.audits),
                try reading.document(JobDocument.assured)
            )
        }
        let outOfFold = heldOut.map { HeldOut.decoded($0) } ?? []
        var objects: [HeldOut]
        if specification.plan.schedule == .efficient {
            objects = outOfFold.filter { labels.random.contains($0.index) }
        } else {
            objects = try await validation(labels.validation, predictor)
        }
        var known = objects.compactMap { $0.known(isRandom: true) }
        let measuring = Set(objects.map(\.index))
        known += outOfFold.filter { !measuring.contains($0.index) }.compactMap {
            $0.known(isRandom: labels.random.contains($0.index))
        }
        let classes = try await labelingTask().categories.names.count
        let rareClasses =
            specification.algorithm?.learnsCategories == true
            ? RareClassGuard(known, random: labels.randomCounts, classes: classes) : RareClassGuard()
        var evidence = Evidence(
            measured: objects.map { object in
                Evidence.Measured(
                    index: object.index, outcome: object.outcome, truth: object.truth,
                    isPermitted: object.isPermitted(by: rareClasses))
            },
            earlier: assured.flatMap { try? JSONValue(parsing: $0) }.flatMap(Assurance.init(json:)) ?? Assurance(),
            audits: try kept.map { bytes in
                guard let audits = Audits(decoding: bytes) else {
                    throw EngineFailure.unreadable("audits of job \(id)")
                }
                return audits
            } ?? Audits(), rareClasses: rareClasses)
        for (index, outcome) in try await closeAudits(&evidence.audits) {
            evidence.earlier.add(outcome)
            evidence.checked.append(index)
        }
        return evidence
    }

    /// Takes in what people have said of the machine labels that they check.
    func closeAudits(
        _ audits: inout Audits
    ) async throws -> [(index: Int, outcome: ValidationOutcome)] {
        let objects = audits.open.map(\.index)
        let rows = try await environment.jobs.read(id) { try $0.objects(objects) }
        let labeled = rows.values.filter { $0.status == .human }.sorted { $0.index < $1.index }.map { row in
            HumanLabelRow(index: row.index, category: row.category, use: row.use, round: row.round, position: nil)
        }
        let human = Dictionary(
            try await examples(labeled, side: LearnedLabel.judgingSide).map { ($0.index, $0.label) }
        ) { $1 }
        var outcomes: [(index: Int, outcome: ValidationOutcome)] = [], open: [Audits.Open] = []
        for audit in audits.open {
            if let label = human[audit.index] {
                outcomes.append((audit.index, audits.close(audit, label)))
            } else if rows[audit.index]?.status != .failed {
                open.append(audit)
            }
        }
        audits.open = open
        return outcomes
    }

    /// The validation objects as the model sees them; one of which it says nothing cannot be right.
    private func validation(_ rows: [HumanLabelRow], _ predictor: any Predictor) async throws -> [HeldOut] {
        var all: [HeldOut] = []
        for slice in rows.slices(of: Self.judgedTogether) {
            if cancellation.isCancelled { break }
            let examples = try await examples(Array(slice), side: LearnedLabel.judgingSide)
            let predictions = try await predictor.predictions(of: examples.map(\.index))
            all += zip(examples, predictions).map { example, prediction in
                prediction.map { HeldOut(example, $0) } ?? HeldOut(unreadable: example)
            }
        }
        return all
    }

    /// Masks of so many objects are in memory together.
    private static let judgedTogether = 256
}
