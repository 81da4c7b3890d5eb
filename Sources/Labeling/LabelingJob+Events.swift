// What can happen to a labeling job, and what it can ask for. Every instant, name and id that an effect writes is fixed
// here, when the event is applied, so that performing an effect twice writes the same bytes in the same places.

package import JSON
package import Kernel

extension LabelingJob {
    /// What can happen to a job: results of effects, timers, and requests from outside.
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
        /// Lines in all.
        package var objects: Int
        /// Lines that bring their label along (chaining with the same label attribute), by who gave it.
        package var labeledByHumans: Int
        package var labeledByMachine: Int
        /// Lines that are no usable object.
        package var failed: Int
        /// The job whose model this one goes on from, where that comes with the labels.
        package var modelFrom: String?

        package init(objects: Int, labeledByHumans: Int = 0, labeledByMachine: Int = 0, failed: Int = 0) {
            self.objects = objects
            self.labeledByHumans = labeledByHumans
            self.labeledByMachine = labeledByMachine
            self.failed = failed
        }
    }

    /// The outcome of choosing a batch.
    package struct Choice: Hashable, Sendable {
        /// The round it was chosen for; another round's choice comes too late.
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
        /// The round it belongs to.
        package var round: Int
        /// Objects that now have all their answers, in order of their finish.
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
        /// The number that the call's effect had.
        package var number: Int
        /// Objects that got a label.
        package var labeled: Int
        /// Objects whose answers gave none.
        package var failed: Int

        package init(number: Int, labeled: Int, failed: Int) {
            self.number = number
            self.labeled = labeled
            self.failed = failed
        }
    }

    /// The outcome of a training.
    package struct Model: Hashable, Sendable {
        /// The round it was trained in.
        package var round: Int
        /// As paths and `FinalActiveLearningModelArn` show it.
        package var name: String
        /// Human labels it was trained on.
        package var examples: Int
        /// How the learners did, for timeline and report.
        package var figures: JSONObject

        package init(round: Int, name: String, examples: Int, figures: JSONObject = JSONObject()) {
            self.round = round
            self.name = name
            self.examples = examples
            self.figures = figures
        }
    }

    /// The outcome of measuring a model and labeling by it.
    package struct Prediction: Hashable, Sendable {
        /// The round it belongs to.
        package var round: Int
        /// Objects that the model labeled in this round.
        package var labeled: Int
        /// What the measurement said, for timeline and report: threshold, bound, validation objects, classes.
        package var figures: JSONObject

        package init(round: Int, labeled: Int, figures: JSONObject = JSONObject()) {
            self.round = round
            self.labeled = labeled
            self.figures = figures
        }
    }

    /// What the engine is to perform, one after another, each at least once.
    package enum Effect: Hashable, Sendable {
        case loadManifest
        case chooseBatch(Selection)
        case consolidate(Consolidation)
        /// Ends every object of the batch that is still open.
        case expireOpenObjects(round: Int, at: Instant)
        /// Takes what is open out of people's hands, unlabeled.
        case cancelOpenObjects(round: Int)
        case train(round: Int, at: Instant)
        case predict(round: Int, at: Instant, model: String)
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
        /// By manifest line, by a seeded draw, or by the latest model's confidence.
        package enum Order: String, Hashable, Sendable {
            case manifest, random, leastConfident
            /// Mostly the latest model's least confident, the rest drawn at random from all that is left.
            case mixed
        }
        /// The round that begins.
        package var round: Int
        /// Most objects to choose.
        package var limit: Int
        /// How they are chosen.
        package var order: Order
        /// Job time at which the choice was asked for.
        package var at: Instant
    }

    /// One consolidation call.
    package struct Consolidation: Hashable, Sendable {
        /// Counted from 1 over the whole job.
        package var number: Int
        /// The round whose folders its files go to.
        package var round: Int
        /// Zero-based lines of the manifest, in order of their finish.
        package var objects: [Int]
        /// Job time of the call; creation dates of its labels count from here.
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
