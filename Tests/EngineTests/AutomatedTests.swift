import Engine
import JSON
import Kernel
import Labeling
import Store
import Testing

/// Automated data labeling with the scripted learner: people label a sample, the model the rest.
@Suite struct AutomatedTests {
    private func automated(_ specification: inout LabelingJobSpecification) {
        specification.algorithm = .imageClassification
        specification.steering.minObjects = 1
        specification.maxConcurrentTaskCount = 20
    }

    @Test func theModelTakesOverAfterTheValidationSetAndOneBatch() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(300)
        let outcome = try await fixture.finish(fixture.specification("Auto") { automated(&$0) })
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.machine > 100 && outcome.counters.unlabeled == 0)
        let output = try await fixture.outputLines("Auto")
        #expect(disagreement(outcome, output) == nil)
        let machine = output.enumerated().filter { $1["label-metadata"]?["human-annotated"]?.string == "no" }
        let right = machine.count { $0.element["label"]?.integer == $0.offset % 3 }
        #expect(Double(right) >= 0.95 * Double(machine.count))

        // Probe of 10, then 10, then whole batches; 60 labels are the validation set, full after round 4. Fewer than 45
        // could not show 95 % with 90 % certainty (Clopper and Pearson), whatever the model does.
        let tree = try await fixture.tree()
        let check = try OutputTreeCheck(tree.filter { $0.key.contains("/annotations/") }, job: "Auto", workers: 1)
        #expect((1...4).map { check.objects(ofRound: $0).count } == [10, 10, 20, 20])
        #expect(check.objectsWithAnswers.count == outcome.counters.human)
        let rounds = tree.keys.filter { $0.contains("/activelearning/") }.compactMap {
            Int($0.split(separator: "/")[3])
        }
        #expect(rounds.min() == 6)
        try checkAutomationFiles(tree, outcome, machine.map(\.offset))
        let model = try #require(
            try await fixture.control.resource(
                ResourceName(.model, account: .standard, region: .standard, name: outcome.job.modelName)))
        let address = try #require(
            try JSONValue(parsing: model.document)["ModelDataUrl"]?.string.flatMap { S3URI($0) })
        #expect(tree[address.key] != nil)
    }

    private func checkAutomationFiles(
        _ tree: [String: [UInt8]], _ outcome: EngineFixture.Outcome, _ machine: [Int]
    ) throws {
        var labeled: [Int] = []
        for (key, bytes) in tree where key.hasSuffix("/auto_annotator_output.txt") {
            let parts = key.split(separator: "/")
            #expect(Int(parts[parts.count - 3]) != nil, "the iteration is the third part from the end")
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                let blank = try #require(line.firstIndex(of: " "))
                labeled.append(try #require(Int(line[..<blank])))
                let label = try JSONValue(parsing: String(line[line.index(after: blank)...]))
                #expect(label["label"]?.integer != nil)
                #expect(label["label-metadata"]?["human-annotated"]?.string == "no")
            }
        }
        #expect(labeled.sorted() == machine)
        let models = tree.keys.filter { $0.hasSuffix("/output/model.tar.gz") }
        for key in models {
            let parts = key.split(separator: "/")
            #expect(Int(parts[parts.count - 5]) != nil, "the iteration is the fifth part from the end")
            #expect(parts[parts.count - 3].wholeMatch(of: /auto-\d+-[0-9a-f]{8}/) != nil)
        }
        #expect(models.contains { $0.contains("/\(outcome.job.modelName)/") })
    }

    @Test func withoutALearnerPeopleDoEverything() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(60)
        let outcome = try await fixture.finish(
            fixture.specification {
                automated(&$0)
                $0.steering.learner = .none
            })
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.human == 60 && outcome.counters.machine == 0)
        #expect(outcome.job.trainingFailures > 0)
    }

    @Test func tooFewObjectsFailTheJob() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(10)
        let outcome = try await fixture.finish(
            fixture.specification {
                automated(&$0)
                $0.steering.minObjects = 1250
            })
        #expect(outcome.row.status == "Failed")
        #expect(
            outcome.job.failureReason
                == "ClientError: Automated data labeling needs at least 1250 objects; the manifest has 10.")
    }

    @Test func aFirstSampleThatFailsFailsTheJob() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(100, broken: Set(stride(from: 0, to: 100, by: 3)))
        let outcome = try await fixture.finish(fixture.specification { automated(&$0) })
        #expect(outcome.row.status == "Failed")
        #expect(outcome.job.failureReason?.contains("objects in the first sample failed") == true)
        #expect(disagreement(outcome, try await fixture.outputLines()) == nil)
    }

    @Test func brokenLinesOutsideTheSampleDoNotFailIt() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        var lines = try await fixture.putImages(300)
        for index in 0..<15 { lines[index * 20] = #"{"id":1}"# }
        try await fixture.put("input.manifest", lines.joined(separator: "\n"))
        let outcome = try await fixture.finish(fixture.specification { automated(&$0) })
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.failed == 15)
        #expect(disagreement(outcome, try await fixture.outputLines()) == nil)
    }

    @Test func unreadableObjectsNeitherTrainNorGetLabels() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(300, broken: [7, 77, 150, 151, 152, 222])
        let outcome = try await fixture.finish(fixture.specification { automated(&$0) })
        #expect(outcome.row.status == "Completed")
        #expect(disagreement(outcome, try await fixture.outputLines()) == nil)
    }

    @Test func theHumanBudgetStopsTheAutomationToo() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(200)
        let outcome = try await fixture.finish(
            fixture.specification {
                automated(&$0)
                $0.maxHumanLabeled = 35
            })
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.human == 35 && outcome.counters.machine == 0)
    }
}
