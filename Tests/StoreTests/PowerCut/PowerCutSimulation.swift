// A store on a disk that loses its power, again and again. In each life of the disk a store is opened on what the last
// cut left, works, may be killed and started anew, and is closed, while every step that it changes the disk with is
// noted. Then the power is cut at many points of that life, each on a disk of its own, and another store is opened on
// what is left: it must show exactly what had been answered, or that and the one group of changes in flight, whole.

import Glibc
import Kernel
import SQLite
import Store

struct PowerCutSimulation {
    /// What a cut brought to light.
    struct Finding: Error, CustomStringConvertible {
        let description: String
    }

    let draws: SeededDraws
    var durability = Durability.full
    /// Groups of changes in one life.
    private let groups = 12

    init(_ seed: UInt64) { draws = SeededDraws(seed: seed).scoped("power cut") }

    /// The data directory, as the disk names it.
    static let data = "above/data"

    /// Lives of one disk, with `points` cuts in each; the next one begins with what one of them left.
    func run(lives: Int, points: Int) async throws {
        var image = DiskImage(), state = StoreState()
        for number in 0..<lives {
            let life = try await live(number, image, state), draws = draws.scoped("cuts").scoped(number)
            let next = draws.below(points, -1)
            for cut in Cuts(of: life, points, draws) {
                let found = try await Self.check(cut, life)
                if cut.place == next { (image, state) = (cut.left, found) }
            }
        }
    }

    /// The first loss that cuts of a life bring to light; nil where there is none.
    static func loss(_ cuts: Cuts, of life: Life) async throws -> Finding? {
        for cut in cuts {
            do { _ = try await check(cut, life) } catch let finding as Finding { return finding }
        }
        return nil
    }

    // MARK: A life

    /// The steps of one life, and what clients knew of the store while they were taken.
    struct Life {
        let number: Int
        var steps: [DiskStep] = []
        /// Steps before this one only put the image on the disk.
        var first = 0
        /// What a client could see, since when that had to be expected, and since when it had to be.
        var history: [(state: StoreState, begun: Int, answered: Int)]

        /// What may be found after a cut before a step: what was answered, or what was under way then.
        func allowed(at point: Int) -> [StoreState] {
            let last = history.lastIndex { $0.answered <= point } ?? 0
            let next = history.dropFirst(last + 1).first.flatMap { $0.begun <= point ? $0.state : nil }
            return [history[last].state] + (next.map { [$0] } ?? [])
        }

        /// Every step, for people.
        var descriptions: [String] {
            var disk = Disk()
            return steps.map { step in
                disk.perform(step)
                return disk.describe(step)
            }
        }

        /// What the disk holds at the end.
        var end: Disk {
            var disk = Disk()
            for step in steps { disk.perform(step) }
            return disk
        }
    }

    /// One life on what an image holds, in which a store shows `state`.
    func live(_ number: Int, _ image: DiskImage, _ state: StoreState) async throws -> Life {
        let draws = draws.scoped("life").scoped(number)
        let recorder = try DiskRecorder(image)
        var life = Life(number: number, first: recorder.position, history: [(state, 0, recorder.position)])
        var session = Session(recorder: recorder, durability: durability, draws: draws)
        // Some processes are killed: while they open the store, or while they work.
        if draws.below(3, 0) == 0 { recorder.end(afterSteps: draws.below(200, 1), atSync: draws.below(2, 5) == 0) }
        let killed = draws.below(2, 2) == 0 ? draws.below(groups, 3) : nil
        var group = -1
        while group < groups {
            if group == killed { recorder.end(afterSteps: draws.below(60, 4), atSync: draws.below(2, 6) == 0) }
            let begun = recorder.position
            var answered = begun
            do {
                try await session.perform(group) { answered = recorder.position }
                group += 1
            } catch {
                guard recorder.hasEnded else { throw error }
                // A group that was cut short is left at that; only the start is tried again.
                if group >= 0 { group += 1 }
                session.close()
                recorder.goOn()
                _ = try session.store()
                answered = recorder.position
            }
            life.history.append((try await session.state(), begun, answered))
        }
        session.close()
        life.steps = recorder.steps
        return life
    }

