// The seam of labeling jobs. A change of a job is a unit that runs inside the writer's transaction: it reads the
// current state, decides, and writes state, objects, effects and timeline together, so that no two changes can miss
// each other.

package import Kernel

/// Labeling jobs, their objects, effects and timelines.
package protocol JobStore: Sendable {
    /// Adds a job, unless the account and region have one of that name: then nil.
    /// - Parameter archivesTerminal: a job of that name that has ended gives way: it keeps its rows under a name that
    ///   no call can reach.
    func create(_ job: NewJob, archivesTerminal: Bool) async throws -> JobID?

    /// Runs a change of one job in a transaction of its own.
    func change<Value: Sendable>(
        _ job: JobID, _ priority: ChangePriority, _ body: @escaping @Sendable (any JobTransaction) throws -> Value
    ) async throws -> Value

    /// Finds archived jobs too; nil where the job has been removed.
    func job(_ id: JobID) async throws -> JobRow?
    /// The job that has the name now; nil where there is none.
    func job(_ name: JobName) async throws -> JobRow?
    /// One account's and region's jobs, without archived ones, in the order asked for.
    func jobs(_ query: JobQuery) async throws -> [JobRow]
    /// Every job that is not terminal or still has effects, soonest due first.
    func activeJobs() async throws -> [DueJob]
    /// The oldest effect still to be performed; nil where there is none.
    func nextEffect(of job: JobID) async throws -> OutboxRow?
    /// Lines in the order they were written; `position` of them are passed over.
    func timeline(of job: JobID, after position: Int, limit: Int) async throws -> [TimelineRow]
    /// The batch of a round; nil where the round chose none.
    func batch(_ round: Int, of job: JobID) async throws -> BatchRow?
    /// Reads of one job's objects and lines over one view; `body` is short and bounded.
    func read<Value: Sendable>(
        _ job: JobID, _ body: @escaping @Sendable (any JobReading) throws -> Value
    ) async throws -> Value
    /// Removes a job and all its rows.
    func remove(_ job: JobID) async throws
    /// Removes the jobs of one account, or all; returns their ids.
    func removeAll(of account: AccountID?) async throws -> [JobID]
}

/// Interactive changes go before the engine's.
package enum ChangePriority: Sendable { case interactive, engine }

/// A job to be created.
package struct NewJob: Sendable {
    /// Must be free, or held by a job that may be archived.
    package var name: JobName
    /// Server time.
    package var created: Instant
    /// `LabelingJobStatus` to begin with.
    package var status: String
    /// Bytes that only Engine and Services read.
    package var specification: [UInt8]
    /// The state of the fresh workflow.
    package var state: [UInt8]
    /// Server time of its first timer.
    package var due: Instant
    /// For whoever wants to know that there is the job.
    package var events: [OutgoingEvent]

    package init(
        name: JobName, created: Instant, status: String, specification: [UInt8], state: [UInt8], due: Instant,
        events: [OutgoingEvent] = []
    ) {
        self.events = events
        self.name = name
        self.created = created
        self.status = status
        self.specification = specification
        self.state = state
        self.due = due
    }
}

/// Which jobs to list (API reference: ListLabelingJobs).
package struct JobQuery: Sendable {
    /// `SortBy` of the request.
    package enum Order: Sendable { case name, creationTime, status }

    /// Whose jobs.
    package var account: AccountID
    /// Where they run.
    package var region: Region
    /// Only jobs created after this instant, which itself is left out.
    package var createdAfter: Instant?
    /// Only jobs created before this instant, which itself is left out.
    package var createdBefore: Instant?
    /// The same for the latest change.
    package var modifiedAfter: Instant?
    /// The same for the latest change.
    package var modifiedBefore: Instant?
    /// Only jobs with this text in their name, in whatever case.
    package var nameContains: String?
    /// Ties go by id.
    package var order = Order.creationTime
    /// `SortOrder` of the request.
    package var isDescending = false

    /// All jobs there, oldest first.
    package init(account: AccountID, region: Region) {
        self.account = account
        self.region = region
    }
}

