// What must hold in every state of the model. Said anew here, not read off the machines, so that a machine that is
// wrong does not judge itself.

import Kernel
import Labeling
import TestSupport

extension WorkflowModel {
    /// What is wrong with this state; nil where nothing is.
    func flaw(_ moves: [Move]) -> String? {
        // Of every step, also of those to states that have been walked already.
        if let misstep = moves.lazy.compactMap(\.next.misstep).first { return misstep }
        if Set(outbox).count != outbox.count { return "an effect was issued twice: \(outbox)" }
        return flawOfStorage ?? flawOfCounts ?? flawOfGroups ?? flawOfTimers ?? flawOfStrays
            ?? items.lazy.compactMap { flaw(of: $0) }.first
            ?? (job.phase.isTerminal ? flawAtEnd(moves) : flawOnTheWay(moves))
    }

    /// After a crash the engine goes on with what it reads.
    private var flawOfStorage: String? {
        if LabelingJob(decoding: job.encoded, plan: job.plan) != job { return "the stored state is not the state" }
        for effect in outbox where effect.encoded.flatMap(LabelingJob.Effect.init(decoding:)) != effect {
            return "the stored effect is not the effect: \(effect)"
        }
        for object in items.lazy.map(\.object)
        where object.encoded.withUnsafeBytes({ DataObject(decoding: $0) }) != object {
            return "the stored object is not the object: \(object)"
        }
        return nil
    }

    // MARK: Objects

    private var flawOfCounts: String? {
        let counters = job.counters
        let failed = items.count { $0.result == .failed }
        let human = items.count { $0.result == .human }, machine = items.count { $0.result == .machine }
        if (counters.human, counters.machine, counters.failed) != (human, machine, failed) {
            return "counters say \(counters), objects say \(human) human, \(machine) machine, \(failed) failed"
        }
        if counters.objects > 0, counters.labeled + counters.failed + counters.unlabeled != items.count {
            return "counters do not add up: \(counters)"
        }
        if job.trainingFailures != (hasFailedTraining ? 1 : 0) {
            return "training failed \(job.trainingFailures) times"
        }
        if items.contains(where: { $0.results > 1 }) { return "an object had two results" }
        if items.contains(where: { $0.calls > 1 }) { return "an object was consolidated twice" }
        if items.contains(where: { $0.batches > 1 }) { return "an object went to people twice" }
        return finalExports > 1 ? "the final export was issued \(finalExports) times" : nil
    }

    /// Every answered object is in one group: the one that waits, or a call still to be made.
    private var flawOfGroups: String? {
        var grouped = job.waiting.map(\.index), calls = 0
        for case .consolidate(let call) in outbox {
            grouped += call.objects
            calls += 1
        }
        if job.callsOpen != calls, !items.contains(where: \.isDenied) {
            return "\(calls) calls are to be made, not \(job.callsOpen)"
        }
        if isBetweenBatches, calls > 0 || !grouped.isEmpty { return "\(job.phase) before the batch was consolidated" }
        let answered = items.indices.filter { items[$0].object.isAnswered && !items[$0].isDenied }
        if grouped.sorted() != answered { return "answered: \(answered), to be consolidated: \(grouped)" }
        guard case .annotating = job.phase, outbox.isEmpty else { return nil }
        let open = batch.count { items[$0].isWaiting }
        if job.batch?.open != open { return "\(open) objects are open, not \(job.batch?.open ?? -1)" }
        return open == 0 ? "people are waited for, and nothing is open" : nil
    }

    private var isBetweenBatches: Bool {
        switch job.phase {
        case .initializing, .selecting, .training, .predicting, .finalizing, .completed: true
        case .annotating, .consolidating, .stopping, .failing, .stopped, .failed: false
        }
    }

    private func flaw(of item: Item) -> String? {
        let object = item.object
        let known = object.leases.map(\.worker) + object.answers.map(\.worker) + object.declines
        if Set(known).count != known.count { return "a worker has an object twice: \(object)" }
        if object.leases.count + object.answers.count > object.workersAsked {
            return "more people have an object than are asked: \(object)"
        }
        if object.phase != .open, !object.leases.isEmpty { return "a lease outlives the work: \(object)" }
        return workers.lazy.compactMap { flaw(of: object, for: $0) }.first
    }

    /// What a worker does without a lease changes nothing, be it late or sent twice.
    private func flaw(of object: DataObject, for worker: String) -> String? {
        let now = job.time
        let answer = DataObject.Answer(worker: worker, content: [], accepted: now, submitted: now, timeSpent: .zero)
        var ignored: [DataObject.Event] = []
        if !object.leases.contains(where: { $0.worker == worker }) {
            ignored = [.submitted(answer), .declined(worker: worker, at: now), .returned(worker: worker, at: now)]
        }
        if !object.isOffered(to: worker) { ignored.append(.accepted(worker: worker, at: now, until: now)) }
        if object.phase != .open { ignored.append(.lifetimeEnded(at: now)) }
        for event in ignored {
            var after = object
            if !after.apply(event).isEmpty || after != object { return "\(event) changed \(object)" }
        }
        let isOffered = object.openSlots > 0 && object.isNew(to: worker)
        return isOffered == object.isOffered(to: worker) ? nil : "offered to \(worker): \(isOffered), \(object)"
    }

