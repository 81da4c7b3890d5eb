// Both machines of a labeling job together, and the smallest interpreter of their effects: what the engine does,
// without stores, files and time that passes. Every step of it is one transaction of the engine.

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
        /// Whether the account was denied what its consolidation call needs: its answers stay without a label.
        var isDenied = false

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

    let workers: [String]
    var job: LabelingJob
    var items: [Item]
    var batch: [Int] = []
    var outbox: [LabelingJob.Effect] = []
    var finalExports = 0
    var hasFailedTraining = false
    /// What the last step did that no step may do.
    private(set) var misstep: String?

    init(_ plan: LabelingJob.Plan, objects: Int, workersAsked: Int, workers: Int = 2) {
        self.workers = (1...workers).map { "w\($0)" }
        job = LabelingJob(plan: plan, at: plan.created)
        items = (0..<objects).map { _ in Item(workersAsked: workersAsked) }
    }

    typealias Move = StateSpace<WorkflowModel>.Move

    // MARK: Moves

    var moves: [Move] {
        var moves: [Move] = []
        if let effect = outbox.first {
            for (name, next) in performances(of: effect) { moves.append(Move(name, next)) }
            if let next = refused(effect) { moves.append(Move("refuse", next)) }
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
        let before = job
        let effects = job.apply(event, at: instant)
        var latest = (number: before.callsIssued, second: before.latestFileSecond)
        for effect in effects {
            switch effect {
            case .record: continue
            case .export(isFinal: true, _): finalExports += 1
            case .consolidate(let call):
                for index in call.objects { items[index].calls += 1 }
                if call.number != latest.number + 1 || call.fileSecond <= latest.second {
                    misstep = "a consolidation call has the name of another"
                }
                if !isTimely(call) { misstep = "a group took in what was answered after it was due: \(call)" }
                latest = (call.number, call.fileSecond)
            case .loadManifest, .chooseBatch, .expireOpenObjects, .cancelOpenObjects, .train, .predict, .export: break
            }
            outbox.append(effect)
        }
        if job.time < before.time { misstep = "time ran backwards" }
        return !LabelingJob.areLate(effects)
    }

    /// Whether all of a call was answered before the first of it had waited long enough.
    private func isTimely(_ call: LabelingJob.Consolidation) -> Bool {
        let answered = call.objects.compactMap { index in
            if case .answered(let at) = items[index].object.phase { at } else { nil }
        }
        guard let first = answered.first else { return false }
        return answered.allSatisfy { $0 < first + job.plan.consolidationDelay }
    }

    // MARK: People

    private func work(_ round: Int) -> [Move] {
        var moves: [Move] = []
        for index in batch where items[index].isWaiting {
            let object = items[index].object
            for worker in workers {
                if object.isOffered(to: worker) {
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
        var progress = LabelingJob.Progress(round: round, finished: [], failed: 0, eventsTaken: 1)
        next.change(index, event, &progress)
        if next.items[index].object == items[index].object, next.items[index].result == .none {
            next.misstep = "the \(name) of object \(index) was ignored"
        }
        let hasEnded = !progress.finished.isEmpty || progress.failed > 0
        if hasEnded != items[index].object.isLast(event) {
            next.misstep = "object \(index) has \(hasEnded ? "ended early" : "not ended")"
        }
        if hasEnded { _ = next.take(.objectsFinished(progress), at: job.time) }
        return Move("\(name) \(index) by \(worker)", next)
    }

    /// What an event does to an object, for the job.
    private mutating func change(_ index: Int, _ event: DataObject.Event, _ progress: inout LabelingJob.Progress) {
        for effect in items[index].object.apply(event) {
            let hasAnswers = !items[index].object.answers.isEmpty
            switch effect {
            case .finished(let at):
                progress.finished.append(LabelingJob.Finished(index: index, at: at))
                if !hasAnswers { misstep = "object \(index) has finished without an answer" }
            case .gaveUp:
                progress.failed += 1
                if hasAnswers { misstep = "object \(index) was given up with its answers" }
                items[index].end(.failed)
            }
        }
    }

    // MARK: Effects

    /// After the first effect, where the account is denied what it needs; nil where it needs nothing of the account's,
    /// or where that is as good as done.
    private func refused(_ effect: LabelingJob.Effect) -> WorkflowModel? {
        var next = self
        next.outbox.removeFirst()
        switch effect {
        case .chooseBatch, .train, .predict, .export(isFinal: false, _): break
        case .consolidate(let call): for index in call.objects { next.items[index].isDenied = true }
        case .loadManifest, .expireOpenObjects, .cancelOpenObjects, .export(isFinal: true, _), .record: return nil
        }
        _ = next.take(.aborted("denied"), at: job.time)
        return next
    }

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
        case .predict(let round, let at, _): return base.predicting(round, at)
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
            next.change(index, .lifetimeEnded(at: at), &progress)
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
            let prediction = LabelingJob.Prediction(round: round, labeled: count)
            guard next.take(.predicted(prediction), at: at) else { return next }
            for index in waiting.prefix(count) { next.items[index].end(.machine) }
            return next
        }
        var failed = self
        if failed.take(.trainingFailed("the model is gone"), at: at) { failed.hasFailedTraining = true }
        return (0...waiting.count).map { ("label \($0)", predict($0)) }
            + (hasFailedTraining ? [] : [("lose the model", failed)])
    }
}

extension DataObject {
    /// Whether a worker may take it: there is a slot, not as many as are asked have declined, and it is new to them.
    func isOffered(to worker: String) -> Bool {
        let known = leases.map(\.worker) + answers.map(\.worker) + declines
        return phase == .open && leases.count + answers.count < workersAsked && declines.count < workersAsked
            && !known.contains(worker)
    }

    /// Whether nobody can or need answer after this: all answers are in, or as many have declined as are asked and
    /// nobody is at it any more.
    fileprivate func isLast(_ event: Event) -> Bool {
        let answers = answers.count, declines = declines.count, others = leases.count - 1
        return switch event {
        case .submitted: answers + 1 == workersAsked || (declines >= workersAsked && others == 0)
        case .declined: declines + 1 >= workersAsked && others == 0
        case .returned: declines >= workersAsked && others == 0
        case .accepted, .lifetimeEnded, .labeled, .rejected, .cancelled: false
        }
    }
}
