// Answers byte for byte as Tests/Golden/responses.json has them, where botocore has parsed and judged each.
// To judge anew after a change: GROUNDWORK_RECORD=1 swift test --filter ResponseTests, then
// python3 Tests/Golden/judge-responses.py.

import Digests
import FoundationEssentials
import JSON
import Shapes
import Testing
import Wire

@Suite struct ResponseTests {
    private func laidDown(_ sample: ResponseSample) -> JSONValue {
        [
            "name": .string(sample.name), "service": .string(sample.service), "operation": .string(sample.operation),
            "status": .integer(sample.response.status),
            "headers": .array(sample.response.headers.map { .array([.string($0.0), .string($0.1)]) }),
            "body": .string(String(decoding: sample.response.body, as: UTF8.self)),
        ]
    }

    @Test func answersAreThoseThatBotocoreJudged() throws {
        let samples = ResponseSample.all.map(laidDown)
        if ProcessInfo.processInfo.environment["GROUNDWORK_RECORD"] != nil {
            let text = "[\n" + samples.map(\.compactText).joined(separator: ",\n") + "\n]\n"
            try Data(text.utf8).write(to: URL(filePath: goldenPath("responses.recorded.json")))
            return
        }
        let golden = try goldenDocument("responses.json")["responses"]?.array ?? []
        #expect(golden.count == samples.count)
        for (wanted, sample) in zip(golden, samples) { #expect(wanted == sample) }
    }

    @Test func errorsOfTheControlAPIAreJSON() {
        let response = ErrorEnvelope.encode(.notFound("no job 'x'"), .restJSON, ResponseSample.identity)
        #expect(response.status == 404)
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"__type":"NotFound","Message":"no job 'x'","message":"no job 'x'"}"#)
        #expect(response.headers.contains { $0 == ("x-amzn-ErrorType", "NotFound") })
    }

    @Test func documentsAndClocksOfTheControlAPIAreJSON() {
        let document = ResponseEncoder.encode(
            Control.GetVersion.self, .init(document: JSONDocument(bytes: Array("[1]".utf8))), ResponseSample.identity)
        #expect(String(decoding: document.body, as: UTF8.self) == "[1]")
        #expect(document.headers.contains { $0 == ("Content-Type", "application/json") })
        let clock = ResponseEncoder.encode(
            Control.GetClock.self, .init(mode: .manual, now: ResponseSample.time), ResponseSample.identity)
        #expect(String(decoding: clock.body, as: UTF8.self) == #"{"mode":"manual","now":"2024-02-29T12:30:15.250Z"}"#)
        let reset = ResponseEncoder.encode(Control.Reset.self, .init(), ResponseSample.identity)
        #expect(reset.status == 204)
        #expect(reset.body.isEmpty)
    }
}
