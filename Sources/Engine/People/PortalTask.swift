// What the work API hands out and takes back.

package import JSON
package import Kernel
package import Labeling
package import Store

/// Names a task in a worker's hands: which job, which object, and which of the times it was taken.
package struct PortalTaskID: Hashable, Sendable, CustomStringConvertible {
    /// The job in the store.
    package var job: JobID
    /// Zero-based line of the manifest.
    package var object: Int
    /// Job time at which the task was taken.
    package var accepted: Instant

    init(job: JobID, object: Int, accepted: Instant) {
        self.job = job
        self.object = object
        self.accepted = accepted
    }

    /// Nil unless the text is one that `description` wrote.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let job = Int64(parts[0]), let object = Int(parts[1]), object >= 0,
            let accepted = Int64(parts[2])
        else { return nil }
        self.init(job: JobID(job), object: object, accepted: Instant(microseconds: accepted))
    }

    package var description: String { "\(job.value).\(object).\(accepted.microseconds)" }
}

/// A task in a worker's hands.
package struct PortalTask: Sendable {
    /// What answers name it by.
    package var id: PortalTaskID
    /// The job it belongs to.
    package var specification: LabelingJobSpecification
    /// What is to be labeled.
    package var source: ObjectSource
    /// What the worker's page is given.
    package var input: JSONValue
    /// The job's labels.
    package var categories: LabelCategories
    /// Server time at which the task goes back.
    package var expires: Instant
    /// The work around it.
    package var work: PortalWork
}

/// How much of a job there is to do for one worker.
package struct PortalWork: Hashable, Sendable {
    /// Objects of the batch that the worker may still be offered.
    package var pending = 0
    /// Objects of the batch that the worker has answered or declined.
    package var done = 0
    /// Whether the worker holds a task of the job.
    package var isHolding = false
    /// The whole job's figures.
    package var counters = LabelingJob.Counters()

    /// Nothing to do.
    package init() {}

    init(pending: Int, done: Int, isHolding: Bool, counters: LabelingJob.Counters) {
        self.pending = pending
        self.done = done
        self.isHolding = isHolding
        self.counters = counters
    }
}

/// What a worker answers.
package struct PortalAnswer: Sendable {
    /// The worker's id.
    package var worker: String
    /// The `answerContent`, compact JSON.
    package var content: [UInt8]
    /// Time at work without pauses, as the worker's page has it; nil takes the time the task was held.
    package var timeSpent: Duration?

    package init(worker: String, content: [UInt8], timeSpent: Duration?) {
        self.worker = worker
        self.content = content
        self.timeSpent = timeSpent
    }
}

/// What became of an answer.
package enum PortalSubmission: Hashable, Sendable {
    /// It is stored, now or by an earlier try.
    case taken
    /// It does not answer the task; the worker still holds it. The text says why, where more than its form is wrong.
    case unusable(String?)
    /// The task is not the worker's any longer. The number finds the answer again; nil where it is not kept.
    case late(kept: Int?)
}
