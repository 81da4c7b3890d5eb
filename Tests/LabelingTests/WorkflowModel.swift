// Both machines of a labeling job together, and the smallest interpreter of their effects: what the engine does, without
// stores, files and time that passes. Every step of it is one transaction of the engine.

import Kernel
import Labeling
import TestSupport

/// A job with its objects, and what is still to be performed.
struct WorkflowModel: Hashable {
    enum Result: Hashable { case none, machine, human, failed }

    struct Item: Hashable {
        /// What people do with it. Forgotten once there is a result: how it came about makes no difference any more.
        var object: DataObject
        private(set) var result = Result.none
        /// How often it had a result.
        private(set) var results = 0
        /// Consolidation calls that the object was part of.
        var calls = 0
        /// Batches that the object was part of.
        var batches = 0
        /// Whether a worker has given it back once.
        var hasReturned = false

        init(workersAsked: Int) { object = DataObject(workersAsked: workersAsked) }

        /// Whether it may go to people, or be looked at by a model.
        var isWaiting: Bool { result == .none && object.phase == .open }

        mutating func end(_ result: Result) {
            self.result = result
            results += 1
            object = DataObject(workersAsked: object.workersAsked)
            hasReturned = false
        }
    }

    static let start = Instant(seconds: 1_000_000)
    static let workers = ["a", "b"]

    var job: LabelingJob
    var items: [Item]
    var batch: [Int] = []
    var outbox: [LabelingJob.Effect] = []
    var finalExports = 0
    var hasFailedTraining = false

    init(_ plan: LabelingJob.Plan, objects: Int, workersAsked: Int) {
        job = LabelingJob(plan: plan, at: plan.created)
        items = (0..<objects).map { _ in Item(workersAsked: workersAsked) }
    }

    typealias Move = StateSpace<WorkflowModel>.Move

    // MARK: Moves

    var moves: [Move] {
        var moves: [Move] = []
        if let effect = outbox.first {
            for (name, next) in performances(of: effect) { moves.append(Move(name, next)) }
        } else {
            // Like the engine: effects first, then whatever is due first among timers and people; here, any of them.
            for timer in job.timers { moves.append(after("\(timer.timer)", timer.timer.event, at: timer.due)) }
            if case .annotating(let round) = job.phase { moves += work(round) }
        }
        if !job.hasStopRequest { moves.append(after("stop", .stopRequested, at: job.time)) }
        return moves
    }

    private func after(_ name: String, _ event: LabelingJob.Event, at instant: Instant) -> Move {
        var next = self
        _ = next.take(event, at: instant)
        return Move(name, next)
    }

    /// Applies an event; says whether it came in time.
    private mutating func take(_ event: LabelingJob.Event, at instant: Instant) -> Bool {
        let effects = job.apply(event, at: instant)
        let isLate = effects.contains { if case .record(.late) = $0 { true } else { false } }
        for effect in effects {
            if case .record = effect { continue }
            if case .export(isFinal: true, _) = effect { finalExports += 1 }
            if case .consolidate(let call) = effect { for index in call.objects { items[index].calls += 1 } }
            outbox.append(effect)
        }
        return !isLate
    }

    // MARK: People

    private func work(_ round: Int) -> [Move] {
        var moves: [Move] = []
        for index in batch where items[index].isWaiting {
            let object = items[index].object
            for worker in Self.workers {
                if object.openSlots > 0, object.isNew(to: worker) {
                    moves.append(
                        acting("accept", worker, index, round, .accepted(worker: worker, at: job.time, until: job.time))
                    )
                }
                guard object.leases.contains(where: { $0.worker == worker }) else { continue }
                let answer = DataObject.Answer(
                    worker: worker, content: [], accepted: job.time, submitted: job.time, timeSpent: .zero)
                moves.append(acting("submit", worker, index, round, .submitted(answer)))
                moves.append(acting("decline", worker, index, round, .declined(worker: worker, at: job.time)))
                // Once per object, or people could go on for ever.
                if !items[index].hasReturned {
                    var move = acting("return", worker, index, round, .returned(worker: worker, at: job.time))
                    if move.next.items[index].result == .none { move.next.items[index].hasReturned = true }
                    moves.append(move)
                }
            }
        }
        return moves
    }

    private func acting(
        _ name: String, _ worker: String, _ index: Int, _ round: Int, _ event: DataObject.Event
    ) -> Move {
        var next = self
        let effects = next.items[index].object.apply(event)
        var progress = LabelingJob.Progress(round: round, finished: [], failed: 0, eventsTaken: 0)
        for effect in effects {
            switch effect {
            case .finished(let at): progress.finished.append(LabelingJob.Finished(index: index, at: at))
            case .gaveUp:
                progress.failed += 1
                next.items[index].end(.failed)
            }
        }
        if !effects.isEmpty { _ = next.take(.objectsFinished(progress), at: job.time) }
        return Move("\(name) \(index) by \(worker)", next)
    }

