import JSON
import Kernel
import Labeling
import Store
import Testing

@testable import Engine

/// What workers' pages are rendered from (facts 5.3): a function's answer, what AWS's own functions make, or the line.
@Suite struct TaskInputTests {
    private func input(
        _ functions: any FunctionCaller = NoFunctions(), of object: Int = 1,
        _ change: (inout LabelingJobSpecification) -> Void
    ) async throws -> JSONValue? {
        let fixture = try await EngineFixture(functions: functions)
        defer { fixture.close() }
        try await fixture.putImages(3) { _ in #", "groundwork-truth":"cat""# }
        let specification = fixture.specification("Job-1", change), id = try await fixture.submit(specification)
        try await fixture.engine.advanceClock(to: fixture.clock.now() + .seconds(86_400))
        return try await JobPerformer(id, specification: specification, environment: fixture.engine.environment)
            .taskInput(of: object)
    }

    @Test func aBuiltInFunctionGivesTheObjectAndTheLabels() async throws {
        let expected: JSONValue = ["taskObject": "s3://data/images/dog/1.png", "labels": ["cat", "dog", "owl"]]
        #expect(try await input { _ in } == expected)
        let functions = FakeFunctions(FakeFunctions.workflow)
        let custom = try await input(functions) {
            $0.taskType = .custom
            $0.postFunction = FakeFunctions.after
        }
        #expect(custom == expected)
    }

    @Test func withoutAFunctionThePageGetsTheLine() async throws {
        let line = try await input {
            $0.taskType = .passThrough
            $0.showsWholeLine = true
        }
        #expect(line == ["source-ref": "s3://data/images/dog/1.png", "n": 1])
    }

    @Test func anOwnFunctionGivesWhatItAnswers() async throws {
        let functions = FakeFunctions { _, _ in Array(#"{"taskInput":{"a":[1,"b"]}}"#.utf8) }
        #expect(try await input(functions) { $0.preFunction = FakeFunctions.before } == ["a": [1, "b"]])
        #expect(try await input(functions, of: 9) { $0.preFunction = FakeFunctions.before } == nil)
    }
}
