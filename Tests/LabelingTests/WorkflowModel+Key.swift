// What the future of a model depends on, as bytes: states with the same bytes are walked as one. Each thing left out is
// one that neither machine looks at again; that no more is left out than that, a test proves by walking a space
// without keys (`statesWithTheSameKeyHaveTheSameFuture`).
//
// - Which object: objects of one standing are chosen, worked on and consolidated alike, so the objects are written
//   without their numbers, in an order made of what they are. Their places in the group that waits and in the calls
//   are a part of what they are.
// - Which worker: what a worker has done with one object decides nothing about another, so the workers of each object
//   are sorted by what they have done with it.
// - What people have done with an object that is out of their hands, and with all of them once the job is ending.
// - Instants: of all of them only one comparison decides anything, whether the group that waits is overdue.
// - Names and numbers that are only passed on: of models and calls, reasons of failure.

import Kernel
import Labeling

extension WorkflowModel {
    var key: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        addJob(to: &bytes)
        for (place, effect) in outbox.enumerated() { add(effect, place, to: &bytes) }
        bytes += [255, Self.byte(finalExports), hasFailedTraining ? 1 : 0]
        for item in items.indices.map(itemKey).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            bytes.append(Self.byte(item.count))
            bytes += item
        }
        return bytes
    }

    private static func byte(_ number: Int?) -> UInt8 { number.map { UInt8(truncatingIfNeeded: $0) } ?? 254 }

    private func addJob(to bytes: inout [UInt8]) {
        let phase: UInt8 =
            switch job.phase {
            case .initializing: 0
            case .selecting: 1
            case .annotating: 2
            case .consolidating: 3
            case .training: 4
            case .predicting: 5
            case .finalizing: 6
            case .stopping: 7
            case .failing: 8
            case .completed: 9
            case .stopped: 10
            case .failed: 11
            }
        let counters = job.counters, atStart = job.countedAtStart
        let isOverdue = job.waiting.first.map { $0.at + job.plan.consolidationDelay <= job.time } ?? false
        let numbers: [Int?] = [
            job.phase.round, counters.objects, counters.human, counters.machine, counters.failed, atStart.human,
            atStart.failed, job.batch?.round, job.batch?.size, job.batch?.open, job.waiting.count, job.callsOpen,
            job.validationFullAfter, job.trainingFailures, job.exportedLabels, isOverdue ? 1 : 0,
            job.hasPredictions ? 1 : 0, job.hasStopRequest ? 1 : 0, job.failureReason == nil ? 0 : 1,
            job.timers.contains { $0.timer == .initialized } ? 1 : 0,
        ]
        bytes.append(phase)
        for number in numbers { bytes.append(Self.byte(number)) }
    }

    private func add(_ effect: LabelingJob.Effect, _ place: Int, to bytes: inout [UInt8]) {
        switch effect {
        case .loadManifest: bytes.append(1)
        case .chooseBatch(let selection): bytes += [2, Self.byte(selection.round), Self.byte(selection.limit)]
        case .consolidate(let call): bytes += [3, Self.byte(call.objects.count)]
        case .expireOpenObjects(let round, _): bytes += [4, Self.byte(round)]
        case .cancelOpenObjects: bytes.append(5)
        case .train(let round, _): bytes += [6, Self.byte(round)]
        case .predict(let round, _, _): bytes += [7, Self.byte(round)]
        case .export(let isFinal, _): bytes += [8, isFinal ? 1 : 0]
        case .record: bytes.append(9)
        }
    }

    /// An object: where it stands, and what people have done with it as long as they may go on.
    private func itemKey(_ index: Int) -> [UInt8] {
        let item = items[index]
        let result: UInt8 =
            switch item.result {
            case .none: 0
            case .machine: 1
            case .human: 2
            case .failed: 3
            }
        let phase: UInt8 =
            switch item.object.phase {
            case .open: 0
            case .answered: 1
            case .labeled: 2
            case .failed: 3
            case .cancelled: 4
            }
        let place = job.waiting.firstIndex { $0.index == index }
        var bytes = [
            result, phase, Self.byte(item.results), Self.byte(item.calls), Self.byte(item.batches),
            batch.contains(index) ? 1 : 0, item.isDenied ? 1 : 0, Self.byte(place),
        ]
        for (number, effect) in outbox.enumerated() {
            guard case .consolidate(let call) = effect, let place = call.objects.firstIndex(of: index) else { continue }
            bytes += [Self.byte(number), Self.byte(place)]
        }
        guard item.object.phase == .open, case .annotating = job.phase else { return bytes + [0] }
        return bytes + [item.hasReturned ? 2 : 1] + workers.map { standing(of: $0, with: item.object) }.sorted()
    }

    private func standing(of worker: String, with object: DataObject) -> UInt8 {
        if object.leases.contains(where: { $0.worker == worker }) { return 1 }
        if object.answers.contains(where: { $0.worker == worker }) { return 2 }
        return object.declines.contains(worker) ? 3 : 0
    }
}
