import Engine
import JSON
import Kernel
import Labeling
import Store
import Testing

/// Every status that a job comes to is one event (facts: EventBridge, 8.2).
@Suite struct StateChangeTests {
    private func statuses(_ fixture: EngineFixture) async throws -> [String] {
        try await events(fixture).map { try #require($0.document["detail"]?["LabelingJobStatus"]?.string) }
    }

    private func events(_ fixture: EngineFixture) async throws -> [(event: OutgoingEvent, document: JSONValue)] {
        let store = LocalEventStore(writer: fixture.store.writer, readers: fixture.store.readers)
        return try await store.events(of: nil, after: 0, limit: 100).map {
            ($0.event, try JSONValue(parsing: $0.event.document))
        }
    }

    @Test func aJobThatCompletes() async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(20)
        let outcome = try await fixture.finish(fixture.specification("MyJob-1"))
        #expect(try await statuses(fixture) == ["Initializing", "InProgress", "Completed"])
        let found = try await events(fixture), last = try #require(found.last)
        #expect(found.map(\.event.isDocumented) == [false, false, true])
        #expect(last.event.time == outcome.row.modified && last.event.target == nil)
        #expect(
            String(decoding: last.event.document, as: UTF8.self) == """
                {"version":"0","id":"\(last.event.id)",\
                "detail-type":"SageMaker Ground Truth Labeling Job State Change","source":"aws.sagemaker",\
                "account":"000000000000","time":"\(last.event.time.iso8601Seconds)","region":"us-east-1",\
                "resources":["arn:aws:sagemaker:us-east-1:000000000000:labeling-job/myjob-1"],\
                "detail":{"LabelingJobStatus":"Completed"}}
                """)
    }

    @Test(arguments: [
        ("stop@initializing", ["Initializing", "Stopping", "Stopped"]),
        ("stop@annotating:2", ["Initializing", "InProgress", "Stopping", "Stopped"]),
        ("fail@annotating", ["Initializing", "InProgress", "Failed"]),
        ("expire@annotating", ["Initializing", "InProgress", "Failed"]),
    ])
    func aJobThatEndsOtherwise(_ outcome: String, _ expected: [String]) async throws {
        let fixture = try await EngineFixture()
        defer { fixture.close() }
        try await fixture.putImages(50)
        _ = try await fixture.finish(
            fixture.specification {
                $0.maxConcurrentTaskCount = 10
                $0.steering.outcome = LabelingJob.ForcedOutcome(outcome)
            })
        #expect(try await statuses(fixture) == expected)
        #expect(Set(try await events(fixture).map(\.event.id)).count == expected.count)
    }
}
