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
        var plan = RoundPlan(comparable(seen, evidence), choice)
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
        try await environment.recordLabelingMetrics(
            figures, of: name, examples: labels.training.count, in: specification,
            at: environment.serverClock.now())
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

    /// The objects with confidences that can be held against the thresholds: out-of-fold models have their own scale.
    private func comparable(_ seen: [Seen], _ evidence: Evidence) -> [Seen] {
        guard specification.plan.schedule == .efficient, specification.predictions == nil else { return seen }
        let scale = ConfidenceScale(sample: evidence.measured.map(\.outcome.confidence))
        return zip(seen, scale.placed(seen.map(\.confidence))).map { object, confidence in
            var object = object
            // What cannot be read stays without any.
            if object.confidence > 0 { object.confidence = confidence }
            return object
        }
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
}
