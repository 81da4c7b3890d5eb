import Engine
import JSON
import Kernel
import Labeling
import Store
import Testing

/// Jobs that people do alone, from the manifest to the output tree (facts: output, 4.1 to 4.9).
@Suite struct PeopleOnlyTests {
    @Test func oneWorkerLabelsEverything() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        let lines = try await fixture.putImages(7)
        let outcome = try await fixture.finish(fixture.specification("MyJob-1"))
        #expect(outcome.row.status == "Completed")
        #expect(outcome.row.isTerminal)
        #expect(outcome.counters.human == 7 && outcome.counters.unlabeled == 0 && outcome.counters.failed == 0)

        let output = try await fixture.outputLines("MyJob-1")
        #expect(output.count == 7)
        for (index, line) in output.enumerated() {
            let input = try #require(try JSONValue(parsing: lines[index]).object)
            let members = try #require(line.object)
            #expect(members.names == input.names + ["label", "label-metadata"])
            #expect(line["label"]?.integer == index % 3)
            let metadata = try #require(line["label-metadata"]?.object)
            #expect(
                metadata.names
                    == ["confidence", "job-name", "class-name", "human-annotated", "creation-date", "type"])
            #expect(metadata["class-name"]?.string == EngineFixture.classes[index % 3])
            #expect(metadata["job-name"]?.string == "labeling-job/myjob-1")
            #expect(metadata["human-annotated"]?.string == "yes")
            #expect(metadata["type"]?.string == "groundtruth/image-classification")
            #expect(metadata["confidence"]?.double == 0)
            let date = try #require(metadata["creation-date"]?.string)
            #expect(date.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}/) != nil)
        }
    }

    @Test(arguments: [Steering.Crowd.perfect, .expert, .mturk])
    func theTreeHoldsEveryAnswerOnce(crowd: Steering.Crowd) async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(120)
        let specification = fixture.specification {
            $0.workersPerObject = 3
            $0.steering.crowd = crowd
            $0.steering.workers = 9
            $0.maxConcurrentTaskCount = 70
        }
        let outcome = try await fixture.finish(specification)
        #expect(outcome.row.status == "Completed")
        let tree = try await fixture.tree()
        let check = try OutputTreeCheck(tree, job: "Job-1", workers: 3)
        #expect(check.objectsWithAnswers.count == outcome.counters.human)
        #expect(check.rounds == [1, 2])
        #expect(check.objects(ofRound: 1).allSatisfy { $0 < 70 })
        #expect(check.objects(ofRound: 2).allSatisfy { $0 >= 70 })
        #expect(check.requests == check.responses)
        #expect(check.largestCall <= 50)
        #expect(try await fixture.outputLines().count == 120)
        if crowd == .perfect {
            let labels = try await fixture.outputLines().map { $0["label"]?.integer }
            #expect(labels == (0..<120).map { $0 % 3 })
        }
    }

    @Test func aPublicJobBeginsWithAProbeOfTen() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(40)
        let specification = fixture.specification {
            $0.isPublicCrowd = true
            $0.workteamArn = "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"
            $0.contentClassifiers = ["FreeOfPersonallyIdentifiableInformation"]
            $0.maxConcurrentTaskCount = 25
            $0.steering.crowd = .mturk
            $0.steering.workers = 30
        }
        let outcome = try await fixture.finish(specification)
        #expect(outcome.row.status == "Completed")
        let check = try OutputTreeCheck(try await fixture.tree(), job: "Job-1", workers: 1)
        #expect(check.objects(ofRound: 1).isSubset(of: Set(0..<10)))
        #expect(check.objects(ofRound: 2).isSubset(of: Set(10..<25)))
        #expect(check.objects(ofRound: 3).isSubset(of: Set(25..<40)))
    }

    @Test func aPublicJobWithoutTheDeclarationFails() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(3)
        let outcome = try await fixture.finish(fixture.specification { $0.isPublicCrowd = true })
        #expect(outcome.row.status == "Failed")
        #expect(outcome.job.failureReason?.contains("FreeOfPersonallyIdentifiableInformation") == true)
    }

    @Test func objectsThatAreNoImagesFailAndTheJobGoesOn() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        var lines = try await fixture.putImages(6, broken: [2])
        lines[4] = #"{"source-ref":"s3://data/images/missing.png"}"#
        lines[5] = #"{"id":5}"#
        try await fixture.put("input.manifest", lines.joined(separator: "\r\n"))
        let outcome = try await fixture.finish(fixture.specification())
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.human == 3 && outcome.counters.failed == 3 && outcome.counters.unlabeled == 0)
        let output = try await fixture.outputLines()
        for index in [2, 4, 5] {
            #expect(output[index]["label"] == nil)
            let metadata = try #require(output[index]["label-metadata"])
            #expect(metadata["retry-count"]?.integer == 1)
            #expect(metadata["human-annotated"]?.string == "true")
            #expect(metadata["failure-reason"]?.string?.hasPrefix("ClientError: ") == true)
        }
        #expect(output[4]["label-metadata"]?["failure-reason"]?.string?.contains("images/missing.png") == true)
    }

    @Test func aBatchOfOnlyUnreadableObjectsIsPassedOver() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(9, broken: [0, 1, 2, 6, 7, 8])
        let outcome = try await fixture.finish(fixture.specification { $0.maxConcurrentTaskCount = 3 })
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.human == 3 && outcome.counters.failed == 6)
    }

    // MARK: Stopping conditions

    @Test func theLargestNumberOfHumanLabelsEndsTheJob() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(30)
        let outcome = try await fixture.finish(
            fixture.specification {
                $0.maxHumanLabeled = 12
                $0.maxConcurrentTaskCount = 5
            })
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.human == 12 && outcome.counters.unlabeled == 18)
        #expect(try await fixture.outputLines().count { $0["label"] != nil } == 12)
    }

    @Test func theLargestShareOfLabelsEndsTheJob() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(30)
        let outcome = try await fixture.finish(fixture.specification { $0.maxPercentageLabeled = 35 })
        #expect(outcome.counters.human == 11 && outcome.counters.unlabeled == 19)
    }

    // MARK: Chaining

    @Test func aChainedJobLabelsOnlyWhatHasNoLabel() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(20)
        let first = try await fixture.finish(fixture.specification("First") { $0.maxHumanLabeled = 8 })
        #expect(first.counters.human == 8)
        let earlier = try await fixture.outputLines("First")
        let second = try await fixture.finish(
            fixture.specification("Second") {
                $0.manifest = S3URI(bucket: "data", key: "out/First/manifests/output/output.manifest")
            })
        #expect(second.row.status == "Completed")
        #expect(second.counters.human == 20 && second.counters.unlabeled == 0)
        let later = try await fixture.outputLines("Second")
        for index in 0..<20 {
            #expect(later[index]["label"]?.integer == index % 3)
            let isOld = earlier[index]["label"] != nil
            #expect((later[index] == earlier[index]) == isOld)
            let name = isOld ? "labeling-job/first" : "labeling-job/second"
            #expect(later[index]["label-metadata"]?["job-name"]?.string == name)
        }
        let check = try OutputTreeCheck(try await fixture.tree(), job: "Second", workers: 1)
        #expect(check.objectsWithAnswers.count == 12)
    }

    @Test func aJobWhoseObjectsAllHaveLabelsEndsAtOnce() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        let lines = try await fixture.putImages(4) { _ in
            #","label":1,"label-metadata":{"human-annotated":"no"}"#
        }
        let outcome = try await fixture.finish(fixture.specification())
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.machine == 4 && outcome.counters.human == 0)
        let output = try await fixture.text("out/Job-1/manifests/output/output.manifest")
        #expect(output == lines.joined(separator: "\n") + "\n")
    }
}
