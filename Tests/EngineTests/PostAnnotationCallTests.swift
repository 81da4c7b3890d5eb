import Engine
import JSON
import Kernel
import Labeling
import Store
import Testing

/// Jobs whose labels a function of the customer's own makes (facts 4.4, 4.7, 5.4).
@Suite struct PostAnnotationCallTests {
    private func job(_ fixture: EngineFixture) -> LabelingJobSpecification {
        fixture.specification {
            $0.taskType = .custom
            $0.postFunction = FakeFunctions.after
            $0.echo = ["roleArn": "arn:aws:iam::000000000000:role/r", "outputConfig": ["kmsKeyId": ""]]
            $0.workersPerObject = 2
        }
    }

    private func reason(_ line: JSONValue) -> String? { line["label-metadata"]?["failure-reason"]?.string }

    /// A function that has an answer for every object but those that `other` has something else for.
    private func counting(_ other: @escaping @Sendable (String, JSONValue) -> JSONValue? = { $1 }) -> FakeFunctions {
        FakeFunctions { call, functions in
            let asked = try await functions.payload(of: call).array ?? []
            let entries = asked.compactMap { object in
                FakeFunctions.counted(object, forgetting: false).flatMap {
                    other(object["datasetObjectId"]?.string ?? "", $0)
                }
            }
            return JSONValue.array(entries).compactBytes
        }
    }

    // MARK: Contract

