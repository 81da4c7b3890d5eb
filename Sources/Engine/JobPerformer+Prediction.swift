// Measuring a model and labeling by it: objects that people have labeled and the model has not learned from give the
// thresholds, everything unlabeled is predicted, what lies above is labeled by the model but for a few that people
// check, and the rest is ranked for the next batch.
//
// Predictions of boxes and masks are large, so of the pool only figures are in memory; the labels that are taken are
// predicted once more as they are written.

internal import JSON
internal import Kernel
internal import Labeling
internal import Learning
internal import Store

extension JobPerformer {
    func predict(_ round: Int, _ at: Instant, _ name: String, _ sequence: Int64) async throws -> Position {
        guard try await isIn(.predicting(round)) else { return try await withdraw(round, sequence) }
        do { return try await measure(round, at, name, sequence) } catch let failure as OutsideLearnerFailure {
            if cancellation.isCancelled { return try await abandon(round, sequence) }
            try await takeBack(round)
            return try await commit(.trainingFailed(failure.cause), at: max(now, at), finishing: sequence)
        }
    }

    private func measure(
        _ round: Int, _ at: Instant, _ name: String, _ sequence: Int64
    ) async throws -> Position {
        let begun = environment.wallClock.now(), began = environment.serverClock.now()
        guard let model = try await latestModel() else {
            return try await commit(.trainingFailed("the model is gone"), at: max(now, at), finishing: sequence)
        }
        let labels = try await humanLabels(), pool = try await pool(round)
        let predictor: any Predictor
        do { predictor = try await self.predictor(model, over: labels.validation.map(\.index) + pool) } catch let error
            as NoLearner
        {
            return try await commit(.trainingFailed(error.description), at: max(now, at), finishing: sequence)
        }
        if cancellation.isCancelled { return try await abandon(round, sequence) }

        let evidence = try await evidence(labels, predictor)
        let choice = try await threshold(evidence)
        let seen = try await predictions(of: pool, predictor, evidence.rareClasses)
        if cancellation.isCancelled { return try await abandon(round, sequence) }
        var plan = RoundPlan(seen, choice)
        plan.drawAudits(
            try await auditCount(taken: plan.taken.count), specification.draws.scoped("audits").scoped(round))
        var audits = evidence.audits
        audits.open += try await audited(plan.audited, predictor)
        try await write(round, evidence.measured, seen)
        for purpose in [LabelingInference.Purpose.validation, .inference] {
            try await environment.recordLabelingInference(
                LabelingInference(
                    specification: specification, round: round, model: name, purpose: purpose, began: began,
                    ended: environment.serverClock.now()))
        }
        try await rank(plan.left, plan.audited, predictor)
        try await label(plan.taken, predictor, round: round, at: at)

        var figures = try await figures(choice, evidence, plan)
        if let remark = await predictor.remark {
            figures["remark"] = .string([figures["remark"]?.string, remark].compactMap { $0 }.joined(separator: "; "))
        }
        figures["seconds"] = .double((environment.wallClock.now() - begun).inSeconds)
        return try await finish(
            round, at, sequence, figures: figures, audits: audits, assured: choice.cumulative,
            retired: evidence.retired(by: choice))
    }

    private func threshold(_ evidence: Evidence) async throws -> ThresholdChoice {
        let rule = specification.thresholdRule
        guard specification.predictions != nil, let fixed = specification.steering.threshold else {
            return rule.choose(evidence.outcomes, earlier: evidence.earlier)
        }
        return rule.fixed(
            at: Float(fixed), evidence.outcomes, earlier: evidence.earlier,
            classes: try await labelingTask().categories.names.count)
    }

