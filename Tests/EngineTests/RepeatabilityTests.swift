import Engine
import Kernel
import Labeling
import Store
import Testing

/// The same seed and a clock moved by hand: the same bytes, however the clock is moved.
@Suite struct RepeatabilityTests {
    private static let kinds = ["people", "public", "automated", "pace 1"]

    private func specification(_ fixture: EngineFixture, _ kind: String) -> LabelingJobSpecification {
        fixture.specification("Repeat") {
            $0.workersPerObject = 3
            $0.steering.crowd = .mturk
            $0.steering.workers = 12
            $0.maxConcurrentTaskCount = 40
            switch kind {
            case "public":
                $0.isPublicCrowd = true
                $0.contentClassifiers = ["FreeOfPersonallyIdentifiableInformation"]
            case "automated":
                $0.algorithm = .imageClassification
                $0.steering.minObjects = 1
                $0.maxConcurrentTaskCount = 20
                $0.workersPerObject = 1
            case "pace 1": $0.steering.pace = 1
            default: break
            }
        }
    }

    private func tree(
        _ kind: String, sliceRows: Int = 1000, advance: (EngineFixture) async throws -> Void
    ) async throws -> [String: [UInt8]] {
        let fixture = try await EngineFixture(sliceRows: sliceRows)
        defer { fixture.close() }
        try await fixture.putImages(130, broken: [3, 99])
        let id = try await fixture.submit(specification(fixture, kind))
        try await advance(fixture)
        #expect(try await fixture.outcome(id).row.status == "Completed")
        return try await fixture.tree()
    }

    private func inOneStep(_ fixture: EngineFixture) async throws {
        try await fixture.engine.advanceClock(to: EngineFixture.start + .seconds(40 * 86_400))
    }

    @Test(arguments: kinds)
    func twoRunsWriteTheSameBytes(kind: String) async throws {
        let first = try await tree(kind, advance: inOneStep)
        let second = try await tree(kind, advance: inOneStep)
        #expect(first.count > 100)
        #expect(difference(first, second) == nil)
    }

    @Test(arguments: kinds)
    func theSizeOfTheClocksStepsDoesNotMatter(kind: String) async throws {
        let whole = try await tree(kind, advance: inOneStep)
        let pieces = try await tree(kind) { fixture in
            // Steps of uneven length, small beside what happens in the job, then the rest.
            let unit: Duration = kind == "pace 1" ? .milliseconds(7300) : .microseconds(7300)
            for step in 0..<400 {
                let length = unit + .microseconds(Int64(step * 37 % 1000))
                try await fixture.engine.advanceClock(to: fixture.clock.now() + length)
            }
            try await self.inOneStep(fixture)
        }
        #expect(difference(whole, pieces) == nil)
    }

    @Test(arguments: kinds)
    func theSizeOfTheEnginesSlicesDoesNotMatter(kind: String) async throws {
        let large = try await tree(kind, advance: inOneStep)
        let small = try await tree(kind, sliceRows: 7, advance: inOneStep)
        #expect(difference(large, small) == nil)
    }

    @Test func twoJobsAtATimeDoNotDisturbEachOther() async throws {
        func run(_ names: [String]) async throws -> [String: [UInt8]] {
            let fixture = try await EngineFixture()
            defer { fixture.close() }
            try await fixture.putImages(60)
            for name in names {
                _ = try await fixture.submit(
                    fixture.specification(name) {
                        $0.steering.crowd = .mturk
                        $0.workersPerObject = 2
                        $0.steering.pace = name == "One" ? 1 : 90
                    })
            }
            try await inOneStep(fixture)
            return try await fixture.tree()
        }
        let together = try await run(["One", "Two"])
        let one = try await run(["One"]), two = try await run(["Two"])
        #expect(difference(together, one.merging(two) { $1 }) == nil)
    }

    @Test func anotherSeedGivesOtherAnswers() async throws {
        func run(_ seed: UInt64) async throws -> [String: [UInt8]] {
            let fixture = try await EngineFixture()
            defer { fixture.close() }
            try await fixture.putImages(40)
            var specification = specification(fixture, "people")
            specification.steering.seed = seed
            try await fixture.finish(specification)
            return try await fixture.tree()
        }
        let first = try await run(1), second = try await run(2)
        #expect(difference(first, second) != nil)
    }
}
