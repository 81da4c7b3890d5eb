import Glibc
import Kernel
import Store
import Testing

/// With durability `full` nothing that was answered is lost when the power is: at 300 points, and at 10,000 in the long
/// run.
@Suite struct PowerCutTests {
    private static let isLong = getenv("GROUNDWORK_LONG") != nil
    /// GROUNDWORK_SEED repeats one run.
    private static let named: UInt64? = getenv("GROUNDWORK_SEED").flatMap { UInt64(String(cString: $0)) }
    private static let seeds = named.map { [$0] } ?? Array(1...(isLong ? 50 : 3))
    private static let lives = isLong ? 4 : 2

    @Test(arguments: seeds)
    func whatWasAnsweredOutlastsThePower(seed: UInt64) async throws {
        do { try await PowerCutSimulation(seed).run(lives: Self.lives, points: 50) } catch {
            let command = (Self.isLong ? "GROUNDWORK_LONG=1 " : "") + "GROUNDWORK_SEED=\(seed) swift test"
            Issue.record("\(error)\nRepeat with: \(command) --filter PowerCutTests")
        }
    }

    @Test func aSeedGivesTheSameStepsEveryTime() async throws {
        let simulation = PowerCutSimulation(1)
        let first = try await simulation.live(0, DiskImage(), StoreState())
        let second = try await simulation.live(0, DiskImage(), StoreState())
        #expect(first.descriptions == second.descriptions)
    }

    // MARK: The simulation finds what it should

    /// A sync that the disk only says it has made.
    enum Lie: String, CaseIterable {
        case nameOfDataFolder, namesInDataFolder, namesOfBlobFolders, namesOfBlobs, blobs, log, database

        func covers(_ path: String) -> Bool {
            switch self {
            case .nameOfDataFolder: path == "above"
            case .namesInDataFolder: path == "above/data"
            case .namesOfBlobFolders: path == "above/data/blobs"
            case .namesOfBlobs: path.hasPrefix("above/data/blobs/") && !path.hasPrefix("above/data/blobs/incoming")
            case .blobs: path.hasPrefix("above/data/blobs/incoming/")
            case .log: path == "above/data/groundwork.db-wal"
            case .database: path == "above/data/groundwork.db"
            }
        }
    }

    @Test(arguments: Lie.allCases)
    func aDiskThatLiesLosesWhatWasAnswered(lie: Lie) async throws {
        let simulation = PowerCutSimulation(1), life = try await simulation.live(0, DiskImage(), StoreState())
        let cuts = Cuts(of: life, 200, simulation.draws.scoped(lie.rawValue), ignoresSync: lie.covers)
        #expect(try await PowerCutSimulation.loss(cuts, of: life) != nil)
    }

    @Test func relaxedDurabilityLosesWhatWasAnswered() async throws {
        var simulation = PowerCutSimulation(1)
        let before = try await simulation.live(0, DiskImage(), StoreState())
        let state = try #require(before.history.last?.state)
        simulation.durability = .relaxed
        let life = try await simulation.live(1, before.end.permanent, state)
        #expect(try await PowerCutSimulation.loss(Cuts(of: life, 200, simulation.draws), of: life) != nil)
    }
}
