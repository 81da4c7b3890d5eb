// The batch at hand: its workforce's schedule, and the objects that people are working on. Bounded by
// MaxConcurrentTaskCount. After a restart the schedule is made again and run to where it was.

internal import Kernel
internal import Labeling

/// What a performer keeps of the batch that is with people.
struct BatchDesk: Sendable {
    let round: Int
    /// The objects in the order they are offered.
    let objects: [Int]
    /// Places of the objects in the batch.
    let places: [Int: Int]
    /// Those who work on it.
    let crowd: Crowd
    /// Who they are, by their place in the crowd.
    let roster: [WorkerIdentity]
    /// Objects somebody works on: touched, and not finished.
    var open: [Int: DataObject]
    private var schedule: Schedule
    private var upcoming: WorkEvent?

    enum Schedule: Sendable {
        case crowd(CrowdSchedule)
        case scripted(ScriptedSchedule)

        mutating func next() -> WorkEvent? {
            switch self {
            case .crowd(var schedule):
                defer { self = .crowd(schedule) }
                return schedule.next()
            case .scripted(var schedule):
                defer { self = .scripted(schedule) }
                return schedule.next()
            }
        }
    }

    init(
        round: Int, batch: [Int], open: [Int: DataObject], crowd: Crowd, schedule: Schedule,
        skipping events: Int
    ) {
        self.round = round
        self.open = open
        objects = batch
        places = Dictionary(uniqueKeysWithValues: batch.enumerated().map { ($1, $0) })
        self.crowd = crowd
        roster = crowd.workers.map(\.identity)
        self.schedule = schedule
        for _ in 0..<events { _ = self.schedule.next() }
        upcoming = self.schedule.next()
    }

    /// When the workforce next does something.
    var nextAt: Instant? { upcoming?.at }

    /// The next event; nil when there is none up to an instant.
    mutating func next(upTo limit: Instant) -> WorkEvent? {
        guard let event = upcoming, event.at <= limit else { return nil }
        upcoming = schedule.next()
        return event
    }
}