    // MARK: Effects

    private func performances(of effect: LabelingJob.Effect) -> [(String, WorkflowModel)] {
        var base = self
        base.outbox.removeFirst()
        switch effect {
        case .loadManifest: return base.loading()
        case .chooseBatch(let selection): return base.choosing(selection)
        case .consolidate(let call): return base.consolidating(call)
        case .expireOpenObjects(let round, let at): return [("expire", base.expiring(round, at))]
        case .cancelOpenObjects: return [("cancel", base.cancelling())]
        case .train(let round, let at): return base.training(round, at)
        case .predict(let round, let at, _, _): return base.predicting(round, at)
        case .export(let isFinal, let at):
            var next = base
            _ = next.take(.outputsWritten(isFinal: isFinal), at: at)
            return [("export", next)]
        case .record: return []
        }
    }

    private func loading() -> [(String, WorkflowModel)] {
        var whole = self, broken = self, partly = self
        _ = whole.take(.manifestLoaded(LabelingJob.Manifest(objects: items.count)), at: job.time)
        _ = broken.take(.manifestRejected("unreadable"), at: job.time)
        if partly.take(.manifestLoaded(LabelingJob.Manifest(objects: items.count, failed: 1)), at: job.time) {
            partly.items[0].end(.failed)
        }
        return [("load", whole), ("load nothing", broken), ("load with a broken line", partly)]
    }

    private func choosing(_ selection: LabelingJob.Selection) -> [(String, WorkflowModel)] {
        let waiting = items.indices.filter { items[$0].isWaiting }
        let chosen = Array(waiting.prefix(selection.limit))
        func choose(_ unreadable: Int?) -> WorkflowModel {
            var next = self
            let open = chosen.filter { $0 != unreadable }
            let choice = LabelingJob.Choice(
                round: selection.round, open: open.count, unreadable: unreadable == nil ? 0 : 1)
            guard next.take(.batchChosen(choice), at: selection.at) else { return next }
            next.batch = open
            for index in open { next.items[index].batches += 1 }
            if let unreadable { next.items[unreadable].end(.failed) }
            return next
        }
        return [("choose", choose(nil))] + (chosen.first.map { [("choose, one unreadable", choose($0))] } ?? [])
    }

    private func consolidating(_ call: LabelingJob.Consolidation) -> [(String, WorkflowModel)] {
        func consolidate(_ rejected: Int?) -> WorkflowModel {
            var next = self
            let outcome = LabelingJob.Call(
                number: call.number, labeled: call.objects.count - (rejected == nil ? 0 : 1),
                failed: rejected == nil ? 0 : 1)
            guard next.take(.consolidated(outcome), at: call.at) else { return next }
            for index in call.objects {
                guard case .answered = next.items[index].object.phase else { continue }
                next.items[index].end(index == rejected ? .failed : .human)
            }
            return next
        }
        return [("consolidate", consolidate(nil)), ("consolidate all but one", consolidate(call.objects[0]))]
    }

    private func expiring(_ round: Int, _ at: Instant) -> WorkflowModel {
        var next = self
        guard case .annotating(round) = job.phase else { return next }
        var progress = LabelingJob.Progress(round: round, finished: [], failed: 0, eventsTaken: 0)
        for index in batch where items[index].isWaiting {
            for effect in next.items[index].object.apply(.lifetimeEnded(at: at)) {
                switch effect {
                case .finished: progress.finished.append(LabelingJob.Finished(index: index, at: at))
                case .gaveUp:
                    progress.failed += 1
                    next.items[index].end(.failed)
                }
            }
        }
        _ = next.take(.objectsFinished(progress), at: at)
        return next
    }

    private func cancelling() -> WorkflowModel {
        var next = self
        for index in batch where items[index].isWaiting { _ = next.items[index].object.apply(.cancelled) }
        return next
    }

    private func training(_ round: Int, _ at: Instant) -> [(String, WorkflowModel)] {
        var trained = self, failed = self
        _ = trained.take(
            .modelTrained(LabelingJob.Model(round: round, name: "m\(round)", examples: 1)), at: at)
        if failed.take(.trainingFailed("no learner"), at: at) { failed.hasFailedTraining = true }
        return [("train", trained)] + (hasFailedTraining ? [] : [("fail to train", failed)])
    }

