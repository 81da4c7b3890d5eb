// A training or transform job: what was ordered, and how far it has come. A value; LearningJobs carries it on and keeps
// it as the document of a resource.
//
//  phase        next                                   seen as (training)   (transform)
//  starting     downloading | running (transform)      Starting             InProgress
//  downloading  running                                Downloading          -
//  running      uploading | completed (transform)      Training             InProgress
//  uploading    completed                              Uploading            -
//  stopping     stopped                                Stopping             Stopping
//  completed, stopped, failed: nothing; from every other phase also stopping and failed.

package import JSON
package import Kernel
package import Store

/// A training or transform job.
package struct LearningJob: Hashable, Sendable {
    /// Where the job stands.
    package enum Phase: String, Hashable, Sendable {
        case starting, downloading, running, uploading, stopping, completed, stopped, failed

        /// Nothing happens to the job any more.
        package var isTerminal: Bool { self == .completed || self == .stopped || self == .failed }

        /// TrainingJobStatus or TransformJobStatus.
        package var status: String {
            switch self {
            case .starting, .downloading, .running, .uploading: "InProgress"
            case .stopping: "Stopping"
            case .completed: "Completed"
            case .stopped: "Stopped"
            case .failed: "Failed"
            }
        }
    }

    /// A secondary status and when it held; the last one of a job that goes on has no end.
    package struct Transition: Hashable, Sendable {
        /// Such as `Downloading`.
        package var status: String
        /// When it began.
        package var from: Instant
        /// When the next one began.
        package var to: Instant?
        /// What the service says to it.
        package var message: String
    }

    /// A figure that was measured.
    package struct Metric: Hashable, Sendable {
        /// Such as `validation:accuracy`.
        package var name: String
        /// As it stands in the log.
        package var value: Double
        /// When it was measured.
        package var at: Instant

        package init(name: String, value: Double, at: Instant) {
            self.name = name
            self.value = value
            self.at = at
        }
    }

    /// What is to be done.
    package enum Order: Hashable, Sendable {
        case training(TrainingOrder)
        case transform(TransformOrder)
    }

    /// Kind, owner and name.
    package var name: ResourceName
    /// Server time.
    package var created: Instant
    /// Of the latest change.
    package var modified: Instant
    /// When the work began: TrainingStartTime, TransformStartTime.
    package var started: Instant?
    /// When the job ended, however it did.
    package var ended: Instant?
    /// Where the job stands.
    package private(set) var phase: Phase
    /// Secondary statuses in order; of training jobs only.
    package private(set) var transitions: [Transition] = []
    /// Of a failed job.
    package private(set) var failureReason: String?
    /// FinalMetricDataList.
    package var metrics: [Metric] = []
    /// The labeling job that made this one.
    package var labelingJobArn: String?
    /// What is to be done.
    package var order: Order
    /// The members of the request that Describe gives back, under the API's names.
    package var echo: JSONObject

    /// A job that has been ordered.
    package init(name: ResourceName, created: Instant, order: Order, echo: JSONObject) {
        self.name = name
        self.created = created
        self.order = order
        self.echo = echo
        modified = created
        phase = .starting
        show("Starting", "Starting the training job", at: created)
    }

    /// For reading what was stored.
    init(
        name: ResourceName, created: Instant, modified: Instant, phase: Phase, transitions: [Transition],
        failureReason: String?, order: Order, echo: JSONObject
    ) {
        self.name = name
        self.created = created
        self.modified = modified
        self.phase = phase
        self.transitions = transitions
        self.failureReason = failureReason
        self.order = order
        self.echo = echo
    }

    /// `arn:aws:sagemaker:R:A:training-job/<name>`; names stand in lower case, as in those of labeling jobs.
    package var arn: ARN { name.jobARN }

    // MARK: Moving on

    /// Goes on from one phase to the next; a job that has left the expected phase stays as it is, and says so.
    @discardableResult
    mutating func advance(from expected: Phase, to next: Phase, at instant: Instant) -> Bool {
        guard phase == expected else { return false }
        enter(next, at: instant)
        switch next {
        case .downloading: show("Downloading", "Downloading input data", at: instant)
        case .running: show("Training", "Training image download completed. Training in progress.", at: instant)
        case .uploading: show("Uploading", "Uploading generated training model", at: instant)
        case .completed: show("Completed", "Training job completed", at: instant)
        case .stopped: show("Stopped", "Training job stopped", at: instant)
        case .starting, .stopping, .failed: break
        }
        if started == nil, next == .downloading || next == .running { started = instant }
        return true
    }

    /// Asks the job to stop; false where it has ended.
    mutating func stop(at instant: Instant) -> Bool {
        guard !phase.isTerminal else { return false }
        guard phase != .stopping else { return true }
        enter(.stopping, at: instant)
        show("Stopping", "Stopping the training job", at: instant)
        return true
    }

    /// Ends a job that took longer than it may: it counts as stopped.
    mutating func expire(at instant: Instant) {
        guard !phase.isTerminal, phase != .stopping else { return }
        enter(.stopped, at: instant)
        show("MaxRuntimeExceeded", "Training job runtime exceeded MaxRuntimeInSeconds provided", at: instant)
    }

    /// Ends the job with a reason.
    mutating func fail(_ reason: String, at instant: Instant) {
        guard !phase.isTerminal else { return }
        enter(.failed, at: instant)
        failureReason = reason
        show("Failed", "Training job failed", at: instant)
    }

    private mutating func enter(_ next: Phase, at instant: Instant) {
        phase = next
        modified = max(modified, instant)
        if next.isTerminal { ended = modified }
    }

    private mutating func show(_ status: String, _ message: String, at instant: Instant) {
        guard case .training = order else { return }
        let at = max(instant, transitions.last?.from ?? instant)
        if let last = transitions.indices.last, transitions[last].to == nil { transitions[last].to = at }
        // A job that has ended stands in its last status for an instant.
        transitions.append(Transition(status: status, from: at, to: phase.isTerminal ? at : nil, message: message))
    }
}

extension ResourceName {
    /// The ARN of a training job, a transform job or a model.
    package var jobARN: ARN {
        ARN(service: "sagemaker", region: region, account: account, resource: "\(kind.rawValue)/\(name.lowercased())")
    }
}
