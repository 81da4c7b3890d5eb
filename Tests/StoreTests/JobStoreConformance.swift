import Kernel
import Store
import Testing

/// What every job store must do. New behaviour is added here first.
struct JobStoreConformance {
    let jobs: any JobStore
    private let start = Instant(seconds: 1_700_000_000)
    private let other = AccountID("111111111111") ?? .standard

    init(_ jobs: any JobStore) { self.jobs = jobs }

    func check() async throws {
        try await namesAreTakenWithoutRegardToCase()
        try await endedJobsGiveTheirNamesAway()
        try await listsAreFilteredAndOrdered()
        try await aChangeIsWholeOrNothing()
        try await effectsComeInOrder()
        try await objectsAreKept()
        try await linesComeWithTheirLabels()
        try await taskInputsAreKept()
        try await theRestOfAJobIsKept()
        try await removalLeavesNothing()
    }

    private func name(_ text: String, _ account: AccountID = .standard) -> JobName {
        JobName(account: account, region: .standard, name: text)
    }

    private func new(_ name: JobName, _ second: Int = 0) -> NewJob {
        NewJob(
            name: name, created: start + .seconds(second), status: "Initializing", specification: [1, 2], state: [3],
            due: start + .seconds(second))
    }

    private func make(_ text: String, _ account: AccountID = .standard, second: Int = 0) async throws -> JobID {
        try #require(try await jobs.create(new(name(text, account), second), archivesTerminal: false))
    }

    private func end(_ id: JobID, _ status: String = "Completed", second: Int = 1) async throws {
        let modified = start + .seconds(second)
        try await jobs.change(id, .interactive) {
            try $0.save(state: [9], status: status, isTerminal: true, modified: modified, due: nil)
        }
    }

    // MARK: Jobs

