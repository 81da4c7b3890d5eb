// What a test may decide about a job without touching the tool under test: members of a rule's `set`, or job tags
// `groundwork:<name>`. Read once, when the job is created; a value that is not understood is refused there and then.

package import JSON

/// The knobs of one job; nil leaves the next source's value.
package struct Steering: Hashable, Sendable {
    /// Who labels: drawn people, a script, or people at the portal.
    package enum Workforce: String, Hashable, Sendable, CaseIterable { case simulated, scripted, portal }
    /// What drawn people are like (`CrowdModel.Preset`).
    package enum Crowd: String, Hashable, Sendable, CaseIterable { case perfect, expert, mturk, spammy }
    /// The batches that the developer guide describes, or fewer human labels.
    package enum Schedule: String, Hashable, Sendable, CaseIterable { case documented, efficient }
    /// What trains models.
    package enum Learner: String, Hashable, Sendable, CaseIterable {
        /// The backbone's maps where its weights have been fetched, else the small network.
        case automatic
        case backbone, network
        /// Says what a rule tells it, or knows the truth: for tests of the workflow.
        case scripted
        /// A program of the user's own, called over HTTP.
        case outside
        case none
    }
    /// Which objects people see next, of those without a label (the words of `Learning.Sampler`).
    package enum Sampler: String, Hashable, Sendable, CaseIterable {
        case leastConfident = "least-confident"
        case margin, entropy, random
        case coreSet = "core-set"
    }

    /// `simulated` where no source says anything.
    package var workforce: Workforce?
    /// Nil for the people such a team usually has.
    package var crowd: Crowd?
    /// `s3://` address of a manifest whose lines carry the truth.
    package var truthManifest: String?
    /// The attribute of those lines; nil is `groundwork-truth`.
    package var truthAttribute: String?
    /// Answers given in a rule: one list per manifest line.
    package var answers: JSONValue?
    /// An end to force on the job.
    package var outcome: LabelingJob.ForcedOutcome?
    /// Seconds of job time in one second of server time, above 0 and at most 1,000,000.
    package var pace: Double?
    /// The seed of everything random about the job.
    package var seed: UInt64?
    /// When models are trained and what goes to people.
    package var schedule: Schedule?
    /// Fewest lines for automated labeling, in place of the service's 1,250.
    package var minObjects: Int?
    /// People in a simulated workforce, 1 to 10,000.
    package var workers: Int?
    /// What trains the job's models.
    package var learner: Learner?
    /// Where an outside learner is.
    package var learnerURL: String?
    /// What a scripted learner says, given in a rule: one prediction per manifest line.
    package var predictions: JSONValue?
    /// The confidence from which on its labels are taken, without being measured, 0 to 1.
    package var threshold: Double?
    /// Which objects people see next.
    package var sampler: Sampler?
    /// Certainty with which machine labels keep the target, at least 0.5 and below 1.
    package var certainty: Double?
    /// Objects that the model would label and people check, as a share of a batch, 0 to 1.
    package var auditShare: Double?
    /// How several people's labels are joined.
    package var consolidation: ConsolidationMethod?

    /// They are kept with the job, for tests of its output.
    private static let mostPredictions = 10_000

    /// Leaves everything to the next source.
    package init() {}

    /// Why a value is refused.
    package struct Refusal: Error, Hashable, Sendable {
        /// The member, as the user spelled it; in rules with its path.
        package var name: String
        /// As given.
        package var value: String
        /// What would be allowed, as the end of a sentence.
        package var rule: String

        package init(name: String, value: String, rule: String) {
            self.name = name
            self.value = value
            self.rule = rule
        }

        package var description: String { "Value '\(value)' at '\(name)' is not allowed: \(rule)." }
    }

    /// Job tags that begin with it steer; all tags are stored.
    package static let tagPrefix = "groundwork:"

    /// Reads the `set` of a rule.
    package init(rule: JSONObject) throws(Refusal) {
        for member in rule.members { try set(member.name, to: member.value) }
    }

    /// Reads job tags; tags without the prefix are the user's own.
    package init(tags: [(key: String, value: String)]) throws(Refusal) {
        for tag in tags where tag.key.hasPrefix(Self.tagPrefix) {
            let name = tag.key.dropFirst(Self.tagPrefix.count)
            let value: JSONValue
            switch name {
            case "pace", "seed", "workers", "min-objects", "minObjects", "certainty", "audit-share", "auditShare":
                guard let number = try? JSONValue(parsing: tag.value), number.number != nil else {
                    throw Refusal(name: tag.key, value: tag.value, rule: "it must be a number")
                }
                value = number
            default: value = .string(tag.value)
            }
            do { try set(String(name), to: value) } catch {
                throw Refusal(name: tag.key, value: error.value, rule: error.rule)
            }
        }
    }

    /// This, and where it is silent, the other.
    package func over(_ other: Steering) -> Steering {
        var result = self
        result.workforce = workforce ?? other.workforce
        result.crowd = crowd ?? other.crowd
        if truthManifest == nil {
            result.truthManifest = other.truthManifest
            result.truthAttribute = truthAttribute ?? other.truthAttribute
        }
        result.answers = answers ?? other.answers
        result.outcome = outcome ?? other.outcome
        result.pace = pace ?? other.pace
        result.seed = seed ?? other.seed
        result.schedule = schedule ?? other.schedule
        result.minObjects = minObjects ?? other.minObjects
        result.workers = workers ?? other.workers
        if learner == nil {
            result.learner = other.learner
            result.learnerURL = other.learnerURL
        }
        result.predictions = predictions ?? other.predictions
        result.threshold = threshold ?? other.threshold
        result.sampler = sampler ?? other.sampler
        result.certainty = certainty ?? other.certainty
        result.auditShare = auditShare ?? other.auditShare
        result.consolidation = consolidation ?? other.consolidation
        return result
    }

    private mutating func set(_ name: String, to value: JSONValue) throws(Refusal) {
        switch name {
        case "workforce": workforce = try word(name, value)
        case "crowd": crowd = try word(name, value)
        case "schedule": schedule = try word(name, value)
        case "sampler": sampler = try word(name, value)
        case "learner": try setLearner(name, value)
        case "predictions":
            guard let list = value.array, list.count <= Self.mostPredictions else {
                throw refusal(
                    name, value, "it must be a list with one per object, and at most \(Self.mostPredictions) of them")
            }
            predictions = value
            learner = learner ?? .scripted
        case "certainty":
            guard let number = value.double, number >= 0.5, number < 1 else {
                throw refusal(name, value, "it must be a number of at least 0.5 and below 1")
            }
            certainty = number
        case "threshold": threshold = try share(name, value)
        case "auditShare", "audit-share": auditShare = try share(name, value)
        case "consolidation": consolidation = try word(name, value)
        case "truth", "truth-manifest": try setTruth(name, value)
        case "truth-attribute": truthAttribute = try text(name, value)
        case "answers":
            guard value.array != nil else { throw refusal(name, value, "it must be a list with a list per object") }
            answers = value
        case "outcome":
            guard let parsed = LabelingJob.ForcedOutcome(try text(name, value)) else {
                throw refusal(
                    name, value,
                    "it must be fail, stop or expire, then @ and one of "
                        + LabelingJob.ForcedOutcome.phases.joined(separator: ", ") + ", then :round if wanted")
            }
            outcome = parsed
        case "pace":
            guard let number = value.double, number > 0, number <= 1_000_000 else {
                throw refusal(name, value, "it must be a number above 0 and at most 1000000")
            }
            pace = number
        case "seed":
            guard let number = value.integer, number >= 0 else {
                throw refusal(name, value, "it must be a whole number of at least 0")
            }
            seed = UInt64(number)
        case "minObjects", "min-objects": minObjects = try count(name, value, 1...1_000_000)
        case "workers": workers = try count(name, value, 1...10_000)
        default: throw Refusal(name: name, value: value.compactText, rule: "there is no setting of that name")
        }
    }

    private func share(_ name: String, _ value: JSONValue) throws(Refusal) -> Double {
        guard let number = value.double, number >= 0, number <= 1 else {
            throw refusal(name, value, "it must be a number from 0 to 1")
        }
        return number
    }

    private mutating func setLearner(_ name: String, _ value: JSONValue) throws(Refusal) {
        if let text = value.string, text.hasPrefix("http://") || text.hasPrefix("https://") {
            learner = .outside
            learnerURL = text
            return
        }
        let words = Learner.allCases.filter { $0 != .outside }
        guard let word = words.first(where: { $0.rawValue == value.string }) else {
            throw refusal(
                name, value,
                "it must be one of " + words.map(\.rawValue).joined(separator: ", ")
                    + ", or the http address of a learner of your own")
        }
        learner = word
    }

    private mutating func setTruth(_ name: String, _ value: JSONValue) throws(Refusal) {
        let address = value["manifest"] ?? value
        guard let text = address.string, S3URI(text) != nil else {
            throw refusal(name, value, "it must be the s3:// address of a manifest")
        }
        truthManifest = text
        if let attribute = value["attribute"] { truthAttribute = try self.text("truth.attribute", attribute) }
    }

    private func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, _ value: JSONValue
    ) throws(Refusal) -> Word where Word.RawValue == String {
        guard let word = value.string.flatMap(Word.init(rawValue:)) else {
            throw refusal(name, value, "it must be one of " + Word.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return word
    }

    private func text(_ name: String, _ value: JSONValue) throws(Refusal) -> String {
        guard let text = value.string, !text.isEmpty else { throw refusal(name, value, "it must be a text") }
        return text
    }

    private func count(_ name: String, _ value: JSONValue, _ range: ClosedRange<Int>) throws(Refusal) -> Int {
        guard let count = value.integer, range.contains(count) else {
            throw refusal(
                name, value, "it must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return count
    }

    private func refusal(_ name: String, _ value: JSONValue, _ rule: String) -> Refusal {
        Refusal(name: name, value: value.string ?? value.compactText, rule: rule)
    }
}
