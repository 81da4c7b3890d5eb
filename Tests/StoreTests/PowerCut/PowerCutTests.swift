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
    private static let lives = isLong ? 4 : 3

    @Test(arguments: seeds)
    func whatWasAnsweredOutlastsThePower(seed: UInt64) async throws {
        do { try await PowerCutSimulation(seed).run(lives: Self.lives, points: 50) } catch {
            Issue.record("\(error)\nRepeat with: GROUNDWORK_SEED=\(seed) swift test --filter PowerCutTests")
        }
    }
}