    private func namesAreTakenWithoutRegardToCase() async throws {
        let id = try await make("Case-1")
        #expect(try await jobs.create(new(name("cASE-1")), archivesTerminal: false) == nil)
        #expect(try await jobs.create(new(name("case-1")), archivesTerminal: true) == nil, "it has not ended")
        let found = try #require(try await jobs.job(name("CASE-1")))
        #expect(found.id == id && found.name.name == "Case-1" && !found.isTerminal)
        #expect(found.specification == [1, 2] && found.state == [3] && found.status == "Initializing")
        #expect(found.created == start && found.modified == start)
        #expect(try await jobs.job(id) == found)
        #expect(try await jobs.job(name("Case-1", other)) == nil)
        _ = try await make("Case-1", other)
        let elsewhere = JobName(account: .standard, region: try #require(Region("eu-west-1")), name: "Case-1")
        #expect(try await jobs.create(new(elsewhere), archivesTerminal: false) != nil)
        #expect(try await jobs.job(JobID(999_999)) == nil)
    }

    private func endedJobsGiveTheirNamesAway() async throws {
        let first = try await make("Again")
        try await end(first)
        #expect(try await jobs.create(new(name("again")), archivesTerminal: false) == nil)
        let second = try #require(try await jobs.create(new(name("again")), archivesTerminal: true))
        #expect(second > first)
        #expect(try await jobs.job(name("Again"))?.id == second)
        #expect(try await jobs.job(first)?.isTerminal == true, "the old one keeps its rows")
        var query = JobQuery(account: .standard, region: .standard)
        query.nameContains = "again"
        #expect(try await jobs.jobs(query).map(\.id) == [second])
        try await end(second)
        let third = try #require(try await jobs.create(new(name("AGAIN")), archivesTerminal: true))
        #expect(try await jobs.job(name("Again"))?.id == third)
    }

    private func listsAreFilteredAndOrdered() async throws {
        let account = try #require(AccountID("222222222222"))
        let b = try await make("b", account, second: 10), a = try await make("A-x", account, second: 20)
        let c = try await make("cx", account, second: 30)
        try await end(b, "Stopped", second: 100)
        try await end(c, "Completed", second: 50)
        func list(_ change: (inout JobQuery) -> Void) async throws -> [JobID] {
            var query = JobQuery(account: account, region: .standard)
            change(&query)
            return try await jobs.jobs(query).map(\.id)
        }
        #expect(try await list { _ in } == [b, a, c])
        #expect(try await list { $0.isDescending = true } == [c, a, b])
        #expect(try await list { $0.order = .name } == [a, b, c])
        #expect(try await list { $0.order = .status } == [c, a, b])
        #expect(try await list { $0.nameContains = "X" } == [a, c])
        #expect(try await list { $0.nameContains = "%" } == [])
        let start = start
        #expect(try await list { $0.createdAfter = start + .seconds(10) } == [a, c])
        #expect(try await list { $0.createdBefore = start + .seconds(30) } == [b, a])
        #expect(try await list { $0.modifiedAfter = start + .seconds(50) } == [b])
        #expect(try await list { $0.modifiedBefore = start + .seconds(50) } == [a])
        #expect(try await jobs.jobs(JobQuery(account: account, region: try #require(Region("eu-west-1")))).isEmpty)
    }

    // MARK: Changes

    private struct Refused: Error {}

    /// A row in every table of a job.
    private func writeEverywhere(_ change: any JobTransaction) throws {
        try change.append([[1]])
        try change.append([TimelineRow(at: .epoch, served: .epoch, entry: [1])])
        try change.put([ManifestRow(index: 0, line: [1])])
        try change.put([TaskInputRow(index: 0, input: [1])])
        try change.put([ObjectRow(index: 0, status: .open)])
        try change.putDocument("d", [1])
        try change.put(BatchRow(round: 1, objects: [1], cursor: 1))
    }

    private func aChangeIsWholeOrNothing() async throws {
        let id = try await make("Atomic")
        let before = try await jobs.job(id)
        await #expect(throws: Refused.self) {
            try await jobs.change(id, .engine) { change in
                try change.save(state: [7], status: "InProgress", isTerminal: false, modified: .epoch, due: .epoch)
                try writeEverywhere(change)
                throw Refused()
            }
        }
        #expect(try await jobs.job(id) == before)
        #expect(try await jobs.nextEffect(of: id) == nil)
        #expect(try await jobs.timeline(of: id, after: 0, limit: 10).isEmpty)
        #expect(try await jobs.batch(1, of: id) == nil)
        let isEmpty = try await jobs.read(id) { reading in
            try reading.lines([0]).isEmpty && reading.objects([0]).isEmpty && reading.document("d") == nil
                && reading.taskInputs([0]).isEmpty
        }
        #expect(isEmpty)
        await #expect(throws: (any Error).self) {
            try await jobs.change(JobID(999_999), .engine) { _ = try $0.job() }
        }
    }

    private func effectsComeInOrder() async throws {
        let id = try await make("Effects", second: 500), neighbour = try await make("Neighbour", second: 400)
        try await jobs.change(neighbour, .engine) { try $0.append([[99]]) }
        try await jobs.change(id, .engine) { change in
            #expect(try !change.hasEffects())
            try change.append([[1], [2]])
            try change.append([[3]])
            #expect(try change.hasEffects())
        }
        for expected: UInt8 in 1...2 {
            let row = try #require(try await jobs.nextEffect(of: id))
            #expect(row.effect == [expected])
            try await jobs.change(id, .engine) { change in
                #expect(try change.hasEffect(row.sequence))
                try change.finishEffect(row.sequence)
                #expect(try !change.hasEffect(row.sequence))
            }
        }
        try await jobs.change(id, .engine) { try $0.dropEffects() }
        #expect(try await jobs.nextEffect(of: id) == nil)
        #expect(try await jobs.nextEffect(of: neighbour)?.effect == [99])
        let active = try await jobs.activeJobs()
        #expect(active.contains { $0.id == id && $0.due == start + .seconds(500) })
        #expect(active.map(\.due) == active.map(\.due).sorted())
        try await end(id)
        #expect(try await !jobs.activeJobs().contains { $0.id == id })
    }

    // MARK: Objects

    private func objectsAreKept() async throws {
        let id = try await make("Objects"), neighbour = try await make("Objects-2")
        let rows = [
            ObjectRow(index: 0, status: .human, round: 1, state: [1], label: [2], category: 2, position: 10_005),
            ObjectRow(index: 1, status: .human, round: 1, category: 0, position: 10_001),
            ObjectRow(index: 2, status: .machine, round: 3, label: [5], category: 1, confidence: 0.97),
            ObjectRow(index: 4, status: .open, round: 2, state: [6, 7], position: 20_000),
            ObjectRow(index: 5, status: .failed, label: [8]), ObjectRow(index: 9, status: .human),
        ]
        try await jobs.change(id, .engine) { try $0.put(rows) }
        try await jobs.change(neighbour, .engine) { try $0.put([ObjectRow(index: 3, status: .machine)]) }
        try await jobs.change(id, .engine) { change in
            try change.putConfidences([(index: 6, confidence: 0.2), (index: 7, confidence: 0.1)])
            try change.putConfidences([(index: 8, confidence: 0.2), (index: 6, confidence: 0.15)])
            try change.setUse(.retired, of: [0, 77])
        }
        let neighbourHas = try await jobs.read(neighbour) { try $0.objects([0, 3]).keys.sorted() }
        #expect(neighbourHas == [3])
        try await jobs.read(id) { reading in
            var found = try reading.objects(Array(0..<12))
            #expect(found.keys.sorted() == [0, 1, 2, 4, 5, 6, 7, 8, 9])
            var first = rows[0]
            first.use = .retired
            #expect(found.removeValue(forKey: 0) == first)
            for row in rows.dropFirst() { #expect(found[row.index] == row) }
            #expect(found[6]?.status == .waiting && found[6]?.confidence == 0.15)
            #expect(try reading.leastConfident(limit: 10) == [7, 6, 8])
            #expect(try reading.leastConfident(limit: 1) == [7])
            #expect(try reading.objects(.human, after: -1, limit: 2).map(\.index) == [0, 1])
            #expect(try reading.objects(.human, after: 1, limit: 9).map(\.index) == [9])
            #expect(try reading.count(.human) == 3 && reading.count(.answered) == 0)
            // In draw order; what came with the manifest comes last.
            let labels = try reading.humanLabels()
            #expect(labels.map(\.index) == [1, 0, 9] && labels.map(\.category) == [0, 2, nil])
            #expect(labels.map(\.use) == [.none, .retired, .none])
            #expect(labels.map(\.position) == [10_001, 10_005, nil] && labels.map(\.round) == [1, 1, 0])
            let counts = try reading.categoryCounts()
            #expect(counts.keys.sorted() == [0, 1, 2] && counts[1]?.machine == 1 && counts[2]?.human == 1)
            let marks = try reading.marks(in: 2..<6)
            #expect(marks.keys.sorted() == [2, 4, 5])
            #expect(marks[4]?.status == .open && marks[4]?.round == 2)
        }
        try await jobs.change(id, .engine) { try $0.put([ObjectRow(index: 7, status: .open)]) }
        #expect(try await jobs.read(id) { try $0.leastConfident(limit: 10) } == [6, 8])
    }

    private func linesComeWithTheirLabels() async throws {
        let id = try await make("Lines")
        try await jobs.change(id, .engine) { change in
            try change.put((0..<5).map { ManifestRow(index: $0, line: [UInt8($0)]) })
            try change.put([ManifestRow(index: 3, line: [33])])
            try change.put([ObjectRow(index: 1, status: .human, label: [11]), ObjectRow(index: 2, status: .open)])
        }
        try await jobs.read(id) { reading in
            #expect(try reading.lines([0, 3, 8]) == [0: [0], 3: [33]])
            var seen: [[Int]] = []
            try reading.labeledLines(in: 1..<4) { index, line, label in
                seen.append([index, Int(line.first ?? 255), label.count, Int(label.first ?? 0)])
            }
            #expect(seen == [[1, 1, 1, 11], [2, 2, 0, 0], [3, 33, 0, 0]])
        }
    }

    private func taskInputsAreKept() async throws {
        let id = try await make("Inputs"), neighbour = try await make("Inputs-2")
        try await jobs.change(id, .engine) { change in
            try change.put([TaskInputRow(index: 2, input: [1]), TaskInputRow(index: 7, input: [2, 3])])
            try change.put([TaskInputRow(index: 2, input: [4])])
            #expect(try change.taskInputs([2]) == [2: [4]])
        }
        #expect(try await jobs.read(id) { try $0.taskInputs([0, 2, 7]) } == [2: [4], 7: [2, 3]])
        #expect(try await jobs.read(neighbour) { try $0.taskInputs([2]).isEmpty })
    }

    private func theRestOfAJobIsKept() async throws {
        let id = try await make("Rest")
        let entries = (0..<5).map {
            TimelineRow(at: start + .seconds($0), served: start, entry: [UInt8($0)])
        }
        try await jobs.change(id, .engine) { change in
            try change.append(entries)
            try change.putDocument("model", [1])
            try change.putDocument("model", [2, 3])
            try change.put(BatchRow(round: 1, objects: [5, 4_000_000_000], cursor: 7))
            try change.put(BatchRow(round: 2, objects: [], cursor: 9))
            #expect(try change.latestBatch()?.round == 2)
        }
        #expect(try await jobs.timeline(of: id, after: 0, limit: 100) == entries)
        #expect(try await jobs.timeline(of: id, after: 3, limit: 1) == [entries[3]])
        #expect(try await jobs.read(id) { try $0.document("model") } == [2, 3])
        #expect(try await jobs.read(id) { try $0.document("none") } == nil)
        #expect(try await jobs.batch(1, of: id) == BatchRow(round: 1, objects: [5, 4_000_000_000], cursor: 7))
        #expect(try await jobs.batch(2, of: id)?.objects == [])
        #expect(try await jobs.batch(3, of: id) == nil)
    }

    // MARK: Removal

    private func removalLeavesNothing() async throws {
        let account = try #require(AccountID("333333333333"))
        let id = try await make("Gone", account), kept = try await make("Kept")
        for job in [id, kept] {
            try await jobs.change(job, .engine) { try writeEverywhere($0) }
        }
        func holds(_ job: JobID) async throws -> [Bool] {
            let inside = try await jobs.read(job) { reading in
                try [
                    reading.lines([0]).isEmpty, reading.objects([0]).isEmpty, reading.document("d") == nil,
                    reading.batch(1) == nil, reading.taskInputs([0]).isEmpty,
                ]
            }
            return inside + [
                try await jobs.nextEffect(of: job) == nil,
                try await jobs.timeline(of: job, after: 0, limit: 9).isEmpty, try await jobs.job(job) == nil,
            ]
        }
        try await jobs.remove(id)
        #expect(try await holds(id).allSatisfy { $0 })
        #expect(try await holds(kept).allSatisfy { !$0 })
        let again = try await make("Gone", account)
        #expect(again > id, "ids are never used again")
        #expect(try await jobs.removeAll(of: account) == [again])
        #expect(try await jobs.job(kept) != nil)
        #expect(try await jobs.removeAll(of: nil).contains(kept))
        #expect(try await jobs.activeJobs().isEmpty)
    }
}
