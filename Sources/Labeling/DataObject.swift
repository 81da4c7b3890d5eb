// One object of a labeling job while people work on it. Pure: events in, effects out; no store, no clock. The engine
// keeps one value per row, and only for objects that somebody has touched.
//
//  phase      event                              next                                    effect
//  open       accepted, slot free, new worker    open, leased                            –
//  open       accepted, otherwise                open (ignored)                          –
//  open       submitted, lease held              open; answered with the last answer     finished
//  open       submitted, no lease                open (ignored: late)                    –
//  open       declined                           open; closed at as many as are asked    finished or gaveUp when closed
//  open       returned                           open (slot free again)                  finished or gaveUp when closed
//  open       lifetimeEnded                      answered, or failed without an answer   finished or gaveUp
//  open       rejected                           failed                                  gaveUp
//  open       cancelled                          cancelled                               –
//  answered   labeled                            labeled                                 –
//  answered   rejected                           failed                                  gaveUp
//  answered   cancelled                          answered (it will be consolidated)      –
//  any other combination                         unchanged (ignored)                     –
//
// Rules (developer guide, "Control the flow of data objects sent to workers"; facts 1.7): every worker sees an object
// at most once; an object succeeds with at least one answer; as many declines as workers asked close it.

package import Kernel

/// A data object in the hands of people: slots, leases, answers and declines.
package struct DataObject: Hashable, Sendable {
    /// Where the object stands; only an open one is offered to people.
    package enum Phase: Hashable, Sendable {
        case open
        /// Has all the answers it will get, since that instant.
        case answered(Instant)
        case labeled
        case failed(String)
        case cancelled
    }

    /// One worker's submitted work.
    package struct Answer: Hashable, Sendable {
        /// The worker's id, as in worker-response files.
        package var worker: String
        /// The `answerContent` as JSON text.
        package var content: [UInt8]
        /// Job time at which the worker took the task.
        package var accepted: Instant
        /// Job time at which the answer came.
        package var submitted: Instant
        /// Time at work without pauses.
        package var timeSpent: Duration

        package init(worker: String, content: [UInt8], accepted: Instant, submitted: Instant, timeSpent: Duration) {
            self.worker = worker
            self.content = content
            self.accepted = accepted
            self.submitted = submitted
            self.timeSpent = timeSpent
        }
    }

    /// A task in a worker's hands.
    package struct Lease: Hashable, Sendable {
        /// The worker's id.
        package var worker: String
        /// Job time at which the worker took the task.
        package var accepted: Instant
        /// Job time at which the task limit ends it.
        package var until: Instant
    }

    /// What can happen to the object; instants are job time.
    package enum Event: Hashable, Sendable {
        case accepted(worker: String, at: Instant, until: Instant)
        case submitted(Answer)
        case declined(worker: String, at: Instant)
        /// The lease ran out or was given back.
        case returned(worker: String, at: Instant)
        case lifetimeEnded(at: Instant)
        case labeled
        case rejected(String)
        case cancelled
    }

    /// What follows from an event: the object queues for consolidation, or it has failed.
    package enum Effect: Hashable, Sendable {
        case finished(at: Instant)
        case gaveUp(String)
    }

    /// Changed by `apply` alone.
    package internal(set) var phase: Phase
    /// NumberOfHumanWorkersPerDataObject.
    package let workersAsked: Int
    /// In the order they came; at most as many as are asked.
    package internal(set) var answers: [Answer]
    /// What the answers take in memory.
    package var answerBytes: Int { answers.reduce(0) { $0 + $1.content.count } }
    /// Tasks in hand; they and the answers together never exceed what is asked.
    package internal(set) var leases: [Lease]
    /// Workers who do not want this object, each once.
    package internal(set) var declines: [String]

    /// A fresh object, open to `workersAsked` people.
    package init(workersAsked: Int) {
        self.init(phase: .open, workersAsked: workersAsked, answers: [], leases: [], declines: [])
    }

    init(phase: Phase, workersAsked: Int, answers: [Answer], leases: [Lease], declines: [String]) {
        self.phase = phase
        self.workersAsked = workersAsked
        self.answers = answers
        self.leases = leases
        self.declines = declines
    }

    /// Slots that a further worker could take.
    package var openSlots: Int {
        phase == .open && !isClosed ? max(0, workersAsked - answers.count - leases.count) : 0
    }

    /// Whether this worker may still be shown the object.
    package func isNew(to worker: String) -> Bool {
        !answers.contains { $0.worker == worker } && !leases.contains { $0.worker == worker }
            && !declines.contains(worker)
    }

    /// Declined by as many workers as are asked: shown to nobody else.
    private var isClosed: Bool { declines.count >= workersAsked }

    /// Takes an event in; returns what follows from it.
    package mutating func apply(_ event: Event) -> [Effect] {
        switch (phase, event) {
        case (.open, .accepted(let worker, let at, let until)):
            guard openSlots > 0, isNew(to: worker) else { return [] }
            leases.append(Lease(worker: worker, accepted: at, until: until))
            return []
        case (.open, .submitted(let answer)):
            guard giveUpLease(of: answer.worker) else { return [] }
            answers.append(answer)
            return settle(at: answer.submitted)
        case (.open, .declined(let worker, let at)):
            guard giveUpLease(of: worker) else { return [] }
            declines.append(worker)
            return settle(at: at)
        case (.open, .returned(let worker, let at)):
            return giveUpLease(of: worker) ? settle(at: at) : []
        case (.open, .lifetimeEnded(let at)):
            leases = []
            return finish(at: at)
        case (.open, .rejected(let reason)), (.answered, .rejected(let reason)):
            return fail(reason)
        case (.open, .cancelled):
            leases = []
            phase = .cancelled
            return []
        case (.answered, .labeled):
            phase = .labeled
            return []
        case (.open, .labeled), (.answered, _), (.labeled, _), (.failed, _), (.cancelled, _):
            return []
        }
    }

    private mutating func giveUpLease(of worker: String) -> Bool {
        guard let place = leases.firstIndex(where: { $0.worker == worker }) else { return false }
        leases.remove(at: place)
        return true
    }

    /// Ends the object when nobody further can or need answer.
    private mutating func settle(at instant: Instant) -> [Effect] {
        answers.count == workersAsked || (isClosed && leases.isEmpty) ? finish(at: instant) : []
    }

    private mutating func finish(at instant: Instant) -> [Effect] {
        guard !answers.isEmpty else {
            return fail(isClosed ? ObjectFailureText.declined : ObjectFailureText.expired)
        }
        phase = .answered(instant)
        return [.finished(at: instant)]
    }

    private mutating func fail(_ reason: String) -> [Effect] {
        phase = .failed(reason)
        return [.gaveUp(reason)]
    }
}
