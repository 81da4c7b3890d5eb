// What happens while a batch is being worked on. Simulated and scripted workforces produce these from their inputs
// alone; real people produce the same ones through the work API.

package import Kernel

/// Something a worker does with one object.
package struct WorkEvent: Hashable, Sendable {
    /// The steps of a worker's go at an object.
    package enum Action: Hashable, Sendable {
        /// The worker starts; the slot is theirs until one of the other actions.
        case accepted
        case submitted(Submission)
        /// The worker does not want this object and will not be asked again.
        case declined
        /// The task time ran out without an answer; the slot is free again.
        case returned
    }

    /// A finished task.
    package struct Submission: Hashable, Sendable {
        /// Job time at which the worker took the task.
        package var acceptedAt: Instant
        /// Time at work without pauses.
        package var timeSpent: Duration
        /// What the worker says.
        package var answer: Answer

        package init(acceptedAt: Instant, timeSpent: Duration, answer: Answer) {
            self.acceptedAt = acceptedAt
            self.timeSpent = timeSpent
            self.answer = answer
        }
    }

    /// An answer in the form its source has it in.
    package enum Answer: Hashable, Sendable {
        /// What the worker makes of the object; whoever knows the object draws it.
        case simulated
        /// An `answerContent`, given beforehand.
        case content([UInt8])
    }

    /// Job time.
    package var at: Instant
    /// The worker's place in the crowd.
    package var worker: Int
    /// Zero-based line of the manifest.
    package var object: Int
    /// Which of the object's `NumberOfHumanWorkersPerDataObject` places the worker holds or held.
    package var slot: Int
    /// What the worker does.
    package var action: Action

    package init(at: Instant, worker: Int, object: Int, slot: Int, action: Action) {
        self.at = at
        self.worker = worker
        self.object = object
        self.slot = slot
        self.action = action
    }
}

/// The objects that are offered together, and the rules they are offered under.
package struct WorkBatch: Hashable, Sendable {
    /// Manifest lines, in the order they are offered.
    package var objects: [Int]
    /// `NumberOfHumanWorkersPerDataObject`, 1 to 9.
    package var workersPerObject: Int
    /// `TaskTimeLimitInSeconds`.
    package var taskTimeLimit: Duration
    /// `TaskAvailabilityLifetimeInSeconds`.
    package var availability: Duration
    /// Job time.
    package var startedAt: Instant

    /// Workers are 1 to 9, as the API allows.
    package init(
        objects: [Int], workersPerObject: Int, taskTimeLimit: Duration, availability: Duration, startedAt: Instant
    ) {
        precondition((1...9).contains(workersPerObject), "the service asks 1 to 9 workers")
        self.objects = objects
        self.workersPerObject = workersPerObject
        self.taskTimeLimit = taskTimeLimit
        self.availability = availability
        self.startedAt = startedAt
    }

    /// When nothing of the batch is offered any longer.
    package var endsAt: Instant { startedAt + availability }
}
