import Engine
import JSON
import Kernel
import Labeling
import SQLite
import Store
import Synchronization
import Testing

/// People at work over a store that fails, crashes and forgets to answer: what a person was told is stored is in the
/// output, nobody answers an object twice, and no object has more answers than were asked.
@Suite struct PortalSimulationTests {
    @Test(arguments: Simulation.seeds)
    func noAnswerThatWasTakenIsLost(seed: UInt64) async throws {
        do {
            if let problem = try await PortalSimulation(seed).run() { Issue.record("seed \(seed): \(problem)") }
        } catch {
            Issue.record("seed \(seed): \(error)")
        }
    }
}

private final class PortalSimulation {
    private let draws: SeededDraws
    private let workers: Int
    private let objects: Int
    /// What each person has in hand, as the person knows it.
    private var hands: [Int: PortalTask] = [:]
    /// Labels that were taken, by object and worker.
    private var taken: [Int: [String: String]] = [:]
    private var steps = 0

    init(_ seed: UInt64) {
        draws = SeededDraws(seed: seed).scoped("portal simulation")
        workers = 1 + draws.scoped("workers").below(3)
        objects = 5 + draws.scoped("objects").below(25)
    }

    func run() async throws -> String? {
        let first = try await PortalFixture(objects: objects, workers: workers) { [draws] in
            $0.taskTimeLimit = .seconds(30 + draws.scoped("limit").below(60))
            $0.maxConcurrentTaskCount = 3 + draws.scoped("concurrent").below(20)
        }
        let folder = first.engine.folder, job = first.job
        var now = first.engine.clock.now()
        first.engine.close()
        for incarnation in 1...60 {
            let failures = StoreFailures(draws.scoped("failures").scoped(incarnation), isLast: incarnation > 20)
            let engine = try await EngineFixture(
                in: folder, at: now, incarnation: UInt64(incarnation + 1), hook: failures.hook)
            defer { engine.close() }
            let portal = PortalFixture(job, on: engine)
            for _ in 0..<200 where !failures.hasCrashed { try await step(portal) }
            now = engine.clock.now()
            if failures.hasCrashed { continue }
            failures.end()
            if let problem = try await finish(portal) { return problem }
            return try await check(portal)
        }
        return "the job did not end in 60 runs"
    }

    /// Somebody does something; what fails is tried again later, or never.
    private func step(_ portal: PortalFixture) async throws {
        steps += 1
        let draws = draws.scoped("step").scoped(steps), person = draws.below(5, 0)
        do {
            if let task = hands[person] {
                switch draws.below(20, 1) {
                case 0: if try await portal.giveBack(task, by: person, declines: true) { hands[person] = nil }
                case 1: if try await portal.giveBack(task, by: person, declines: false) { hands[person] = nil }
                case 2: break
                default: try await answer(task, person, portal)
                }
            } else {
                hands[person] = try await portal.claim(person)
            }
        } catch {}
        // Shorter than the engine waits before it tries a job again that cannot even be given up.
        let pause = draws.below(4, 2) == 0 ? draws.below(9, 3) : 0
        try? await portal.engine.engine.advanceClock(to: portal.engine.clock.now() + .seconds(pause))
    }

    private func answer(_ task: PortalTask, _ person: Int, _ portal: PortalFixture) async throws {
        // The same label in every try.
        let label = EngineFixture.classes[draws.scoped("label").below(3, task.id.object, person)]
        if try await portal.submit(label, to: task, by: person) == .taken {
            taken[task.id.object, default: [:]][PortalFixture.id(person)] = label
        }
        hands[person] = nil
    }

    /// Everybody goes on until there is nothing to do.
    private func finish(_ portal: PortalFixture) async throws -> String? {
        for _ in 0..<200 {
            for person in 0..<5 {
                if let task = hands[person] { try await answer(task, person, portal) }
                while let task = try await portal.claim(person) { try await answer(task, person, portal) }
            }
            try await portal.engine.engine.settle()
            if try await portal.row().isTerminal { return nil }
            try await portal.engine.engine.advanceClock(to: portal.engine.clock.now() + .seconds(100))
        }
        let outcome = try await portal.outcome()
        return "the job goes on: \(outcome.job.phase), \(outcome.counters)"
    }

    private func check(_ portal: PortalFixture) async throws -> String? {
        let outcome = try await portal.outcome(), tree = try await portal.engine.tree()
        guard outcome.row.status == "Completed" else { return outcome.job.failureReason ?? outcome.row.status }
        if let problem = disagreement(outcome, try await portal.engine.outputLines()) { return problem }
        let check = try OutputTreeCheck(tree, job: "Job-1", workers: workers)
        for object in taken.keys where !check.objectsWithAnswers.contains(object) { return "object \(object) is lost" }
        for (key, bytes) in tree where key.contains("/worker-response/") {
            let object = Int(key.split(separator: "/").dropLast().last ?? "") ?? -1
            var found: [String: String] = [:]
            for answer in try JSONValue(parsing: bytes)["answers"]?.array ?? [] {
                found[answer["workerId"]?.string ?? ""] =
                    answer["answerContent"]?["crowd-image-classifier"]?["label"]?.string
            }
            for (worker, label) in taken[object] ?? [:] where found[worker] != label {
                return "object \(object): \(worker) said \(label), the file says \(found)"
            }
        }
        return nil
    }
}

/// Failures at random points of the store; after a crash nothing works any more.
private final class StoreFailures: Sendable {
    private struct State {
        var asked = 0
        var isOver: Bool
        var hasCrashed = false
    }

    private let draws: SeededDraws
    private let state: Mutex<State>

    init(_ draws: SeededDraws, isLast: Bool) {
        self.draws = draws
        state = Mutex(State(isOver: isLast))
    }

    var hasCrashed: Bool { state.withLock { $0.hasCrashed } }

    func end() { state.withLock { $0.isOver = true } }

    var hook: FailureHook {
        { [self] point in
            let dice = state.withLock { state -> Int? in
                if state.hasCrashed { return 0 }
                guard !state.isOver else { return nil }
                state.asked += 1
                return draws.below(1000, state.asked)
            }
            guard let dice else { return }
            switch (point, dice) {
            case (.commit, ..<5), (.committed, ..<5):
                state.withLock { $0.hasCrashed = true }
                throw SimulatedCrash()
            case (.unit, ..<15), (.commit, 5..<20): throw SQLiteError.inputOutput
            default: break
            }
        }
    }
}
