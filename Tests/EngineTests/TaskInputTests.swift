import Engine
import JSON
import Kernel
import Labeling
import Store
import Testing

/// What people's pages are rendered from (facts 5.3): a function's answer, what AWS's own functions make, or the line.
@Suite struct TaskInputTests {
    private func input(
        _ functions: any FunctionCaller = NoFunctions(),
        _ change: @escaping (inout LabelingJobSpecification) -> Void = { _ in }
    ) async throws -> JSONValue? {
        let engine = try await EngineFixture(functions: functions)
        defer { engine.close() }
        return try await PortalFixture(objects: 3, on: engine, change).claim(0)?.input
    }

    @Test func aBuiltInFunctionGivesTheObjectAndTheLabels() async throws {
        let expected: JSONValue = ["taskObject": "s3://data/images/cat/0.png", "labels": ["cat", "dog", "owl"]]
        #expect(try await input() == expected)
        let custom = try await input(FakeFunctions(FakeFunctions.workflow)) {
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
        #expect(line == ["source-ref": "s3://data/images/cat/0.png", "n": 0])
    }

    @Test func anOwnFunctionGivesWhatItAnswers() async throws {
        let functions = FakeFunctions { _, _ in Array(#"{"taskInput":{"a":[1,"b"]}}"#.utf8) }
        #expect(try await input(functions) { $0.preFunction = FakeFunctions.before } == ["a": [1, "b"]])
    }
}