    private func finish(
        _ round: Int, _ at: Instant, _ sequence: Int64, figures: JSONObject, audits: Audits, assured: Assurance,
        retired: [Int]
    ) async throws -> Position {
        let auditBytes = audits.encoded, assuredBytes = assured.json.compactBytes
        do {
            return try await commit(
                at: max(now, at), finishing: sequence,
                also: { change in
                    try change.setUse(.retired, of: retired)
                    try change.putDocument(JobDocument.audits, auditBytes)
                    try change.putDocument(JobDocument.assured, assuredBytes)
                }
            ) { change, job in
                guard job.phase == .predicting(round) else { throw Overtaken() }
                // Counted in the store: a repeated performance finds the labels of its first attempt.
                let labeled = try change.count(.machine) - job.counters.machine
                return .predicted(LabelingJob.Prediction(round: round, labeled: labeled, figures: figures))
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
        try await takeBack(round)
        return try await skip(sequence)
    }

    private func takeBack(_ round: Int) async throws {
        var after = -1
        while true {
            let start = after, limit = environment.limits.engineSliceRows
            let rows = try await environment.jobs.read(id) { try $0.objects(.machine, after: start, limit: limit) }
            guard let last = rows.last else { return }
            let taken = rows.filter { $0.round == round }.map { ObjectRow(index: $0.index, status: .waiting) }
            try await environment.jobs.change(id, .engine) { try $0.put(taken) }
            after = last.index
        }
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

    /// The model over some objects, whose features are made where it needs them.
    private func predictor(_ model: any LearnedModel, over objects: [Int]) async throws -> any Predictor {
        if let foreign = model as? ForeignModel { return try await outsidePredictor(foreign) }
        let learners = try await learners().get()
        guard let learner = learners.first(where: { $0.extractor.identifier == model.extractor }) else {
            // The program was started anew with, or without, the backbone's weights.
            let made = learners.map(\.extractor.identifier).joined(separator: ", ")
            throw NoLearner("the model reads features of \(model.extractor), the learners make \(made)")
        }
        let store = try featureStore(learner.extractor)
        try await makeFeatures(of: objects, learner.extractor, store)
        return FeaturePredictor(model: model, store: store, compute: environment.compute)
    }

    /// What the model says of each object; of one that cannot be read it says nothing, and is sure of nothing.
    private func predictions(
        of objects: [Int], _ predictor: any Predictor, _ rareClasses: RareClassGuard
    ) async throws -> [Seen] {
        var all: [Seen] = []
        all.reserveCapacity(objects.count)
        let sampler = specification.sampler, draws = specification.draws.scoped("sampler")
        for slice in objects.slices(of: environment.limits.engineSliceRows) {
            if cancellation.isCancelled { break }
            for (index, prediction) in zip(slice, try await predictor.predictions(of: Array(slice))) {
                guard let prediction else {
                    all.append(Seen(unreadable: index))
                    continue
                }
                all.append(
                    Seen(
                        index, prediction, rank: sampler.rank(prediction, object: index, draws),
                        isPermitted: rareClasses.permits(prediction)))
            }
        }
        return all
    }

    // MARK: The next batch

    /// How many of the objects taken people are to check: a share of a batch, and of what is taken.
    private func auditCount(taken: Int) async throws -> Int {
        let job = try await current().job, plan = specification.plan
        var batch = plan.maxConcurrentObjects
        if plan.schedule == .efficient { batch = min(batch, plan.efficientBatch(2, objects: job.counters.objects)) }
        let share = specification.steering.auditShare
        let wanted = min(Int((share * Double(batch)).rounded(.up)), Int(share * Double(taken)))
        return min(wanted, max(0, (plan.maxHumanLabeled ?? .max) - job.counters.human))
    }

    private func audited(_ objects: [Seen], _ predictor: any Predictor) async throws -> [Audits.Open] {
        let predictions = try await predictor.predictions(of: objects.map(\.index))
        return zip(objects, predictions).compactMap { object, prediction in
            prediction.map {
                Audits.Open(index: object.index, said: KeptPrediction(label: $0.label, confidence: $0.confidence))
            }
        }
    }

    /// Stores in which order people get what is left; those to be checked come first.
    private func rank(_ left: [Seen], _ audited: [Seen], _ predictor: any Predictor) async throws {
        var ranks = left.map { (index: $0.index, confidence: $0.rank) }
        if specification.sampler == .coreSet { ranks = try await spread(left, predictor) }
        ranks += audited.map { ($0.index, Self.auditRank) }
        for slice in ranks.slices(of: environment.limits.engineSliceRows) {
            try await environment.jobs.change(id, .engine) { try $0.putConfidences(Array(slice)) }
        }
    }

    /// Below every rank of a sampler.
    static let auditRank = -1e6

    /// Objects of the next batch chosen far from each other, among five times as many of the least confident ones.
    private func spread(
        _ left: [Seen], _ predictor: any Predictor
    ) async throws -> [(index: Int, confidence: Double)] {
        let batch = min(specification.maxConcurrentTaskCount, Self.mostSpread)
        let candidates = left.sorted { ($0.rank, $0.index) < ($1.rank, $1.index) }.prefix(5 * batch)
        let predictions = try await predictor.predictions(of: candidates.map(\.index))
        let whole = zip(candidates, predictions).compactMap { seen, prediction in prediction.map { (seen.index, $0) } }
        let chosen = try await environment.compute.run {
            Sampler.farthestApart(
                batch, of: whole.map { Sampler.place(of: $0.1) },
                ranks: whole.map { Double($0.1.confidence) })
        }
        var ranks = Dictionary(uniqueKeysWithValues: left.map { ($0.index, $0.rank) })
        for (order, place) in chosen.enumerated() { ranks[whole[place].0] = Double(order - chosen.count) }
        return left.map { ($0.index, ranks[$0.index] ?? $0.rank) }
    }

    /// Most objects that are chosen far from each other: each step looks at all candidates.
    private static let mostSpread = 1000
}

/// What a model says of an object of the pool, in few words.
struct Seen: Sendable {
    var index: Int
    /// Nil for labels with more than one class.
    var category: Int?
    var confidence: Float
    /// The sampler's: the lowest goes to people first.
    var rank: Double
    /// Whether the object may be labeled by the model at all.
    var isPermitted: Bool

    init(_ index: Int, _ prediction: LearnedPrediction, rank: Double, isPermitted: Bool) {
        self.index = index
        if case .category(let label) = prediction.label { category = label }
        confidence = prediction.confidence
        self.rank = rank
        self.isPermitted = isPermitted
    }

    /// People find out what it is.
    init(unreadable index: Int) {
        self.index = index
        confidence = 0
        rank = 0
        isPermitted = false
    }
}

/// What becomes of the objects of the pool in one round.
struct RoundPlan: Sendable {
    private(set) var taken: [Seen] = []
    private(set) var audited: [Seen] = []
    private(set) var left: [Seen] = []
    /// Above the threshold, and left to people for the sake of rare classes.
    private(set) var guarded = 0

    init(_ seen: [Seen], _ choice: ThresholdChoice) {
        for object in seen {
            let isAbove = choice.takes(object.category, object.confidence)
            if isAbove, object.isPermitted { taken.append(object) } else { left.append(object) }
            // What cannot be read has no confidence either.
            if isAbove, !object.isPermitted, object.confidence > 0 { guarded += 1 }
        }
    }

    /// Takes some objects back at random, for people to check.
    mutating func drawAudits(_ count: Int, _ draws: SeededDraws) {
        let chosen = Set(
            taken.indices.sorted { (draws.bits(taken[$0].index), $0) < (draws.bits(taken[$1].index), $1) }.prefix(count)
        )
        audited = taken.indices.filter { chosen.contains($0) }.map { taken[$0] }
        taken = taken.indices.filter { !chosen.contains($0) }.map { taken[$0] }
    }
}

extension LabelingJobSpecification {
    /// Which objects people see next.
    var sampler: Sampler { Sampler(rawValue: steering.sampler.rawValue) ?? .leastConfident }
}