/// What can be read of one job.
package protocol JobReading {
    /// The job as it is now.
    func job() throws -> JobRow
    /// Whether effects are still to be performed.
    func hasEffects() throws -> Bool
    /// Objects by index; those that are only manifest lines are missing.
    func objects(_ indices: [Int]) throws -> [Int: ObjectRow]
    /// Status and round of the objects of an index range that are more than manifest lines.
    func marks(in range: Range<Int>) throws -> [Int: (status: ObjectRow.Status, round: Int)]
    /// Manifest lines by index.
    func lines(_ indices: [Int]) throws -> [Int: [UInt8]]
    /// What pre-annotation functions made of objects, by index; those that met none are missing.
    func taskInputs(_ indices: [Int]) throws -> [Int: [UInt8]]
    /// Lines with their objects' labels, in order, for the output manifest.
    func labeledLines(
        in range: Range<Int>,
        _ body: (_ index: Int, _ line: UnsafeRawBufferPointer, _ label: UnsafeRawBufferPointer) throws -> Void
    ) throws
    /// Objects of a status in order of index, after one.
    func objects(_ status: ObjectRow.Status, after index: Int, limit: Int) throws -> [ObjectRow]
    /// The waiting objects that the latest model is least sure of.
    func leastConfident(limit: Int) throws -> [Int]
    /// Human labels in draw order; those that came with the manifest behind them, in its order.
    func humanLabels() throws -> [HumanLabelRow]
    /// How many objects of each round's batch, from the first on, were drawn at random; rounds without are missing.
    func randomObjects() throws -> [Int: Int]
    /// How many objects of each class people and the model have labeled; for classification.
    func categoryCounts() throws -> [Int: (human: Int, machine: Int)]
    /// How many objects have a status; manifest lines without a row are in none.
    func count(_ status: ObjectRow.Status) throws -> Int
    /// A document kept with the job, such as its label categories or its latest model.
    func document(_ name: String) throws -> [UInt8]?
    /// The batch of the latest round; nil before the first.
    func latestBatch() throws -> BatchRow?
    /// The batch of a round; nil where the round chose none.
    func batch(_ round: Int) throws -> BatchRow?
}

/// A change of one job; everything in it becomes visible together or not at all.
package protocol JobTransaction: JobReading {
    /// - Parameter due: server time at which the job next has something to do; nil for a job that has ended.
    func save(state: [UInt8], status: String, isTerminal: Bool, modified: Instant, due: Instant?) throws
    /// Adds effects behind those that wait, to be performed in this order.
    func append(_ effects: [[UInt8]]) throws
    /// Takes a performed effect out of the outbox.
    func finishEffect(_ sequence: Int64) throws
    /// Gives up all effects of the job that are still to be performed.
    func dropEffects() throws
    /// Whether an effect is still in the outbox: a repeated performance finds it gone.
    func hasEffect(_ sequence: Int64) throws -> Bool
    /// Adds lines to the timeline.
    func append(_ entries: [TimelineRow]) throws
    /// Keeps events for whoever wants to know.
    func append(_ events: [OutgoingEvent]) throws
    /// Adds manifest lines.
    func put(_ lines: [ManifestRow]) throws
    /// Adds or replaces what a pre-annotation function made of objects.
    func put(_ inputs: [TaskInputRow]) throws
    /// Adds or replaces objects, with everything that is known of them.
    func put(_ objects: [ObjectRow]) throws
    /// Adds or replaces a document.
    func putDocument(_ name: String, _ bytes: [UInt8]) throws
    /// Adds or replaces the batch of its round.
    func put(_ batch: BatchRow) throws
    /// Sets the latest model's confidence of objects that wait, making rows where there were none.
    func putConfidences(_ confidences: [(index: Int, confidence: Double)]) throws
    /// Says what the labels of these objects are used for; the rest of their rows stays.
    func setUse(_ use: ObjectRow.Use, of indices: [Int]) throws
}
