import Engine
import JSON
import Kernel
import Labeling
import Store
import Testing

/// Jobs answered from a script.
@Suite struct ScriptedAnswersTests {
    private func answers(_ lists: [String]) -> [ScriptedAnswers] {
        lists.enumerated().map { ScriptedAnswers(object: .line($0), contents: Array($1.utf8)) }
    }

    private func content(_ label: String) -> String { #"{"crowd-image-classifier":{"label":"\#(label)"}}"# }

    private func name(_ job: String) -> JobName { JobName(account: .standard, region: .standard, name: job) }

    private func scripted(_ specification: inout LabelingJobSpecification) {
        specification.steering.workforce = .scripted
        specification.steering.pace = 1
        specification.availability = .seconds(3600)
    }

    @Test func answersDecideAndNullNeverAnswers() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(4)
        let owl = content("owl"), cat = content("cat")
        try await fixture.control.putAnswers(
            answers(["[\(owl),\(owl),\(cat)]", "[\(cat),null,null]", "[null,null,null]", "[\(owl),\(owl)]"]),
            for: name("Job-1"))
        let id = try await fixture.submit(
            fixture.specification {
                scripted(&$0)
                $0.workersPerObject = 3
            })
        // Object 0 has all its answers; the others wait until their tasks are no longer offered.
        try await fixture.engine.advanceClock(to: EngineFixture.start + .seconds(1800))
        var outcome = try await fixture.outcome(id)
        #expect(outcome.row.status == "InProgress")
        #expect(outcome.counters.human == 1 && outcome.counters.unlabeled == 3)
        try await fixture.engine.advanceClock(to: EngineFixture.start + .seconds(3700))
        outcome = try await fixture.outcome(id)
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.human == 3 && outcome.counters.failed == 1)
        let output = try await fixture.outputLines()
        #expect(output.map { $0["label"]?.integer } == [2, 0, nil, 2])
        let reason = output[2]["label-metadata"]?["failure-reason"]?.string ?? ""
        #expect(reason.hasPrefix("ClientError: Annotation tasks expired."))
        let check = try OutputTreeCheck(try await fixture.tree(), job: "Job-1", workers: 3)
        #expect(check.objectsWithAnswers == [0, 1, 3])
    }

    @Test func answersAreFoundBySource() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(2)
        try await fixture.control.putAnswers(
            (0..<2).map {
                ScriptedAnswers(
                    object: .source("s3://data/\(EngineFixture.imageKey($0))"),
                    contents: Array("[\(content("dog"))]".utf8))
            }, for: name("Job-1"))
        let outcome = try await fixture.finish(fixture.specification { scripted(&$0) })
        #expect(outcome.row.status == "Completed")
        #expect(try await fixture.outputLines().map { $0["label"]?.integer } == [1, 1])
    }

    @Test func answersThatNameNoLabelFailTheirObject() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(2)
        try await fixture.control.putAnswers(
            answers(["[\(content("dog"))]", "[\(content("cow"))]"]), for: name("Job-1"))
        let outcome = try await fixture.finish(fixture.specification { scripted(&$0) })
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.human == 1 && outcome.counters.failed == 1)
        #expect(disagreement(outcome, try await fixture.outputLines()) == nil)
    }

    @Test func aScriptThatNobodyWroteExpires() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(3)
        let outcome = try await fixture.finish(fixture.specification { scripted(&$0) })
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.failed == 3)
    }

    /// A restart that comes after the end of the availability must not lose that end.
    @Test func availabilityEndsEvenWhenTheServerSleptThroughIt() async throws {
        let fixture = try await EngineFixture()
        try await fixture.putImages(3)
        try await fixture.control.putAnswers(
            answers(["[\(content("dog"))]", "[null]", "[\(content("owl"))]"]), for: name("Job-1"))
        let id = try await fixture.submit(fixture.specification { scripted(&$0) })
        try await fixture.engine.advanceClock(to: EngineFixture.start + .seconds(10))
        #expect(try await fixture.outcome(id).job.phase == .annotating(1))
        fixture.close()
        let later = try await EngineFixture(
            in: fixture.folder, at: EngineFixture.start + .seconds(86_400), incarnation: 2)
        defer { later.close() }
        try await later.engine.settle()
        let outcome = try await later.outcome(id)
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.human == 2 && outcome.counters.failed == 1)
    }
}