    // MARK: The job

    /// What nobody does must not keep the job: everything that is waited for has its timer.
    private var flawOfTimers: String? {
        let plan = job.plan
        var wanted: [LabelingJob.Timer: Instant] = [:]
        if !isEnding {
            wanted[.expired] = plan.created + plan.lifetime
            wanted[.groupingDue] = job.waiting.first.map { $0.at + plan.consolidationDelay }
            if case .annotating = job.phase, let batch = job.batch {
                wanted[.availabilityEnded] = batch.started + plan.availability
            }
            if job.phase == .initializing, job.time == plan.created {
                wanted[.initialized] = plan.created + plan.initializing
            }
        }
        let running = Dictionary(job.timers.map { ($0.timer, $0.due) }) { first, _ in first }
        return running == wanted ? nil : "timers are \(running), not \(wanted)"
    }

    private var isEnding: Bool {
        switch job.phase {
        case .finalizing, .stopping, .failing, .completed, .stopped, .failed: true
        case .initializing, .selecting, .annotating, .consolidating, .training, .predicting: false
        }
    }

    /// What belongs to another phase or round changes nothing, and is recorded as late.
    private var flawOfStrays: String? {
        for event in strays {
            var after = job
            let effects = after.apply(event, at: job.time)
            if after != job { return "\(event) moved a job that is \(job.phase)" }
            if !LabelingJob.areLate(effects) { return "\(event) had effects on a job that is \(job.phase): \(effects)" }
        }
        return nil
    }

    private var strays: [LabelingJob.Event] {
        var strays: [LabelingJob.Event] = []
        func add(_ event: LabelingJob.Event, unless isExpected: Bool) { if !isExpected { strays.append(event) } }
        let phase = job.phase
        for round in [1, 2, 9] {
            let progress = LabelingJob.Progress(round: round, finished: [], failed: 1, eventsTaken: 1)
            let model = LabelingJob.Model(round: round, name: "stray", examples: 1)
            let prediction = LabelingJob.Prediction(round: round, labeled: 1)
            add(
                .batchChosen(LabelingJob.Choice(round: round, open: 1, unreadable: 0)),
                unless: phase == .selecting(round))
            add(.objectsFinished(progress), unless: phase == .annotating(round))
            add(.modelTrained(model), unless: phase == .training(round))
            add(.predicted(prediction), unless: phase == .predicting(round))
        }
        add(.initialized, unless: phase == .initializing)
        add(.manifestLoaded(LabelingJob.Manifest(objects: 9)), unless: phase == .initializing)
        add(.manifestRejected("stray"), unless: phase == .initializing)
        add(.availabilityEnded, unless: phase.name == "annotating")
        add(.trainingFailed("stray"), unless: phase.name == "training" || phase.name == "predicting")
        let isEnd = [.completed, .stopped, .failed].contains(phase)
        add(.consolidated(LabelingJob.Call(number: 1, labeled: 1, failed: 0)), unless: !isEnd && job.callsOpen > 0)
        add(.groupingDue, unless: !isEnd)
        add(.outputsWritten(isFinal: true), unless: isEnding && !isEnd)
        for event in [LabelingJob.Event.stopRequested, .expired, .aborted("stray")] { add(event, unless: !isEnding) }
        return strays
    }

    // MARK: Going on and ending

    private func flawOnTheWay(_ moves: [Move]) -> String? {
        let others = moves.filter { $0.name != "stop" && $0.name != "expired" }
        return others.isEmpty ? "nothing goes on in \(job.phase)" : nil
    }

    private func flawAtEnd(_ moves: [Move]) -> String? {
        if !outbox.isEmpty { return "the job is \(job.phase) with \(outbox) to be done" }
        if !moves.isEmpty { return "a job that is \(job.phase) goes on: \(moves.map(\.name))" }
        if (job.phase == .stopped) != job.hasStopRequest { return "\(job.phase), stopped: \(job.hasStopRequest)" }
        if (job.phase == .failed) != (job.failureReason != nil) { return "\(job.phase): \(job.failureReason ?? "")" }
        if finalExports != 1 { return "the output was written \(finalExports) times" }
        for item in items {
            if item.object.isAnswered, !item.isDenied { return "an answered object was forgotten" }
            if item.result == .none, item.batches > 0, item.object.phase == .open {
                return "an object is still offered"
            }
        }
        if job.phase == .completed, job.plan.maxHumanLabeled == nil, job.counters.unlabeled > 0 {
            return "completed with \(job.counters.unlabeled) unlabeled objects"
        }
        return nil
    }
}

extension DataObject {
    fileprivate var isAnswered: Bool { if case .answered = phase { true } else { false } }
}
