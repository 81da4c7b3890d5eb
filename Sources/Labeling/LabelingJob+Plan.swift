// What a job decides by: fixed when it is created.

package import Kernel

extension LabelingJob {
    /// The numbers of a labeling job that its workflow depends on.
    package struct Plan: Hashable, Sendable {
        /// Automated data labeling: people label a sample, a model the rest.
        package var isAutomated = false
        /// When people are asked and models trained.
        package var schedule = Steering.Schedule.documented
        /// The first batch is a probe (public workforce, or automated labeling).
        package var hasProbe = false
        /// MaxConcurrentTaskCount: objects with people at one time.
        package var maxConcurrentObjects = 1000
        /// StoppingConditions.MaxHumanLabeledObjectCount.
        package var maxHumanLabeled: Int?
        /// StoppingConditions.MaxPercentageOfInputDatasetLabeled.
        package var maxPercentageLabeled = 100
        /// Most manifest lines; more fail the job.
        package var objectLimit = 100_000
        /// Fewest objects that automated labeling takes.
        package var minimumObjects = 1250
        /// How long the job shows Initializing, in job time.
        package var initializing: Duration = .seconds(1)
        /// TaskAvailabilityLifetimeInSeconds, counted from the start of a batch.
        package var availability: Duration = .seconds(2_592_000)
        /// A consolidation call takes this many objects …
        package var consolidationObjects = 50
        /// … or fewer, where the answers to another one would make it larger than this …
        package var consolidationBytes = 32 << 20
        /// … or what waits, this long after the first.
        package var consolidationDelay: Duration = .seconds(60)
        /// A job that has not ended by then fails (developer guide: 30 days).
        package var lifetime: Duration = .seconds(30 * 86_400)
        /// Server time, which is also where job time begins.
        package var created: Instant = .epoch
        /// Nil lets the job take its course.
        package var forcedOutcome: ForcedOutcome?

        /// A job with people only, no stopping conditions, and the service's defaults.
        package init() {}

        /// Why a manifest of so many objects is refused.
        package func refusal(ofObjects count: Int) -> String? {
            if count > objectLimit { return FailureText.tooManyObjects(count, most: objectLimit) }
            if isAutomated, count < minimumObjects {
                return FailureText.tooFewObjectsToAutomate(count, minimum: minimumObjects)
            }
            return nil
        }

        /// Objects of the probe batch, as observed of the service.
        static let probe = 10

        /// Objects of a batch in the efficient schedule: 4 % of all; the first has at least 100.
        package func efficientBatch(_ round: Int, objects: Int) -> Int {
            let share = (objects * 4 + 99) / 100
            return round == 1 ? max(100, share) : share
        }

        /// Human labels of the validation set: 20 % of the objects, 10 % from 5,000 objects on (developer guide,
        /// "Automate data labeling").
        package static func validationTarget(objects: Int) -> Int {
            objects < 5000 ? (objects + 4) / 5 : (objects + 9) / 10
        }
    }

    /// An end that a test asks for: `fail|stop|expire@<phase>[:<round>]`.
    package struct ForcedOutcome: Hashable, Sendable, CustomStringConvertible {
        /// What happens: the job fails, is stopped, or runs out of its 30 days.
        package enum Kind: String, Hashable, Sendable, CaseIterable { case fail, stop, expire }

        /// The end.
        package var kind: Kind
        /// A word of `LabelingJob.Phase.name`.
        package var phase: String
        /// The round of that phase; nil is the first time it is entered.
        package var round: Int?

        static let phases = [
            "initializing", "selecting", "annotating", "consolidating", "training", "predicting",
        ]

        /// Nil unless the text has the form and names a phase that can be left.
        package init?(_ text: String) {
            let halves = text.split(separator: "@", omittingEmptySubsequences: false)
            guard halves.count == 2, let kind = Kind(rawValue: String(halves[0])) else { return nil }
            let place = halves[1].split(separator: ":", omittingEmptySubsequences: false)
            guard (1...2).contains(place.count), Self.phases.contains(String(place[0])) else { return nil }
            self.kind = kind
            phase = String(place[0])
            if place.count == 2 {
                guard let round = Int(place[1]), round > 0 else { return nil }
                self.round = round
            }
        }

        package var description: String { "\(kind.rawValue)@\(phase)" + (round.map { ":\($0)" } ?? "") }

        func applies(to phase: Phase) -> Bool {
            phase.name == self.phase && (round == nil || phase.round == round)
        }
    }

    /// A timer that runs in job time.
    package enum Timer: String, Hashable, Sendable, CaseIterable {
        case initialized, groupingDue, availabilityEnded, expired

        /// What is applied when the timer is due.
        package var event: Event {
            switch self {
            case .initialized: .initialized
            case .groupingDue: .groupingDue
            case .availabilityEnded: .availabilityEnded
            case .expired: .expired
            }
        }
    }

    /// The timers now running, soonest first; ties in the order of their declaration.
    package var timers: [(timer: Timer, due: Instant)] {
        if phase.isEnding { return [] }
        var timers: [(timer: Timer, due: Instant)] = []
        if phase == .initializing, time < plan.created + plan.initializing {
            timers.append((.initialized, plan.created + plan.initializing))
        }
        if let first = waiting.first { timers.append((.groupingDue, first.at + plan.consolidationDelay)) }
        // Also where time has run past it: a result may be stamped later than work that is still to be taken.
        if let batch, case .annotating = phase {
            timers.append((.availabilityEnded, batch.started + plan.availability))
        }
        timers.append((.expired, plan.created + plan.lifetime))
        return timers.enumerated().sorted { ($0.element.due, $0.offset) < ($1.element.due, $1.offset) }.map(\.element)
    }
}
