// The rows of labeling jobs. Store knows no labeling: specifications, states, effects and labels are bytes to it. What
// it understands is what it has to find rows by: account, region, name, status, due instants, the order of objects.

package import Kernel

/// Identifies a labeling job in the store; never reused.
package struct JobID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The row's id.
    package let value: Int64

    package init(_ value: Int64) { self.value = value }

    package static func < (left: JobID, right: JobID) -> Bool { left.value < right.value }
    package var description: String { String(value) }
}

/// A job's name in its account and region. Names are unique without regard to case (API reference: LabelingJobName).
package struct JobName: Hashable, Sendable {
    /// Whose job it is.
    package var account: AccountID
    /// Where it runs; another region's jobs may have the same name.
    package var region: Region
    /// As typed.
    package var name: String

    package init(account: AccountID, region: Region, name: String) {
        self.account = account
        self.region = region
        self.name = name
    }

    /// What names are compared by.
    package var key: String { name.lowercased() }
}

/// A labeling job as stored.
package struct JobRow: Hashable, Sendable {
    /// Stays the same when the job gives its name up.
    package var id: JobID
    /// Where the job is found.
    package var name: JobName
    /// Server time.
    package var created: Instant
    /// Server time of the latest change of state.
    package var modified: Instant
    /// `LabelingJobStatus`.
    package var status: String
    /// Whether the workflow has ended; effects may still wait to be performed.
    package var isTerminal: Bool
    /// What the job was created with; never changes.
    package var specification: [UInt8]
    /// Where its workflow stands.
    package var state: [UInt8]

    package init(
        id: JobID, name: JobName, created: Instant, modified: Instant, status: String, isTerminal: Bool,
        specification: [UInt8], state: [UInt8]
    ) {
        self.id = id
        self.name = name
        self.created = created
        self.modified = modified
        self.status = status
        self.isTerminal = isTerminal
        self.specification = specification
        self.state = state
    }
}

/// One line of the input manifest, byte for byte, without its line end.
package struct ManifestRow: Hashable, Sendable {
    /// Counted from 0.
    package var index: Int
    /// UTF-8, as the bucket's owner wrote it.
    package var line: [UInt8]

    package init(index: Int, line: [UInt8]) {
        self.index = index
        self.line = line
    }
}

/// What a pre-annotation function made of an object: what its workers' pages are rendered from.
package struct TaskInputRow: Hashable, Sendable {
    /// Zero-based line of the manifest.
    package var index: Int
    /// Compact JSON, an object.
    package var input: [UInt8]

    package init(index: Int, input: [UInt8]) {
        self.index = index
        self.input = input
    }
}

/// An object of a job, once it is more than a manifest line.
package struct ObjectRow: Hashable, Sendable {
    /// How far the object has come; the raw value is what the row says.
    package enum Status: Int, Hashable, Sendable {
        /// Nobody works on it; a model may have looked at it.
        case waiting = 0
        case open, answered, human, machine, failed
    }

    /// What a human label is used for when models are trained.
    package enum Use: Int, Hashable, Sendable {
        case none = 0
        /// Was above the threshold of an earlier round; stands for the labels taken then.
        case retired
    }

    /// Zero-based line of the manifest.
    package var index: Int
    /// Which of the other members have a meaning.
    package var status: Status
    /// The work of people on it; empty where nobody has touched it.
    package var state: [UInt8]
    /// What its line of the output manifest has beyond the input line; empty without a result.
    package var label: [UInt8]
    /// Index of its class, for classification.
    package var category: Int?
    /// `retired` once a threshold rests on the object. Before, the draw order tells what its label is for.
    package var use: Use
    /// The round in which it went to people or was labeled by the model.
    package var round: Int
    /// Place in the random draw order.
    package var position: Int?
    /// The latest model's confidence.
    package var confidence: Double?

    package init(
        index: Int, status: Status, round: Int = 0, state: [UInt8] = [], label: [UInt8] = [], category: Int? = nil,
        use: Use = .none, position: Int? = nil, confidence: Double? = nil
    ) {
        self.index = index
        self.status = status
        self.state = state
        self.label = label
        self.category = category
        self.use = use
        self.round = round
        self.position = position
        self.confidence = confidence
    }
}

/// The objects of one round that went to people, in the order they are shown.
package struct BatchRow: Hashable, Sendable {
    /// Counted from 1; a job has one batch a round.
    package var round: Int
    /// Zero-based lines of the manifest.
    package var objects: [Int]
    /// How far the draw order (or the manifest) has been used up after this batch.
    package var cursor: Int
    /// How many of them, from the first on, were drawn at random from all that had no result.
    package var random: Int

    package init(round: Int, objects: [Int], cursor: Int, random: Int = 0) {
        self.round = round
        self.objects = objects
        self.cursor = cursor
        self.random = random
    }
}

/// An object that people have labeled, in few words.
package struct HumanLabelRow: Hashable, Sendable {
    /// Zero-based line of the manifest.
    package var index: Int
    /// Index of its class, for classification.
    package var category: Int?
    /// What a threshold made of it.
    package var use: ObjectRow.Use
    /// The round in which it went to people; 0 where the label came with the manifest.
    package var round: Int
    /// Place in the order of all rounds; nil where the label came with the manifest.
    package var position: Int?

    package init(index: Int, category: Int?, use: ObjectRow.Use, round: Int, position: Int?) {
        self.index = index
        self.category = category
        self.use = use
        self.round = round
        self.position = position
    }
}

/// An effect that is still to be performed.
package struct OutboxRow: Hashable, Sendable {
    /// Place in the job's order of effects.
    package var sequence: Int64
    /// Bytes that only the engine reads.
    package var effect: [UInt8]
}

/// A line of a job's timeline.
package struct TimelineRow: Hashable, Sendable {
    /// Job time.
    package var at: Instant
    /// Server time.
    package var served: Instant
    /// Compact JSON.
    package var entry: [UInt8]

    package init(at: Instant, served: Instant, entry: [UInt8]) {
        self.at = at
        self.served = served
        self.entry = entry
    }
}

/// A job that has something to do.
package struct DueJob: Hashable, Sendable {
    /// The job to wake up.
    package var id: JobID
    /// Server time at which its next timer or workforce event is due.
    package var due: Instant
}
