// What can happen to a labeling job, and what it can ask for. Every instant, name and id that an effect writes is fixed
// here, when the event is applied, so that performing an effect twice writes the same bytes in the same places.

package import Kernel

extension LabelingJob {
    package enum Event: Hashable, Sendable {
        case initialized
        case manifestLoaded(Manifest)
        case manifestRejected(String)
        case batchChosen(Choice)
        case objectsFinished(Progress)
        case groupingDue
        case availabilityEnded
        case consolidated(Call)
        case modelTrained(Model)
        case trainingFailed(String)
        case predicted(Prediction)
        case outputsWritten(isFinal: Bool)
        case stopRequested
        /// 30 days have passed since creation.
        case expired
        /// Something that ends the job with a reason: a rule of a test, a denied write, a defect.
        case aborted(String)

        var name: String { String("\(self)".prefix { $0 != "(" }) }
    }

    /// What the manifest holds.
    package struct Manifest: Hashable, Sendable {
        package var objects: Int
        /// Lines that bring their label along (chaining with the same label attribute), by who gave it.
        package var labeledByHumans: Int
        package var labeledByMachine: Int
        /// Lines that are no usable object.
        package var failed: Int

        package init(objects: Int, labeledByHumans: Int = 0, labeledByMachine: Int = 0, failed: Int = 0) {
            self.objects = objects
            self.labeledByHumans = labeledByHumans
            self.labeledByMachine = labeledByMachine
            self.failed = failed
        }
    }

    /// The outcome of choosing a batch.
    package struct Choice: Hashable, Sendable {
        package var round: Int
        /// Objects that go to people.
        package var open: Int
        /// Objects that could not be read and have failed.
        package var unreadable: Int

        package init(round: Int, open: Int, unreadable: Int) {
            self.round = round
            self.open = open
            self.unreadable = unreadable
        }
    }

    /// A slice of what the workforce did, in order of time.
    package struct Progress: Hashable, Sendable {
        package var round: Int
        package var finished: [Finished]
        /// Objects given up in this slice.
        package var failed: Int
        /// Events of the workforce in this slice.
        package var eventsTaken: Int

        package init(round: Int, finished: [Finished], failed: Int, eventsTaken: Int) {
            self.round = round
            self.finished = finished
            self.failed = failed
            self.eventsTaken = eventsTaken
        }
    }

    /// The outcome of a consolidation call.
    package struct Call: Hashable, Sendable {
        package var number: Int
        package var labeled: Int
        package var failed: Int

        package init(number: Int, labeled: Int, failed: Int) {
            self.number = number
            self.labeled = labeled
            self.failed = failed
        }
    }

    package struct Model: Hashable, Sendable {
        package var round: Int
        package var name: String
        /// Human labels it was trained on.
        package var examples: Int

        package init(round: Int, name: String, examples: Int) {
            self.round = round
            self.name = name
            self.examples = examples
        }
    }

    /// Validation objects above a threshold, and those among them that the model had right.
    package struct Assurance: Hashable, Sendable {
        package var items: Int
        package var correct: Int

        package init(items: Int, correct: Int) {
            self.items = items
            self.correct = correct
        }
    }

    /// The outcome of measuring a model and labeling by it.
    package struct Prediction: Hashable, Sendable {
        package var round: Int
        /// Nil where no threshold meets the target.
        package var threshold: Double?
        /// Lower confidence bound of the accuracy above the threshold.
        package var bound: Double
        /// Live validation objects the threshold was measured on.
        package var validation: Int
        /// Of those, the ones above the threshold; they retire with this round.
        package var assured: Assurance
        package var labeled: Int
        /// Why there is no threshold; empty where there is one.
        package var remark: String

        package init(
            round: Int, threshold: Double?, bound: Double, validation: Int, assured: Assurance, labeled: Int,
            remark: String = ""
        ) {
            self.round = round
            self.threshold = threshold
            self.bound = bound
            self.validation = validation
            self.assured = assured
            self.labeled = labeled
            self.remark = remark
        }
    }

    package enum Effect: Hashable, Sendable {
        case loadManifest
        case chooseBatch(Selection)
        case consolidate(Consolidation)
        /// Ends every object of the batch that is still open.
        case expireOpenObjects(round: Int, at: Instant)
        /// Takes what is open out of people's hands, unlabeled.
        case cancelOpenObjects(round: Int)
        case train(round: Int, at: Instant)
        case predict(round: Int, at: Instant, model: String, assured: Assurance)
        case export(isFinal: Bool, at: Instant)
        /// Goes into the job's timeline with the event's transaction; needs no performing.
        case record(Record)
    }

    /// Whether these are the effects of an event that came too late: then nothing it brought counts.
    package static func areLate(_ effects: [Effect]) -> Bool {
        if case .record(.late)? = effects.first, effects.count == 1 { true } else { false }
    }

    /// Which objects the next batch takes.
    package struct Selection: Hashable, Sendable {
        package enum Order: String, Hashable, Sendable {
            case manifest, random, leastConfident
        }
        package var round: Int
        package var limit: Int
        package var order: Order
        package var at: Instant
    }

    /// One consolidation call.
    package struct Consolidation: Hashable, Sendable {
        package var number: Int
        package var round: Int
        package var objects: [Int]
        package var at: Instant
        /// The second in the names of its files.
        package var fileSecond: Instant
    }

    /// A line of the job's timeline.
    package enum Record: Hashable, Sendable {
        case entered(Phase)
        case manifest(Manifest)
        case batch(Choice)
        case consolidated(Call)
        case trained(Model)
        case trainingFailed(String)
        case predicted(Prediction)
        case stopRequested
        case stoppingConditionMet
        case failed(String)
        case late(String)
    }
}
