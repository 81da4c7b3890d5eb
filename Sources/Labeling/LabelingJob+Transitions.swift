// The transitions of the table at the head of LabelingJob.swift, one function per event.

internal import Kernel

extension LabelingJob {
    // MARK: Beginning

    mutating func prepare() -> [Effect] {
        guard phase == .initializing else { return late(.initialized) }
        let entered = enter(.initializing)
        return phase == .initializing ? entered + [.loadManifest] : entered
    }

    mutating func begin(_ manifest: Manifest) -> [Effect] {
        guard phase == .initializing else { return late(.manifestLoaded(manifest)) }
        counters.objects = manifest.objects
        counters.human = manifest.labeledByHumans
        counters.machine = manifest.labeledByMachine
        counters.failed = manifest.failed
        countedAtStart.human = counters.human
        countedAtStart.failed = counters.failed
        let record = Effect.record(.manifest(manifest))
        if let reason = plan.refusal(ofObjects: manifest.objects) { return [record] + fail(reason) }
        return [record] + select(round: 1)
    }

    /// Goes to the next batch, or to the end where there is nothing to choose.
    private mutating func select(round: Int) -> [Effect] {
        if counters.unlabeled == 0 { return finalize() }
        if isStoppingConditionMet { return [.record(.stoppingConditionMet)] + finalize() }
        let entered = enter(.selecting(round))
        guard case .selecting = phase else { return entered }
        let selection = Selection(round: round, limit: batchLimit(round), order: order, at: time)
        return entered + [.chooseBatch(selection)]
    }

    private var order: Selection.Order {
        if hasPredictions { return plan.schedule == .efficient ? .mixed : .leastConfident }
        return plan.isAutomated ? .random : .manifest
    }

    private func batchLimit(_ round: Int) -> Int {
        var limit = plan.maxConcurrentObjects
        if plan.isAutomated, plan.schedule == .efficient {
            limit = min(limit, plan.efficientBatch(round, objects: counters.objects))
        }
        if plan.hasProbe {
            if round == 1 { limit = min(limit, Plan.probe) }
            if round == 2 { limit = max(1, limit - Plan.probe) }
        }
        if let most = plan.maxHumanLabeled { limit = min(limit, most - counters.human) }
        return max(1, min(limit, labelsWanted - counters.labeled))
    }

    /// Labels at which MaxPercentageOfInputDatasetLabeled is met.
    private var labelsWanted: Int { (counters.objects * plan.maxPercentageLabeled + 99) / 100 }

    private var isStoppingConditionMet: Bool {
        counters.labeled >= labelsWanted || counters.human >= plan.maxHumanLabeled ?? .max
    }

    // MARK: People

    mutating func present(_ choice: Choice) -> [Effect] {
        guard phase == .selecting(choice.round) else { return late(.batchChosen(choice)) }
        counters.failed += choice.unreadable
        let record = Effect.record(.batch(choice))
        if choice.open == 0, choice.unreadable == 0 { return [record] + finalize() }
        batch = Batch(
            round: choice.round, size: choice.open, open: choice.open, started: time, eventsTaken: 0)
        let entered = enter(.annotating(choice.round))
        guard case .annotating = phase, choice.open == 0 else { return [record] + entered }
        return [record] + entered + drain(round: choice.round)
    }

    mutating func take(_ progress: Progress) -> [Effect] {
        guard phase == .annotating(progress.round), var current = batch else {
            return late(.objectsFinished(progress))
        }
        current.eventsTaken += progress.eventsTaken
        current.open -= progress.finished.count + progress.failed
        batch = current
        counters.failed += progress.failed
        var effects: [Effect] = []
        for object in progress.finished {
            if let first = waiting.first, first.at + plan.consolidationDelay <= object.at {
                effects.append(consolidateWaiting(at: first.at + plan.consolidationDelay))
            }
            if !waiting.isEmpty, waitingBytes + object.bytes > plan.consolidationBytes {
                effects.append(consolidateWaiting(at: object.at))
            }
            waiting.append(object)
            if waiting.count == plan.consolidationObjects { effects.append(consolidateWaiting(at: object.at)) }
        }
        return current.open > 0 ? effects : effects + drain(round: progress.round)
    }

    mutating func expireBatch() -> [Effect] {
        guard case .annotating(let round) = phase, let batch else { return late(.availabilityEnded) }
        return [.expireOpenObjects(round: round, at: batch.started + plan.availability)]
    }

    /// What waits has waited long enough; the call bears the instant it was due, whenever it is made. People at the
    /// portal may have filled the call meanwhile, and what waits now has a time of its own.
    mutating func endWait() -> [Effect] {
        guard let first = waiting.first, first.at + plan.consolidationDelay <= time else { return [] }
        return [consolidateWaiting(at: first.at + plan.consolidationDelay)]
    }

    private var waitingBytes: Int { waiting.reduce(0) { $0 + $1.bytes } }

    /// The call that takes all that waits.
    mutating func consolidateWaiting(at instant: Instant) -> Effect {
        latestFileSecond = max(instant.wholeSecond, latestFileSecond + .seconds(1))
        callsIssued += 1
        callsOpen += 1
        defer { waiting = [] }
        return .consolidate(
            Consolidation(
                number: callsIssued, round: batch?.round ?? 1, objects: waiting.map(\.index), at: instant,
                fileSecond: latestFileSecond))
    }