    private func predicting(_ round: Int, _ at: Instant) -> [(String, WorkflowModel)] {
        let waiting = items.indices.filter { items[$0].isWaiting }
        func predict(_ count: Int) -> WorkflowModel {
            var next = self
            let prediction = LabelingJob.Prediction(
                round: round, threshold: count > 0 ? 0.9 : nil, bound: 0.95, validation: 1,
                assured: LabelingJob.Assurance(items: 0, correct: 0), labeled: count)
            guard next.take(.predicted(prediction), at: at) else { return next }
            for index in waiting.prefix(count) { next.items[index].end(.machine) }
            return next
        }
        var failed = self
        if failed.take(.trainingFailed("the model is gone"), at: at) { failed.hasFailedTraining = true }
        return (0...waiting.count).map { ("label \($0)", predict($0)) }
            + (hasFailedTraining ? [] : [("lose the model", failed)])
    }

    // MARK: What must hold

    /// What is wrong with this state; nil where nothing is.
    func flaw(_ moves: [Move]) -> String? {
        let counters = job.counters
        let failed = items.count { $0.result == .failed }
        let human = items.count { $0.result == .human }, machine = items.count { $0.result == .machine }
        if (counters.human, counters.machine, counters.failed) != (human, machine, failed) {
            return "counters say \(counters), objects say \(human) human, \(machine) machine, \(failed) failed"
        }
        if counters.objects > 0, counters.labeled + counters.failed + counters.unlabeled != items.count {
            return "counters do not add up: \(counters)"
        }
        if items.contains(where: { $0.results > 1 }) { return "an object had two results" }
        if items.contains(where: { $0.calls > 1 }) { return "an object was consolidated twice" }
        if items.contains(where: { $0.batches > 1 }) { return "an object went to people twice" }
        if finalExports > 1 { return "the final export was issued \(finalExports) times" }
        if Set(outbox).count != outbox.count { return "an effect was issued twice: \(outbox)" }
        if LabelingJob(decoding: job.encoded, plan: job.plan) != job { return "the stored state is not the state" }
        return job.phase.isTerminal ? flawAtEnd(moves) : flawOnTheWay(moves)
    }

    private func flawOnTheWay(_ moves: [Move]) -> String? {
        let others = moves.filter { $0.name != "stop" && $0.name != "expired" }
        if others.isEmpty { return "nothing goes on in \(job.phase)" }
        return nil
    }

    private func flawAtEnd(_ moves: [Move]) -> String? {
        if !outbox.isEmpty { return "the job is \(job.phase) with \(outbox) to be done" }
        if !moves.isEmpty { return "a job that is \(job.phase) goes on: \(moves.map(\.name))" }
        if (job.phase == .stopped) != job.hasStopRequest { return "\(job.phase), stopped: \(job.hasStopRequest)" }
        if (job.phase == .failed) != (job.failureReason != nil) { return "\(job.phase): \(job.failureReason ?? "")" }
        if finalExports != 1 { return "the output was written \(finalExports) times" }
        for item in items {
            if case .answered = item.object.phase { return "an answered object was forgotten" }
            if item.result == .none, item.batches > 0, item.object.phase == .open {
                return "an object is still offered"
            }
        }
        if job.phase == .completed, job.plan.maxHumanLabeled == nil, job.counters.unlabeled > 0 {
            return "completed with \(job.counters.unlabeled) unlabeled objects"
        }
        return flawAfterEnd
    }

    /// Terminal states do not move.
    private var flawAfterEnd: String? {
        let progress = LabelingJob.Progress(round: 1, finished: [], failed: 1, eventsTaken: 1)
        let events: [LabelingJob.Event] = [
            .initialized, .manifestLoaded(LabelingJob.Manifest(objects: 9)), .manifestRejected("late"),
            .batchChosen(LabelingJob.Choice(round: 1, open: 1, unreadable: 1)), .objectsFinished(progress),
            .groupingDue, .availabilityEnded, .consolidated(LabelingJob.Call(number: 1, labeled: 1, failed: 0)),
            .modelTrained(LabelingJob.Model(round: 1, name: "m", examples: 1)), .trainingFailed("late"),
            .outputsWritten(isFinal: true), .stopRequested, .expired, .aborted("late"),
        ]
        for event in events {
            var after = job
            let effects = after.apply(event, at: job.time)
            if after != job { return "\(event) moved a job that is \(job.phase)" }
            guard effects.count == 1, case .record(.late)? = effects.first else {
                return "\(event) had effects on a job that is \(job.phase): \(effects)"
            }
        }
        return nil
    }
}
