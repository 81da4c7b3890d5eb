// The workflow of one labeling job. Pure: events in, effects out; it sees counts and ids, never the data set. The
// engine stores the value, performs the effects one after another, and feeds their results back as events.
//
//  phase             event                          next                               effects
//  initializing      initialized (timer)            initializing                       load the manifest
//  initializing      manifestLoaded                 selecting(1), or failing           choose a batch
//  initializing      manifestRejected               failing                            export
//  selecting(n)      batchChosen, some open         annotating(n)                      –
//  selecting(n)      batchChosen, none readable     consolidating(n) → next round      choose a batch …
//  selecting(n)      batchChosen, nothing left      finalizing                         export
//  annotating(n)     objectsFinished                annotating(n)                      consolidate as groups fill
//  annotating(n)     objectsFinished, the last      consolidating(n)                   consolidate what waits
//  annotating(n)     groupingDue (timer)            annotating(n)                      consolidate what waits
//  annotating(n)     availabilityEnded (timer)      annotating(n)                      expire what is open
//  annotating(n), consolidating(n)   consolidated   same; counters move                –
//  consolidating(n)  consolidated, the last call    training(n+1), selecting(n+1), finalizing or failing
//  training(n)       modelTrained                   predicting(n)                      predict
//  training(n)       trainingFailed                 selecting(n)                       choose a batch
//  predicting(n)     predicted                      selecting(n) or finalizing         choose a batch, or export
//  predicting(n)     trainingFailed                 selecting(n)                       choose a batch
//  finalizing        outputsWritten                 completed                          –
//  stopping          consolidated                   stopping; counters move            –
//  stopping          outputsWritten                 stopped                            –
//  failing           consolidated                   failing; counters move             –
//  failing           outputsWritten                 failed                             –
//  before finalizing: stopRequested → stopping; a stopping condition met → finalizing; expired or aborted → failing
//  completed, stopped, failed, and every pair not listed: unchanged; recorded as late

package import Kernel

