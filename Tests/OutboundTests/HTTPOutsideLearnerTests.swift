import Engine
import JSON
import Kernel
import Labeling
import NIOHTTP1
import Outbound
import Synchronization
import Testing

/// Calls of an outside learner over HTTP.
@Suite struct HTTPOutsideLearnerTests {
    private static let job = ARN(
        service: "sagemaker", region: .standard, account: .standard, resource: "labeling-job/job-1")

    private func task() throws -> any LabelingTask {
        try #require(
            TaskType.imageMultiClass.task(LabelCategories(names: ["cat", "dog"], bounds: (least: 1, most: nil))))
    }

    private func training() throws -> OutsideTraining {
        let object = OutsideObject(index: 3, source: .url("http://127.0.0.1:1/a.png?X-Amz-Signature=1"))
        return OutsideTraining(
            job: Self.job, round: 1, task: try task(),
            examples: [OutsideExample(object: object, label: .value(Array("1".utf8)))])
    }

    private func page(_ count: Int = 2) throws -> OutsidePage {
        OutsidePage(
            job: Self.job, task: try task(), model: try #require(OutsideModel(token: "m-1")),
            objects: (0..<count).map { OutsideObject(index: $0, source: .text("text \($0)")) })
    }

    private final class Waits: Sendable {
        private let durations = Mutex<[Duration]>([])
        var all: [Duration] { durations.withLock { $0 } }
        func add(_ duration: Duration) { durations.withLock { $0.append(duration) } }
    }

    private func learner(_ url: String, _ waits: Waits = Waits(), _ change: (inout Limits) -> Void = { _ in }) throws
        -> HTTPOutsideLearner
    {
        var limits = Limits()
        limits.outsideAttempts = 4
        change(&limits)
        return try HTTPOutsideLearner(url, OutboundRules(), limits: limits) { waits.add($0) }
    }

    /// The failure that a training against a script ends with, and how many requests there were.
    private func failure(
        _ change: @escaping (inout Limits) -> Void = { _ in }, _ script: @escaping LoopbackReceiver.Script
    ) async throws -> (failure: OutsideLearnerFailure, requests: Int) {
        try await LoopbackReceiver.serve(script) { receiver in
            let learner = try learner(receiver.url, Waits(), change), training = try training()
            let failure = try await #require(throws: OutsideLearnerFailure.self) {
                try await learner.train(training)
            }
            return (failure, receiver.requests.count)
        }
    }

    // MARK: Requests

    @Test func aTrainingIsPostedAndItsTokenIsTheModel() async throws {
        try await LoopbackReceiver.serve({ _, _ in .ok(#"{"model":"m-7","more":1}"#) }) { receiver in
            let training = try training()
            let model = try await learner(receiver.url + "/mine/").train(training)
            #expect(model.token == "m-7")
            let request = try #require(receiver.requests.first)
            #expect(request.method == "POST" && request.target == "/mine/train")
            #expect(request.headers["content-type"] == ["application/json"])
            #expect(request.body == training.encoded)
        }
    }

    @Test func aPageIsPostedAndItsPredictionsAreRead() async throws {
        let answer = #"{"predictions":[{"id":"1","label":0,"confidence":0.75}]}"#
        try await LoopbackReceiver.serve({ _, _ in .ok(answer) }) { receiver in
            let page = try page()
            let read = try await learner(receiver.url).predict(page)
            #expect(
                read.predictions == [nil, JudgedAnnotation(annotation: .category(0), confidence: 0.75)]
                    && read.missing == 1)
            #expect(receiver.requests.map(\.target) == ["/predict"] && receiver.requests[0].body == page.encoded)
        }
    }

    // MARK: Errors

    @Test(arguments: [400, 404, 409, 500])
    func itsOwnWordsAreTheReasonAndAreNotAskedForAgain(_ status: Int) async throws {
        let body = Array(#"{"error":"two classes\n are needed"}"#.utf8)
        let (failure, requests) = try await failure { _, _ in .answer(status, body) }
        #expect(failure == .failed(status: status, "two classes are needed") && requests == 1)
        #expect(failure.cause == "the outside learner failed: two classes are needed")
    }

    @Test(arguments: [429, 500, 502, 503, 504])
    func whatMayPassIsAskedForAgain(_ status: Int) async throws {
        let waits = Waits()
        try await LoopbackReceiver.serve({ _, before in
            before < 2 ? .answer(status, []) : .ok(#"{"model":"late"}"#)
        }) { receiver in
            let learner = try learner(receiver.url, waits), training = try training()
            #expect(try await learner.train(training).token == "late")
            #expect(receiver.requests.count == 3)
        }
        #expect(waits.all == [.milliseconds(200), .milliseconds(400)])
    }

    @Test func aBrokenConnectionIsTriedAgainAndAttemptsEnd() async throws {
        let (broken, attempts) = try await failure { _, _ in .close }
        guard case .unreachable = broken else {
            Issue.record("\(broken)")
            return
        }
        #expect(attempts == 4)
        let (busy, requests) = try await failure { _, _ in .answer(503, Array(#"{"error":"loading"}"#.utf8)) }
        #expect(busy.cause.contains("answered with status 503: loading") && requests == 4)
        #expect(try await failure { _, _ in .answer(429, []) }.failure == .throttled)
    }

    @Test func redirectsAreNotFollowed() async throws {
        let (failure, requests) = try await failure { _, _ in
            .answer(302, headers: [("location", "http://127.0.0.1:9/")], [])
        }
        #expect(failure == .failed(status: 302, "") && requests == 1)
    }

    @Test func anAnswerOfAnotherFormFailsTheTraining() async throws {
        for text in ["", "null", "[]", "{}", #"{"model":7}"#, #"{"model":""}"#, #"{"model":"x""#] {
            let (failure, requests) = try await failure { _, _ in .ok(text) }
            guard case .invalidAnswer = failure else {
                Issue.record("\(text): \(failure)")
                continue
            }
            #expect(requests == 1)
        }
    }

    // MARK: Bounds

    @Test func requestsAndAnswersAreBounded() async throws {
        let (large, none) = try await failure({ $0.outsideRequestBytes = 100 }) { _, _ in .ok("") }
        guard case .requestTooLarge(_, 100) = large else {
            Issue.record("\(large)")
            return
        }
        #expect(none == 0)
        let answer = try await failure({ $0.outsideAnswerBytes = 100 }) { _, _ in
            .answer(200, [UInt8](repeating: 0x20, count: 101))
        }
        #expect(answer == (.answerTooLarge(most: 100), 1))
    }

    @Test func whoTakesTooLongIsNotAskedAgain() async throws {
        let answer = try await failure({ $0.outsideTrainingTime = .milliseconds(50) }) { _, _ in .silence }
        #expect(answer == (.timedOut(.milliseconds(50)), 1))
    }

    @Test func aTrainingThatIsGivenUpEndsAtOnce() async throws {
        let work = Mutex<Task<OutsideModel, any Error>?>(nil)
        try await LoopbackReceiver.serve({ _, _ in
            work.withLock { $0?.cancel() }
            return .silence
        }) { receiver in
            let learner = try learner(receiver.url), training = try training()
            let task = work.withLock { work in
                let task = Task { try await learner.train(training) }
                work = task
                return task
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    // MARK: Rules

    @Test func onlyThisMachineIsAskedUnlessMoreIsAllowed() throws {
        #expect(throws: OutboundAddress.Refusal.self) { try HTTPOutsideLearner("http://example.org", OutboundRules()) }
        #expect(throws: OutboundAddress.Refusal.self) { try HTTPOutsideLearner("nonsense", OutboundRules()) }
        #expect(throws: OutboundAddress.Refusal.self) {
            try HTTPOutsideLearner("http://127.0.0.1:1/?key=1", OutboundRules())
        }
        let allowed = try HTTPOutsideLearner("http://example.org/mine/", OutboundRules(allowing: ["example.org"]))
        #expect(allowed.name == "example.org/mine")
    }
}
