import Engine
import Glibc
import JSON
import Kernel
import Labeling
import SQLite
import Store
import Synchronization
import Testing

/// Random jobs over a store that fails, crashes and forgets to answer. Whatever happens on the way, the end is that of
/// the same job over a store that never failed: the same status, the same bytes.
@Suite struct SimulationTests {
    @Test(arguments: Simulation.seeds)
    func aJobOverAFailingStoreEndsLikeOneOverAGoodOne(seed: UInt64) async throws {
        do {
            if let problem = try await Simulation(seed).run() {
                Issue.record("\(problem)\nRepeat with: \(Simulation.command(seed))")
            }
        } catch {
            Issue.record("\(error)\nRepeat with: \(Simulation.command(seed))")
        }
    }
}

struct Simulation {
    static let isLong = getenv("GROUNDWORK_LONG") != nil

    /// GROUNDWORK_SEED repeats one run.
    static let named: UInt64? = getenv("GROUNDWORK_SEED").flatMap { UInt64(String(cString: $0)) }
    static var firstSeed: UInt64 { named ?? 1 }
    static var seeds: [UInt64] { named.map { [$0] } ?? Array(1...(isLong ? 400 : 12)) }

    static func command(_ seed: UInt64) -> String {
        "GROUNDWORK_SEED=\(seed) swift test --filter SimulationTests"
    }

    private let seed: UInt64
    private let draws: SeededDraws

    init(_ seed: UInt64) {
        self.seed = seed
        draws = SeededDraws(seed: seed).scoped("simulation")
    }

    // MARK: The job

    private var objects: Int { 15 + draws.scoped("objects").below(120) }
    private var broken: Set<Int> {
        Set((0..<objects).filter { draws.scoped("broken").below(25, $0) == 0 })
    }

    private func specification(_ fixture: EngineFixture) -> LabelingJobSpecification {
        fixture.specification("Simulated") {
            let draws = draws.scoped("job")
            $0.workersPerObject = 1 + draws.below(4, 0)
            $0.maxConcurrentTaskCount = 5 + draws.below(60, 1)
            $0.steering.crowd = [.perfect, .expert, .mturk, .spammy][draws.below(4, 2)]
            $0.steering.workers = 3 + draws.below(12, 3)
            $0.steering.pace = [1, 7, 60][draws.below(3, 4)]
            $0.steering.seed = seed
            if draws.below(2, 5) == 0 {
                $0.algorithm = .imageClassification
                $0.steering.minObjects = 1
            }
            if draws.below(6, 6) == 0 { $0.maxPercentageLabeled = 40 + draws.below(60, 7) }
            if draws.below(6, 8) == 0 { $0.availability = .seconds(300 + draws.below(1200, 9)) }
            if draws.below(8, 10) == 0 {
                let phases = ["annotating:2", "consolidating", "training", "selecting:2"]
                $0.steering.outcome = LabelingJob.ForcedOutcome(
                    ["fail@", "stop@"][draws.below(2, 11)] + phases[draws.below(4, 12)])
            }
            if draws.below(3, 13) == 0 { $0.preFunction = FakeFunctions.before }
            if draws.below(3, 14) == 0, $0.algorithm == nil {
                $0.taskType = .custom
                $0.postFunction = FakeFunctions.after
            }
        }
    }

    // MARK: Running

    private struct End: Equatable {
        var status: String
        var counters: LabelingJob.Counters
        var reason: String?
    }

    /// What went wrong; nil where nothing did.
    func run() async throws -> String? {
        let (expected, tree) = try await unbroken()
        let folder: EngineFixture
        var id: JobID?
        // Set up over a good store; failures begin with the job's first turn.
        folder = try await EngineFixture()
        try await folder.putImages(objects, broken: broken)
        id = try await folder.submit(specification(folder))
        folder.close()
        var now = EngineFixture.start
        guard let id else { return "no job" }
        for incarnation in 1...200 {
            let failures = Failures(draws.scoped("failures").scoped(incarnation), isLast: incarnation > 40)
            let fixture = try await EngineFixture(
                in: folder.folder, at: now, functions: FakeFunctions(FakeFunctions.workflow),
                incarnation: UInt64(incarnation + 1), hook: failures.hook)
            let isWhole = await failures.watch {
                try await fixture.engine.advanceClock(to: EngineFixture.start + .seconds(40 * 86_400))
            }
            now = fixture.clock.now()
            guard isWhole else {
                fixture.close()
                continue
            }
            failures.end()
            defer { fixture.close() }
            let outcome = try await fixture.outcome(id)
            let end = End(status: outcome.row.status, counters: outcome.counters, reason: outcome.job.failureReason)
            guard end == expected else { return "\(end) where \(expected) was expected" }
            let failed = try await fixture.jobs.read(id) { try $0.objects(.failed, after: -1, limit: 1000) }
            let skipped = failed.count { $0.label.isEmpty }
            if let problem = disagreement(outcome, try await fixture.outputLines("Simulated"), skipped: skipped) {
                return problem
            }
            return difference(tree, try await fixture.tree())
        }
        return "the job did not end in 200 runs"
    }

    private func unbroken() async throws -> (End, [String: [UInt8]]) {
        let fixture = try await EngineFixture(functions: FakeFunctions(FakeFunctions.workflow))
        defer { fixture.close() }
        try await fixture.putImages(objects, broken: broken)
        let outcome = try await fixture.finish(specification(fixture))
        let end = End(status: outcome.row.status, counters: outcome.counters, reason: outcome.job.failureReason)
        return (end, try await fixture.tree())
    }
}

/// Failures at random points of the store, and what is to be done after a crash.
private final class Failures: Sendable {
    private struct State {
        var asked = 0
        var isOver = false
        var hasCrashed = false
        var work: Task<Void, any Error>?
    }

    private let draws: SeededDraws
    private let state: Mutex<State>

    init(_ draws: SeededDraws, isLast: Bool) {
        self.draws = draws
        state = Mutex(State(isOver: isLast))
    }

    /// Nothing fails any more.
    func end() { state.withLock { $0.isOver = true } }

    var hook: FailureHook {
        { [self] point in
            let number = state.withLock { state -> Int? in
                guard !state.isOver else { return nil }
                state.asked += 1
                return state.asked
            }
            guard let number else { return }
            let dice = draws.below(1000, number)
            switch (point, dice) {
            case (.commit, ..<6), (.committed, ..<6): try crash()
            case (.unit, ..<12), (.commit, 6..<18): throw SQLiteError.inputOutput
            case (.blobCreate, ..<12), (.blobWrite, ..<12), (.blobFinish, ..<12): throw SQLiteError.diskFull
            default: break
            }
        }
    }

    private func crash() throws {
        let work = state.withLock { state in
            state.hasCrashed = true
            state.isOver = true
            return state.work
        }
        work?.cancel()
        throw SimulatedCrash()
    }

    /// Runs until the work is done, or the store has crashed: then false.
    func watch(_ body: @escaping @Sendable () async throws -> Void) async -> Bool {
        let task = Task { try await body() }
        let isTooLate = state.withLock { state in
            state.work = task
            return state.hasCrashed
        }
        if isTooLate { task.cancel() }
        let result = await task.result
        if state.withLock({ $0.hasCrashed }) { return false }
        if case .failure = result { return false }
        return true
    }
}

extension SeededDraws {
    /// Some of the numbers below a bound, in order.
    func sample(_ count: Int, of bound: Int) -> [Int] {
        let keys = (0..<bound).map { (key: bits($0), number: $0) }.sorted { $0.key < $1.key }
        return keys.prefix(count).map(\.number).sorted()
    }
}
