// The seam of everything that is neither object nor job: work teams, workforces, models and their tags, and what
// steers jobs in tests: rules, truth, answers given beforehand. Documents are bytes to the store.

package import Kernel

/// Named resources, tags, and the documents that steer jobs.
package protocol ControlStore: Sendable {
    /// Adds a resource unless one of its name exists or the account and region hold `limit` of its kind already.
    func create(_ resource: Resource, limit: Int) async throws -> ResourceCreation
    /// Writes a resource whether or not it exists.
    func put(_ resource: Resource) async throws
    /// Writes a resource in the place of the one whose document is known; false, and nothing is changed, where another
    /// stands there by now or none does.
    func replace(_ resource: Resource, expecting document: [UInt8]) async throws -> Bool
    /// Nil where there is none of that kind and name.
    func resource(_ name: ResourceName) async throws -> Resource?
    /// All of a kind in an account and region, by name without regard to case.
    func resources(_ kind: ResourceName.Kind, account: AccountID, region: Region) async throws -> [Resource]
    /// All of a kind, whosever they are: for what goes on after a start.
    func resources(_ kind: ResourceName.Kind) async throws -> [Resource]
    /// False where there was none.
    func delete(_ name: ResourceName) async throws -> Bool
    /// Deletes all of them or, where that fails, none; missing ones are no fault.
    func delete(_ names: [ResourceName]) async throws

    /// In the order in which their keys were first put; the ARN need not be that of a stored resource.
    func tags(of arn: String) async throws -> [Tag]
    /// Adds or replaces tags unless more than `limit` would stand: then false, and nothing is changed.
    func putTags(_ tags: [Tag], of arn: String, limit: Int) async throws -> Bool
    /// Removes the tags of these keys; others stay, and missing ones are no fault.
    func deleteTags(_ keys: [String], of arn: String) async throws

    /// The rules document; nil until one is put.
    func rules() async throws -> [UInt8]?
    /// Replaces the whole document.
    func putRules(_ document: [UInt8]) async throws

    /// Where functions are called; nil until it is put.
    func functions() async throws -> [UInt8]?
    /// Replaces the whole document.
    func putFunctions(_ document: [UInt8]) async throws

    /// Adds or replaces what is true of these sources.
    func putTruth(_ entries: [TruthEntry], account: AccountID) async throws
    /// What is known of these sources; those of which nothing is known are missing.
    func truth(of sources: [String], account: AccountID) async throws -> [String: [UInt8]]

    /// Replaces the answers given beforehand for one job.
    func putAnswers(_ answers: [ScriptedAnswers], for job: JobName) async throws
    /// Whether the job is answered by a script: asked before any object of it is looked at.
    func hasAnswers(for job: JobName) async throws -> Bool
    /// The answers given for these objects; those without are missing.
    func answers(for job: JobName, objects: [ScriptedAnswers.Object]) async throws -> [ScriptedAnswers]

    /// Forgets what belongs to one account, or everything.
    func reset(_ account: AccountID?) async throws
}

/// A work team, workforce or model, by name.
package struct ResourceName: Hashable, Sendable {
    /// The raw value is what the row says.
    package enum Kind: String, Hashable, Sendable {
        case workteam, workforce, model, role
        case humanTaskUi = "human-task-ui"
        /// A vendor's work team.
        case vendor
        /// A member of a private team; the name is the worker's id.
        case worker
        case trainingJob = "training-job"
        case transformJob = "transform-job"
        /// What a job has said; the name is that of the group, a slash and that of the stream.
        case logStream = "log-stream"
    }

    /// Names are unique within a kind, an account and a region.
    package var kind: Kind
    /// The owner.
    package var account: AccountID
    /// The region it was made in; no other sees it.
    package var region: Region
    /// As typed when it was created; found again without regard to case.
    package var name: String

    package init(_ kind: Kind, account: AccountID, region: Region, name: String) {
        self.kind = kind
        self.account = account
        self.region = region
        self.name = name
    }
}

/// A stored resource.
package struct Resource: Hashable, Sendable {
    /// What it is found by.
    package var name: ResourceName
    /// Server time.
    package var created: Instant
    /// Server time of the latest change.
    package var updated: Instant
    /// JSON that only Services reads: the members its Describe answers with.
    package var document: [UInt8]

    package init(name: ResourceName, created: Instant, updated: Instant, document: [UInt8]) {
        self.name = name
        self.created = created
        self.updated = updated
        self.document = document
    }
}

/// What came of creating a resource.
package enum ResourceCreation: Hashable, Sendable {
    case created, nameTaken, limitReached
}

/// A tag of a resource.
package struct Tag: Hashable, Sendable {
    /// Unique within a resource, and case-sensitive.
    package var key: String
    /// May be empty.
    package var value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// What is true of an object: the annotation simulated people know.
package struct TruthEntry: Hashable, Sendable {
    /// URI, or hash of the text.
    package var source: String
    /// As JSON: a label's name, or its index as a number or in digits.
    package var truth: [UInt8]

    package init(source: String, truth: [UInt8]) {
        self.source = source
        self.truth = truth
    }
}

/// The answers of one object, given beforehand.
package struct ScriptedAnswers: Hashable, Sendable {
    /// What a list of answers is given for: a line of the manifest, or the source named in it.
    package enum Object: Hashable, Sendable {
        case line(Int)
        case source(String)
    }

    /// Which object the answers are for.
    package var object: Object
    /// JSON: a list with one answerContent per worker, null where that worker never answers.
    package var contents: [UInt8]

    package init(object: Object, contents: [UInt8]) {
        self.object = object
        self.contents = contents
    }
}