    private mutating func drain(round: Int) -> [Effect] {
        var effects = enter(.consolidating(round))
        guard case .consolidating = phase else { return effects }
        if !waiting.isEmpty { effects.append(consolidateWaiting(at: time)) }
        return callsOpen > 0 ? effects : effects + endBatch(round)
    }

    mutating func count(_ call: Call) -> [Effect] {
        guard callsOpen > 0 else { return late(.consolidated(call)) }
        callsOpen -= 1
        counters.human += call.labeled
        counters.failed += call.failed
        var effects: [Effect] = [.record(.consolidated(call))]
        if case .consolidating(let round) = phase, callsOpen == 0 { effects += endBatch(round) }
        return effects
    }

    // MARK: Between batches

    /// After the last label of a batch: a model, the next batch, or the end.
    private mutating func endBatch(_ round: Int) -> [Effect] {
        batch = nil
        if let reason = firstSampleFailure(round) { return fail(reason) }
        if counters.unlabeled == 0 { return finalize() }
        if isStoppingConditionMet { return [.record(.stoppingConditionMet)] + finalize() }
        let export = exportIfDue()
        guard plan.isAutomated, isModelDue(after: round) else { return export + select(round: round + 1) }
        let entered = enter(.training(round + 1))
        guard case .training = phase else { return export + entered }
        return export + entered + [.train(round: round + 1, at: time)]
    }

    /// More than 10 % of the first sample failed: the probe and the batch that completes it, or the first batch where
    /// there is no probe (developer guide).
    private func firstSampleFailure(_ round: Int) -> String? {
        let failed = counters.failed - countedAtStart.failed
        let sample = failed + counters.human - countedAtStart.human
        guard plan.isAutomated, round == (plan.hasProbe ? 2 : 1), failed * 10 > sample else { return nil }
        return FailureText.firstSampleFailed(failed, of: sample)
    }

    /// The first model waits for a full validation set and one batch more; from then on every batch brings a model. In
    /// the efficient schedule, which has no such set, the first batch brings one.
    private mutating func isModelDue(after round: Int) -> Bool {
        if plan.schedule == .efficient { return true }
        if let full = validationFullAfter { return round > full }
        if counters.human >= Plan.validationTarget(objects: counters.objects) { validationFullAfter = round }
        return false
    }

    /// The running manifest is written again when a tenth of the data set has been labeled since.
    private mutating func exportIfDue() -> [Effect] {
        guard (counters.labeled - exportedLabels) * 10 >= counters.objects else { return [] }
        exportedLabels = counters.labeled
        return [.export(isFinal: false, at: time)]
    }

    // MARK: Models

    mutating func predict(with model: Model) -> [Effect] {
        guard phase == .training(model.round) else { return late(.modelTrained(model)) }
        modelName = model.name
        let entered = [.record(.trained(model))] + enter(.predicting(model.round))
        guard case .predicting = phase else { return entered }
        return entered + [.predict(round: model.round, at: time, model: model.name)]
    }

    mutating func goOnWithoutModel(_ reason: String) -> [Effect] {
        let round: Int
        switch phase {
        case .training(let number), .predicting(let number): round = number
        case .initializing, .selecting, .annotating, .consolidating, .finalizing, .stopping, .failing, .completed,
            .stopped, .failed:
            return late(.trainingFailed(reason))
        }
        trainingFailures += 1
        return [.record(.trainingFailed(reason))] + select(round: round)
    }

    mutating func accept(_ prediction: Prediction) -> [Effect] {
        guard phase == .predicting(prediction.round) else { return late(.predicted(prediction)) }
        hasPredictions = true
        counters.machine += prediction.labeled
        return [.record(.predicted(prediction))] + exportIfDue() + select(round: prediction.round)
    }

    // MARK: Ends

    private mutating func finalize() -> [Effect] {
        enter(.finalizing) + [.export(isFinal: true, at: time)]
    }

    mutating func stop() -> [Effect] {
        if phase.isEnding { return late(.stopRequested) }
        hasStopRequest = true
        return [.record(.stopRequested)] + wrapUp(.stopping)
    }

    mutating func fail(_ reason: String) -> [Effect] {
        let effects: [Effect] = [.record(.failed(reason))] + wrapUp(.failing)
        failureReason = reason
        return effects
    }

    /// Consolidates what is answered, takes the rest out of people's hands, and writes the outputs.
    private mutating func wrapUp(_ next: Phase) -> [Effect] {
        let consolidation = waiting.isEmpty ? [] : [consolidateWaiting(at: time)]
        let cancellation = batch.map { [Effect.cancelOpenObjects(round: $0.round)] } ?? []
        batch = nil
        return enter(next) + consolidation + cancellation + [.export(isFinal: true, at: time)]
    }

    mutating func end() -> [Effect] {
        switch phase {
        case .finalizing: return enter(.completed)
        case .stopping: return enter(.stopped)
        case .failing: return enter(.failed)
        case .initializing, .selecting, .annotating, .consolidating, .training, .predicting, .completed, .stopped,
            .failed:
            return late(.outputsWritten(isFinal: true))
        }
    }

    /// Moves to a phase, or to the end that a test has asked for there.
    private mutating func enter(_ next: Phase) -> [Effect] {
        phase = next
        let entered = Effect.record(.entered(next))
        guard let forced = plan.forcedOutcome, forced.applies(to: next) else { return [entered] }
        switch forced.kind {
        case .fail: return [entered] + fail(FailureText.outcomeForced(phase: next.name))
        case .stop: return [entered] + stop()
        case .expire: return [entered] + fail(FailureText.expired)
        }
    }
}