    /// The processes of one life, one after the other.
    private struct Session {
        let recorder: DiskRecorder
        let durability: Durability
        let draws: SeededDraws
        private var running: LocalStore?
        private var opened = 0

        init(recorder: DiskRecorder, durability: Durability, draws: SeededDraws) {
            self.recorder = recorder
            self.durability = durability
            self.draws = draws
        }

        mutating func store() throws -> LocalStore {
            if let running { return running }
            opened += 1
            let directory = try DataDirectory(.path(recorder.root + "/" + data), port: 1, files: recorder)
            var settings = LocalStore.Settings.small
            settings.durability = durability
            settings.database.vfs = recorder.vfs
            // Often enough that a life sees it happen a few times.
            settings.database.checkpointPages = 60
            settings.entropy = FewFolders(seed: draws.bits(10, opened))
            let store = try LocalStore(directory, settings)
            running = store
            return store
        }

        /// One group of changes; -1 stands for the start.
        mutating func perform(_ group: Int, answered: () -> Void) async throws {
            let store = try store()
            let workload = PowerCutWorkload(store: store, draws: draws.scoped("work"))
            guard group < 0 else { return try await workload.perform(group, answered: answered) }
            try await store.sweepOrphans()
            try await workload.begin(answered: answered)
        }

        mutating func state() async throws -> StoreState { try await StoreState.of(try store()) }

        mutating func close() {
            running?.close()
            running = nil
        }
    }

    // MARK: A cut

    /// Opens a store on what a cut left and says what it shows, or throws what is wrong with it.
    private static func check(_ cut: Cut, _ life: Life) async throws -> StoreState {
        let allowed = life.allowed(at: cut.point)
        do {
            let found = try await recover(cut.left)
            if allowed.contains(found) { return found }
            throw Finding(description: "what is found is not what was answered:\n\(found.difference(from: allowed[0]))")
        } catch {
            let step = cut.point < life.steps.count ? life.descriptions[cut.point] : "the end"
            throw Finding(
                description: "life \(life.number), cut \(cut.place), before step \(cut.point) of \(life.steps.count), "
                    + "\(step): \(error)")
        }
    }

    /// Where files cost nothing, if there is such a place.
    private static let memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"

    /// Opens a store on what is left of a disk and says what it shows.
    static func recover(_ left: DiskImage) async throws -> StoreState {
        let directory = try DataDirectory(.ephemeral(in: memory), port: 1)
        let store: LocalStore
        do {
            try left.write(data, to: directory.path)
            var settings = LocalStore.Settings.small
            settings.entropy = CountingEntropy(seed: 0)
            store = try LocalStore(directory, settings)
        } catch {
            directory.close()
            throw error
        }
        defer { store.close() }
        let health = try await store.readers.read { try $0.all("PRAGMA integrity_check") { $0.text(0) } }
        guard health == ["ok"] else { throw Finding(description: "the database is damaged: \(health)") }
        try await store.sweepOrphans()
        let remaining = try await store.sweepOrphans()
        guard remaining == 0 else { throw Finding(description: "\(remaining) orphans remain after the sweep") }
        return try await StoreState.of(store)
    }
}

extension LocalStore.Settings {
    /// With one thread of each kind, so that things happen in one order.
    fileprivate static var small: LocalStore.Settings {
        var settings = LocalStore.Settings()
        settings.readers = 1
        settings.fileThreads = 1
        return settings
    }
}

/// Ids of which half lie in two folders, so that folders are found as often as made.
private struct FewFolders: Entropy {
    private let base: CountingEntropy
    init(seed: UInt64) { base = CountingEntropy(seed: seed) }

    func next() -> UInt64 {
        let bits = base.next()
        return bits & 1 == 0 ? bits : bits & 0x10FF_FFFF_FFFF_FFFF
    }
}