/// The state of a labeling job's workflow.
package struct LabelingJob: Hashable, Sendable {
    /// Where the workflow stands; rounds count from 1.
    package enum Phase: Hashable, Sendable {
        case initializing
        case selecting(Int)
        case annotating(Int)
        case consolidating(Int)
        case training(Int)
        case predicting(Int)
        case finalizing
        case stopping
        case failing
        case completed
        case stopped
        case failed
    }

    /// An object that has all the answers it will get, waiting for its consolidation call.
    package struct Finished: Hashable, Sendable {
        /// Zero-based line of the manifest.
        package var index: Int
        /// Job time of its last answer.
        package var at: Instant
        /// Of all its answers: what a consolidation call holds of it.
        package var bytes: Int

        package init(index: Int, at: Instant, bytes: Int = 0) {
            self.index = index
            self.at = at
            self.bytes = bytes
        }
    }

    /// The objects now with people.
    package struct Batch: Hashable, Sendable {
        /// Counted from 1.
        package var round: Int
        /// Objects chosen, unreadable ones not among them.
        package var size: Int
        /// Objects not yet answered, expired or given up.
        package var open: Int
        /// Job time; the availability counts from here.
        package var started: Instant
        /// Events of the workforce taken so far; where a restart goes on.
        package var eventsTaken: Int
    }

    /// `LabelCounters` of the API, and the number of manifest lines.
    package struct Counters: Hashable, Sendable {
        /// Lines of the manifest.
        package var objects = 0
        /// Labeled by people.
        package var human = 0
        /// Labeled by a model.
        package var machine = 0
        /// Given up.
        package var failed = 0

        package init() {}

        /// Those with a label, whoever gave it.
        package var labeled: Int { human + machine }
        /// Those without a result yet.
        package var unlabeled: Int { objects - labeled - failed }
    }

    /// Fixed for the life of the job.
    package let plan: Plan
    /// Changed by `apply` alone.
    package internal(set) var phase: Phase
    /// What Describe shows.
    package internal(set) var counters: Counters
    /// Nil between batches.
    package internal(set) var batch: Batch?
    /// Answered objects not yet in a consolidation call, in order of finish; fewer than a call holds.
    package internal(set) var waiting: [Finished]
    /// Consolidation calls so far; numbers the next one.
    package internal(set) var callsIssued: Int
    /// Calls whose outcome is still to come.
    package internal(set) var callsOpen: Int
    /// The second in the name of the latest consolidation file: no two calls share one.
    package internal(set) var latestFileSecond: Instant
    /// The round after whose batch the validation set was full.
    package internal(set) var validationFullAfter: Int?
    /// Whether a prediction exists, so that the least confident objects go to people.
    package internal(set) var hasPredictions: Bool
    /// How often a model could not be had and people went on alone.
    package internal(set) var trainingFailures: Int
    /// What was labeled by people and what had failed when the manifest was loaded: no part of the first sample.
    package internal(set) var countedAtStart: Counters
    /// Name of the latest model; empty until one is trained.
    package internal(set) var modelName: String
    /// Nil unless the job fails.
    package internal(set) var failureReason: String?
    /// Labels already written by the latest export.
    package internal(set) var exportedLabels: Int
    /// Whether somebody asked for the stop, in contrast to a failure.
    package internal(set) var hasStopRequest: Bool
    /// Job time of the latest event; job time never runs backwards.
    package internal(set) var time: Instant

    /// A fresh job, and nothing to do before its first timer.
    package init(plan: Plan, at start: Instant) {
        self.plan = plan
        phase = .initializing
        counters = Counters()
        waiting = []
        callsIssued = 0
        callsOpen = 0
        latestFileSecond = .epoch
        hasPredictions = false
        trainingFailures = 0
        countedAtStart = Counters()
        modelName = ""
        exportedLabels = 0
        hasStopRequest = false
        time = start
    }

    /// Takes an event in at its instant of job time; returns what is to be done, in order.
    package mutating func apply(_ event: Event, at instant: Instant) -> [Effect] {
        time = max(time, instant)
        defer { checkInvariants() }
        if phase.isTerminal { return [.record(.late(event.name))] }
        switch event {
        case .initialized: return prepare()
        case .manifestLoaded(let manifest): return begin(manifest)
        case .manifestRejected(let reason): return phase == .initializing ? fail(reason) : late(event)
        case .batchChosen(let choice): return present(choice)
        case .objectsFinished(let progress): return take(progress)
        case .groupingDue: return endWait()
        case .availabilityEnded: return expireBatch()
        case .consolidated(let call): return count(call)
        case .modelTrained(let model): return predict(with: model)
        case .trainingFailed(let reason): return goOnWithoutModel(reason)
        case .predicted(let prediction): return accept(prediction)
        case .outputsWritten(let isFinal): return isFinal ? end() : []
        case .stopRequested: return stop()
        case .expired: return phase.isEnding ? late(event) : fail(FailureText.expired)
        case .aborted(let reason): return phase.isEnding ? late(event) : fail(reason)
        }
    }

    func late(_ event: Event) -> [Effect] { [.record(.late(event.name))] }

    /// Counters add up, and nothing is open without a batch.
    private func checkInvariants() {
        assert(counters.unlabeled >= 0 && counters.human >= 0 && counters.machine >= 0 && counters.failed >= 0)
        assert(batch.map { $0.open >= 0 && $0.open <= $0.size } ?? true)
        assert(waiting.count < plan.consolidationObjects && callsOpen >= 0)
        assert(failureReason == nil || phase == .failing || phase == .failed)
    }
}

extension LabelingJob.Phase {
    /// Whether nothing can change any more.
    package var isTerminal: Bool {
        switch self {
        case .completed, .stopped, .failed: true
        case .initializing, .selecting, .annotating, .consolidating, .training, .predicting, .finalizing, .stopping,
            .failing:
            false
        }
    }

    /// On the way to a terminal state: nothing new is begun.
    package var isEnding: Bool {
        switch self {
        case .finalizing, .stopping, .failing, .completed, .stopped, .failed: true
        case .initializing, .selecting, .annotating, .consolidating, .training, .predicting: false
        }
    }

    /// `LabelingJobStatus` of the API.
    package var status: String {
        switch self {
        case .initializing: "Initializing"
        case .selecting, .annotating, .consolidating, .training, .predicting, .finalizing, .failing: "InProgress"
        case .stopping: "Stopping"
        case .completed: "Completed"
        case .stopped: "Stopped"
        case .failed: "Failed"
        }
    }

    /// The word for the phase in rules, timelines and reports.
    package var name: String {
        switch self {
        case .initializing: "initializing"
        case .selecting: "selecting"
        case .annotating: "annotating"
        case .consolidating: "consolidating"
        case .training: "training"
        case .predicting: "predicting"
        case .finalizing: "finalizing"
        case .stopping: "stopping"
        case .failing: "failing"
        case .completed: "completed"
        case .stopped: "stopped"
        case .failed: "failed"
        }
    }

    /// The round of the phases that have one. Rounds count from 1 and are the iteration of the output's paths.
    package var round: Int? {
        switch self {
        case .selecting(let round), .annotating(let round), .consolidating(let round), .training(let round),
            .predicting(let round):
            round
        case .initializing, .finalizing, .stopping, .failing, .completed, .stopped, .failed: nil
        }
    }
}
