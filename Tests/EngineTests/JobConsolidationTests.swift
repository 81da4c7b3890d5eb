import Engine
import JSON
import Kernel
import Labeling
import Store
import Testing

/// Methods of consolidation, as a job runs them.
@Suite struct JobConsolidationTests {
    private func run(
        _ method: ConsolidationMethod, _ fixture: EngineFixture
    ) async throws -> (right: Int, statistics: [UInt8]?) {
        try await fixture.putImages(120)
        let outcome = try await fixture.finish(
            fixture.specification {
                $0.workersPerObject = 3
                $0.maxConcurrentTaskCount = 40
                $0.steering.crowd = .perfect
                $0.steering.consolidation = method
            })
        #expect(outcome.row.status == "Completed")
        let right = try await fixture.outputLines().enumerated().filter { $1["label"]?.integer == $0 % 3 }.count
        return (right, try await fixture.jobs.read(outcome.row.id) { try $0.document("worker-statistics") })
    }

    @Test(arguments: ConsolidationMethod.allCases.filter { $0.fits(.imageMultiClass) })
    func everyMethodLabelsTheObjects(_ method: ConsolidationMethod) async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        let outcome = try await run(method, fixture)
        // People who are never wrong are believed by every method.
        #expect(outcome.right == 120)
        #expect((outcome.statistics != nil) == (method == .pooled))
    }

    /// What is known of the workers after the last call is what all answers together say.
    @Test func statisticsGrowOverTheWholeJob() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        let bytes = try #require(try await run(.pooled, fixture).statistics)
        let statistics = try #require(WorkerStatistics(decoding: bytes))
        let answers = statistics.counts.values.flatMap { $0 }.reduce(0, +)
        #expect(abs(answers - 360) < 1e-6 && abs(statistics.classes.reduce(0, +) - 120) < 1e-6)
    }
}
