import Engine
import JSON
import Kernel
import Labeling
import Store
import Testing

/// Jobs with a pre-annotation function of the customer's own (facts 5.3, G16).
@Suite struct PreAnnotationCallTests {
    private func job(_ fixture: EngineFixture) -> LabelingJobSpecification {
        fixture.specification { $0.preFunction = FakeFunctions.before }
    }

    private func reason(_ line: JSONValue) -> String? { line["label-metadata"]?["failure-reason"]?.string }

    @Test func everyObjectIsBriefedOnceBeforePeopleSeeIt() async throws {
        let functions = FakeFunctions { call, _ in
            let line = try JSONValue(parsing: call.payload)["dataObject"]
            return JSONValue.object(["taskInput": ["number": line?["n"] ?? .null]]).compactBytes
        }
        let fixture = try await EngineFixture(functions: functions)
        defer { fixture.close() }
        try await fixture.putImages(30) { _ in #", "groundwork-truth":"cat""# }
        let outcome = try await fixture.finish(job(fixture))
        #expect(outcome.row.status == "Completed" && outcome.counters.human == 30)
        let payloads = functions.calls.map { String(decoding: $0.payload, as: UTF8.self) }
        #expect(payloads.count == 30 && Set(payloads).count == 30)
        #expect(
            payloads.contains(
                #"{"version":"2018-10-16","labelingJobArn":"arn:aws:sagemaker:us-east-1:000000000000:labeling-job/job-1","#
                    + #""dataObject":{"source-ref":"s3://data/images/dog/1.png","n":1}}"#))
        let first = try #require(functions.calls.first)
        #expect(first.function == FakeFunctions.before && first.account == .standard)
        #expect(first.timeLimit == .seconds(60) && first.attempts == Limits().functionAttempts)
        let inputs = try await fixture.jobs.read(outcome.row.id) { try $0.taskInputs(Array(0..<31)) }
        #expect(inputs == Dictionary(uniqueKeysWithValues: (0..<30).map { ($0, Array(#"{"number":\#($0)}"#.utf8)) }))
        #expect(functions.mostUnderWay <= Limits().functionConcurrency)
    }

    @Test func severalCallsAreUnderWayTogether() async throws {
        let gate = Gate(until: Limits().functionConcurrency)
        let functions = FakeFunctions { _, _ in
            await gate.arrive()
            return Array(#"{"taskInput":{}}"#.utf8)
        }
        let fixture = try await EngineFixture(functions: functions)
        defer { fixture.close() }
        try await fixture.putImages(40)
        try await fixture.finish(job(fixture))
        #expect(functions.mostUnderWay == Limits().functionConcurrency)
    }

    @Test(arguments: [#""isHumanAnnotationRequired":false"#, #""humanAnnotationRequired":"false""#])
    func anObjectThatNobodyNeedSeeIsCopiedAndCountsAsFailed(flag: String) async throws {
        let functions = FakeFunctions { call, _ in
            let isFirst = String(decoding: call.payload, as: UTF8.self).contains(#""n":0"#)
            return Array((isFirst ? "{\(flag)}" : #"{"taskInput":{}}"#).utf8)
        }
        let fixture = try await EngineFixture(functions: functions)
        defer { fixture.close() }
        let lines = try await fixture.putImages(3)
        let outcome = try await fixture.finish(job(fixture))
        #expect(outcome.row.status == "Completed")
        #expect(outcome.counters.human == 2 && outcome.counters.failed == 1)
        let output = try await fixture.text("out/Job-1/manifests/output/output.manifest").split(separator: "\n")
        #expect(output[0] == lines[0])
        #expect(output[1].contains("class-name"))
    }

    @Test(arguments: [
        (FunctionFailure.functionError(type: "KeyError", message: "'x'"), "KeyError: 'x'"),
        (.timedOut(.seconds(60)), "it did not answer within 60 seconds"),
        (.answerTooLarge(most: 9), "its answer has more than 9 bytes"),
        (.requestTooLarge(bytes: 7), "its request of 7 bytes is too large"),
    ])
    func anErrorOfOneCallFailsThatObjectAlone(failure: FunctionFailure, cause: String) async throws {
        let functions = FakeFunctions { call, _ in
            if String(decoding: call.payload, as: UTF8.self).contains(#""n":1"#) { throw failure }
            return Array(#"{"taskInput":{}}"#.utf8)
        }
        let fixture = try await EngineFixture(functions: functions)
        defer { fixture.close() }
        try await fixture.putImages(3)
        let outcome = try await fixture.finish(job(fixture))
        #expect(outcome.row.status == "Completed")
        let output = try await fixture.outputLines()
        #expect(disagreement(outcome, output) == nil && outcome.counters.failed == 1)
        #expect(reason(output[1]) == "ClientError: The function \(FakeFunctions.before) failed: \(cause).")
    }

    @Test func anAnswerThatBreaksTheContractFailsTheObject() async throws {
        let functions = FakeFunctions { _, _ in Array(#"{"task":{}}"#.utf8) }
        let fixture = try await EngineFixture(functions: functions)
        defer { fixture.close() }
        try await fixture.putImages(2)
        let outcome = try await fixture.finish(job(fixture))
        #expect(outcome.row.status == "Completed" && outcome.counters.failed == 2)
        #expect(
            reason(try await fixture.outputLines()[0])
                == "ClientError: The function \(FakeFunctions.before) failed: its answer has no taskInput.")
    }

    @Test(arguments: [
        (FunctionFailure.notConfigured, "--lambda-endpoint"), (.notFound("no such"), "no such"),
        (.refused(status: 403, "denied"), "403: denied"), (.unreachable("refused"), "refused"),
        (.throttled, "429"),
    ])
    func aFunctionThatCannotBeCalledFailsTheJob(failure: FunctionFailure, cause: String) async throws {
        let fixture = try await EngineFixture(functions: FakeFunctions { _, _ in throw failure })
        defer { fixture.close() }
        try await fixture.putImages(20)
        let outcome = try await fixture.finish(job(fixture))
        #expect(outcome.row.status == "Failed")
        let reason = try #require(outcome.job.failureReason)
        #expect(reason.hasPrefix("ClientError: The function \(FakeFunctions.before) failed: "))
        #expect(reason.contains(cause) && reason.hasSuffix("."))
        #expect(disagreement(outcome, try await fixture.outputLines()) == nil && outcome.counters.unlabeled == 20)
    }

    @Test func objectsThatCannotBeReadAreNotShownToTheFunction() async throws {
        let functions = FakeFunctions { _, _ in Array(#"{"taskInput":{}}"#.utf8) }
        let fixture = try await EngineFixture(functions: functions)
        defer { fixture.close() }
        try await fixture.putImages(4, broken: [2])
        let outcome = try await fixture.finish(job(fixture))
        #expect(outcome.counters.human == 3 && outcome.counters.failed == 1 && functions.calls.count == 3)
    }

    // MARK: Interruption

    @Test func aStopDoesNotWaitForTheFunction() async throws {
        let entered = Gate(until: 1)
        let fixture = try await EngineFixture(
            functions: FakeFunctions { call, functions in
                await entered.arrive()
                return try await FakeFunctions.silence(call, functions)
            })
        defer { fixture.close() }
        try await fixture.putImages(20)
        let id = try await fixture.submit(job(fixture))
        let run = Task { try await fixture.engine.advanceClock(to: fixture.clock.now() + .seconds(40 * 86_400)) }
        await entered.opened()
        try await fixture.engine.stop(try await fixture.outcome(id).row)
        try await run.value
        let outcome = try await fixture.outcome(id)
        #expect(outcome.row.status == "Stopped" && outcome.counters.unlabeled == 20)
        #expect(disagreement(outcome, try await fixture.outputLines()) == nil)
    }

    @Test func aRestartCallsAgain() async throws {
        let (folder, now, id) = try await EngineFixture.endedDuringACall(objects: 5, job)

        let functions = FakeFunctions { _, _ in Array(#"{"taskInput":{}}"#.utf8) }
        let second = try await EngineFixture(in: folder, at: now, functions: functions, incarnation: 2)
        defer { second.close() }
        try await second.engine.advanceClock(to: now + .seconds(40 * 86_400))
        let outcome = try await second.outcome(id)
        #expect(outcome.row.status == "Completed" && outcome.counters.human == 5 && functions.calls.count == 5)
    }
}