    @Test func theFunctionIsToldWhereTheAnswersLie() async throws {
        let functions = counting()
        let fixture = try await EngineFixture(functions: functions)
        defer { fixture.close() }
        try await fixture.putImages(60)
        let outcome = try await fixture.finish(job(fixture))
        #expect(outcome.row.status == "Completed" && outcome.counters.human == 60)
        #expect(functions.calls.count >= 2)
        for call in functions.calls {
            #expect(call.timeLimit == .seconds(900) && call.attempts == Limits().functionAttempts)
            let request = try #require(try JSONValue(parsing: call.payload).object)
            #expect(
                request.names == [
                    "version", "labelingJobArn", "labelCategories", "labelAttributeName", "roleArn", "outputConfig",
                    "payload",
                ])
            #expect(request["labelingJobArn"] == "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/job-1")
            #expect(request["labelCategories"] == ["cat", "dog", "owl"] && request["labelAttributeName"] == "label")
            #expect(request["roleArn"] == "arn:aws:iam::000000000000:role/r")
            #expect(request["outputConfig"] == "s3://data/out/Job-1/annotations")
            let payload = try #require(request["payload"]?["s3Uri"]?.string)
            let folder = "s3://data/out/Job-1/annotations/consolidated-annotation/consolidation-request/iteration-1/"
            #expect(payload.hasPrefix(folder))
            for object in try #require(try await functions.payload(of: call).array) {
                #expect(object.object?.names == ["datasetObjectId", "dataObject", "annotations"])
                #expect(object["annotations"]?.array?.count == 2)
            }
        }
    }

    @Test func aJobWithoutCategoriesNamesNone() async throws {
        let functions = counting()
        let fixture = try await EngineFixture(functions: functions)
        defer { fixture.close() }
        try await fixture.putImages(2)
        var specification = job(fixture)
        specification.categories = nil
        specification.echo = ["roleArn": "r", "outputConfig": ["kmsKeyId": "arn:key"]]
        let outcome = try await fixture.finish(specification)
        #expect(outcome.row.status == "Completed")
        let request = try JSONValue(parsing: try #require(functions.calls.first).payload)
        #expect(request["labelCategories"] == [] && request["kmsKeyId"] == "arn:key")
    }

    @Test func labelAndMetadataGoIntoTheOutput() async throws {
        let fixture = try await EngineFixture(functions: counting())
        defer { fixture.close() }
        try await fixture.putImages(60)
        try await fixture.finish(job(fixture))
        for line in try await fixture.outputLines() {
            #expect(line["label"] == ["answers": 2])
            let metadata = try #require(line["label-metadata"]?.object)
            #expect(metadata.names == ["type", "job-name", "human-annotated", "creation-date", "mine"])
            #expect(metadata["type"] == "groundtruth/custom" && metadata["job-name"] == "labeling-job/job-1")
            #expect(metadata["mine"] == true && metadata["human-annotated"] == "yes")
            #expect(metadata["creation-date"]?.string?.hasSuffix("000") == true)
        }
        let folder = "out/Job-1/annotations/consolidated-annotation/"
        let requests = try await fixture.tree(below: folder + "consolidation-request/iteration-1/")
        let responses = try await fixture.tree(below: folder + "consolidation-response/iteration-1/")
        func names(_ files: [String: [UInt8]]) -> Set<Substring> { Set(files.keys.map { $0.suffix(24) }) }
        #expect(!requests.isEmpty && names(requests) == names(responses))
    }

    // MARK: Failures

    @Test func objectsWithoutAUsableEntryFailAlone() async throws {
        let functions = counting { id, entry in
            switch id {
            case "1": nil
            case "2": ["datasetObjectId": "2", "consolidatedAnnotation": ["content": ["other": 1]]]
            default: entry
            }
        }
        let fixture = try await EngineFixture(functions: functions)
        defer { fixture.close() }
        try await fixture.putImages(5)
        let outcome = try await fixture.finish(job(fixture))
        #expect(outcome.row.status == "Completed" && outcome.counters.human == 3 && outcome.counters.failed == 2)
        let output = try await fixture.outputLines()
        #expect(disagreement(outcome, output) == nil)
        let start = "ClientError: The function \(FakeFunctions.after) failed: "
        #expect(reason(output[1]) == start + #"its answer has no entry with the datasetObjectId "1"."#)
        #expect(reason(output[2]) == start + "its consolidatedAnnotation.content has no member label.")
        #expect(output[2]["label"] == nil && output[3]["label"] != nil)
        // The response file holds what became labels.
        let tree = try await fixture.tree(
            below: "out/Job-1/annotations/consolidated-annotation/consolidation-response/")
        let entries = try tree.values.flatMap { try JSONValue(parsing: $0).array ?? [] }
        #expect(Set(entries.compactMap { $0["datasetObjectId"]?.string }) == ["0", "3", "4"])
    }

    @Test func anErrorOfTheFunctionFailsTheObjectsOfItsCall() async throws {
        let functions = FakeFunctions { call, functions in
            let asked = try await functions.payload(of: call).array ?? []
            guard asked.count < 50 else { throw FunctionFailure.functionError(type: "Boom", message: "no") }
            return JSONValue.array(asked.compactMap { FakeFunctions.counted($0, forgetting: false) }).compactBytes
        }
        let fixture = try await EngineFixture(functions: functions)
        defer { fixture.close() }
        try await fixture.putImages(55)
        let outcome = try await fixture.finish(
            {
                var job = job(fixture)
                job.steering.pace = 100_000
                return job
            }())
        #expect(outcome.row.status == "Completed")
        let output = try await fixture.outputLines()
        #expect(disagreement(outcome, output) == nil)
        let failed = output.compactMap(reason)
        #expect(failed.count == outcome.counters.failed)
        #expect(failed.allSatisfy { $0 == "ClientError: The function \(FakeFunctions.after) failed: Boom: no." })
    }

    @Test(arguments: [FunctionFailure.notConfigured, .notFound("x"), .unreachable("down"), .refused(status: 403, "no")])
    func aFunctionThatCannotBeCalledFailsTheJob(failure: FunctionFailure) async throws {
        let functions = FakeFunctions { _, _ in throw failure }
        let fixture = try await EngineFixture(functions: functions)
        defer { fixture.close() }
        try await fixture.putImages(130)
        let outcome = try await fixture.finish(job(fixture))
        #expect(outcome.row.status == "Failed")
        #expect(
            outcome.job.failureReason?.hasPrefix("ClientError: The function \(FakeFunctions.after) failed: ") == true)
        #expect(disagreement(outcome, try await fixture.outputLines()) == nil && outcome.counters.labeled == 0)
        // What was asked before lies there; once the job fails, calls are made once and not for long.
        let requests = try await fixture.tree(below: "out/Job-1/annotations/consolidated-annotation/consolidation-req")
        #expect(requests.count == functions.calls.count)
        #expect(functions.calls.dropFirst().allSatisfy { $0.attempts == 1 && $0.timeLimit == .seconds(10) })
    }

    // MARK: Interruption

    private func stopping(
        _ function: @escaping FakeFunctions.Function, wait: @escaping @Sendable (Duration) async -> Void = { _ in }
    ) async throws -> EngineFixture.Outcome {
        let entered = Gate(until: 1)
        let fixture = try await EngineFixture(
            functions: FakeFunctions { call, functions in
                await entered.arrive()
                return try await function(call, functions)
            }, wait: wait)
        defer { fixture.close() }
        try await fixture.putImages(50)
        let id = try await fixture.submit(job(fixture))
        let run = Task { try await fixture.engine.advanceClock(to: fixture.clock.now() + .seconds(40 * 86_400)) }
        await entered.opened()
        try await fixture.engine.stop(try await fixture.outcome(id).row)
        try await run.value
        let outcome = try await fixture.outcome(id)
        #expect(outcome.row.status == "Stopped")
        #expect(disagreement(outcome, try await fixture.outputLines()) == nil)
        return outcome
    }

    @Test func aStopCutsOffACallThatTakesTooLong() async throws {
        #expect(try await stopping(FakeFunctions.silence).counters.labeled == 0)
    }

    @Test func aStopLetsACallEndThatIsNearlyDone() async throws {
        let stopped = Gate(until: 1)
        let outcome = try await stopping(
            { call, functions in
                await stopped.opened()
                return try await FakeFunctions.workflow(call, functions)
            },
            // The grace begins with the stop, and would be long.
            wait: { _ in
                await stopped.arrive()
                await FakeFunctions.untilCancelled()
            })
        #expect(outcome.counters.labeled > 0)
    }

    @Test func aRestartCallsAgainAndWritesTheSame() async throws {
        let (folder, now, id) = try await EngineFixture.endedDuringACall(objects: 20, job)

        let second = try await EngineFixture(in: folder, at: now, functions: counting(), incarnation: 2)
        defer { second.close() }
        try await second.engine.advanceClock(to: now + .seconds(40 * 86_400))
        #expect(try await second.outcome(id).row.status == "Completed")
        let broken = try await second.tree()

        let whole = try await EngineFixture(functions: counting())
        defer { whole.close() }
        try await whole.putImages(20)
        try await whole.finish(job(whole))
        #expect(difference(broken, try await whole.tree()) == nil)
    }
}
