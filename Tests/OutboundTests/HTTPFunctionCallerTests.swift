import Engine
import JSON
import Kernel
import NIOHTTP1
import Outbound
import Synchronization
import Testing

/// Calls over HTTP: Lambda's Invoke API (API reference: Invoke) and plain addresses.
@Suite struct HTTPFunctionCallerTests {
    private let path =
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Amy-sagemaker-function/invocations"

    /// Runs against a server that follows a script, named as the endpoint of all functions.
    private func invoking<Value>(
        _ script: @escaping LoopbackReceiver.Script,
        _ body: (FunctionFixture, LoopbackReceiver) async throws -> Value
    ) async throws -> Value {
        try await LoopbackReceiver.serve(script) { receiver in
            try await body(try FunctionFixture(endpoint: receiver.url), receiver)
        }
    }

    // MARK: Requests

    @Test func theInvokeAPIIsCalledWithTheARNInThePath() async throws {
        try await invoking({ _, _ in .ok("answer") }) { fixture, receiver async throws in
            #expect(try await fixture.text() == "answer")
            let request = try #require(receiver.requests.first)
            #expect(request.method == "POST" && request.target == path)
            #expect(request.body == FunctionFixture.payload)
            #expect(request.headers["host"] == ["127.0.0.1:\(receiver.port)"])
            #expect(request.headers["content-type"] == ["application/json"])
            #expect(request.headers["x-amz-invocation-type"] == ["RequestResponse"])
            #expect(request.headers["x-amz-date"] == ["20201228T185958Z"])
            let scope = "Credential=000000000000/20201228/us-east-1/lambda/aws4_request"
            #expect(request.headers.first(name: "authorization")?.contains(scope) == true)
            #expect(receiver.requests.count == 1 && fixture.waits.all.isEmpty)
        }
    }

    @Test func aPathOfTheEndpointGoesBeforeTheAPIs() async throws {
        try await LoopbackReceiver.serve({ _, _ in .ok("{}") }) { receiver in
            for base in ["/local", "/local/"] {
                _ = try await FunctionFixture(endpoint: receiver.url + base).text()
            }
            #expect(receiver.requests.map(\.target) == ["/local" + path, "/local" + path])
        }
    }

    @Test func aFunctionWithAnAddressGetsAPlainPost() async throws {
        try await LoopbackReceiver.serve({ _, _ in .ok("plain") }) { receiver in
            let fixture = try FunctionFixture(endpoint: "http://127.0.0.1:9")
            try await fixture.put([
                "functions": .object([FunctionFixture.function.description: .string(receiver.url + "/hook?a=b")])
            ])
            #expect(try await fixture.text() == "plain")
            let request = try #require(receiver.requests.first)
            #expect(request.target == "/hook?a=b" && request.body == FunctionFixture.payload)
            #expect(!request.headers.contains(name: "authorization"))
        }
    }

    @Test func whatWasPutGoesBeforeTheCommandLine() async throws {
        try await LoopbackReceiver.serve({ _, _ in .ok("put") }) { receiver in
            let fixture = try FunctionFixture(endpoint: "http://127.0.0.1:9")
            #expect(try await fixture.caller.isConfigured(FunctionFixture.function))
            try await fixture.put(["endpoint": .string(receiver.url)])
            #expect(try await fixture.text() == "put")
        }
    }

    @Test func withoutEndpointOrAddressAFunctionIsNowhere() async throws {
        let fixture = try FunctionFixture()
        #expect(try await !fixture.caller.isConfigured(FunctionFixture.function))
        #expect(try await fixture.failure() == .notConfigured)
    }

    // MARK: Answers

    @Test func theFunctionsOwnErrorIsAnAnswer() async throws {
        let body = Array(#"{"errorMessage":"no such label","errorType":"KeyError","stackTrace":[]}"#.utf8)
        for headers in [[("X-Amz-Function-Error", "Unhandled")], []] {
            try await invoking({ _, _ in .answer(200, headers: headers, body) }) { fixture, receiver async throws in
                #expect(try await fixture.failure() == .functionError(type: "KeyError", message: "no such label"))
                #expect(receiver.requests.count == 1)
            }
        }
        try await invoking({ _, _ in .answer(200, headers: [("x-amz-function-error", "Unhandled")], [0x78]) }) {
            fixture, _ async throws in #expect(try await fixture.failure() == .functionError(type: "", message: "x"))
        }
    }

    @Test(arguments: [429, 500, 502, 503])
    func whatMayPassIsAskedForAgain(status: Int) async throws {
        try await invoking({ _, before in before < 2 ? .answer(status, []) : .ok("late") }) {
            fixture, receiver async throws in
            #expect(try await fixture.text() == "late")
            #expect(receiver.requests.count == 3)
            #expect(receiver.requests.allSatisfy { $0.body == FunctionFixture.payload })
            #expect(fixture.waits.all == [.milliseconds(200), .milliseconds(400)])
        }
    }

    @Test func aConnectionThatBreaksIsTriedAgain() async throws {
        try await invoking({ _, before in before == 0 ? .close : .ok("late") }) { fixture, _ async throws in
            #expect(try await fixture.text() == "late")
            #expect(fixture.waits.all == [.milliseconds(200)])
        }
    }

    @Test func attemptsEndAndWaitsDoNotGrowForEver() async throws {
        try await invoking({ _, _ in .answer(503, Array(#"{"message":"starting"}"#.utf8)) }) {
            fixture, receiver async throws in
            let failure = try await fixture.failure(fixture.call(attempts: 9))
            #expect(failure == .unreachable("127.0.0.1:\(receiver.port) answered with status 503: starting"))
            #expect(receiver.requests.count == 9)
            #expect(fixture.waits.all.map { $0 / .milliseconds(100) } == [2, 4, 8, 16, 32, 64, 100, 100])
        }
        try await invoking({ _, _ in .answer(429, []) }) { fixture, receiver async throws in
            #expect(try await fixture.failure(fixture.call(attempts: 1)) == .throttled)
            #expect(receiver.requests.count == 1 && fixture.waits.all.isEmpty)
        }
    }

    @Test func nobodyThereIsSaidInPlainWords() async throws {
        let port = try await LoopbackReceiver.serve({ _, _ in .close }) { $0.port }
        let fixture = try FunctionFixture(endpoint: "http://127.0.0.1:\(port)")
        #expect(
            try await fixture.failure() == .unreachable("no connection to 127.0.0.1:\(port): Connection refused"))
        #expect(fixture.waits.all.count == 3)
    }

    @Test func refusalsAreNotAskedForAgain() async throws {
        let denied = Array(#"{"Message":"not yours"}"#.utf8)
        try await invoking({ _, _ in
            .answer(403, headers: [("x-amzn-ErrorType", "AccessDeniedException:http://x")], denied)
        }) { fixture, receiver async throws in
            #expect(try await fixture.failure() == .refused(status: 403, "AccessDeniedException: not yours"))
            #expect(receiver.requests.count == 1)
        }
        let missing = Array(#"{"Type":"User","Message":"Function not found: f"}"#.utf8)
        try await invoking({ _, _ in .answer(404, missing) }) { fixture, _ async throws in
            #expect(try await fixture.failure() == .notFound("Function not found: f"))
        }
        try await invoking({ _, _ in .answer(413, []) }) { fixture, _ async throws in
            #expect(try await fixture.failure() == .requestTooLarge(bytes: FunctionFixture.payload.count))
        }
        try await invoking({ request, _ in .answer(302, headers: [("location", "/elsewhere")], []) }) {
            fixture, _ async throws in
            #expect(try await fixture.failure() == .refused(status: 302, ""))
        }
    }

    // MARK: Bounds

    @Test func anAnswerMayHaveAsManyBytesAsAreAllowed() async throws {
        try await invoking({ _, _ in .answer(200, [UInt8](repeating: 0x20, count: 1000)) }) { fixture, _ async throws in
            #expect(try await fixture.text().utf8.count == 1000)
        }
        try await invoking({ _, _ in .answer(200, [UInt8](repeating: 0x20, count: 1001)) }) {
            fixture, receiver async throws in
            #expect(try await fixture.failure() == .answerTooLarge(most: 1000))
            #expect(receiver.requests.count == 1)
        }
    }

    @Test func aRequestThatIsTooLargeIsNotSent() async throws {
        try await invoking({ _, _ in .ok("") }) { fixture, receiver async throws in
            let call = fixture.call([UInt8](repeating: 0x20, count: 1001))
            #expect(try await fixture.failure(call) == .requestTooLarge(bytes: 1001))
            #expect(receiver.requests.isEmpty)
        }
    }

    @Test func aFunctionThatTakesTooLongIsNotCalledAgain() async throws {
        try await invoking({ _, _ in .silence }) { fixture, receiver async throws in
            let call = fixture.call(timeLimit: .milliseconds(50))
            #expect(try await fixture.failure(call) == .timedOut(.milliseconds(50)))
            #expect(receiver.requests.count == 1)
        }
    }

    @Test func aCallThatIsGivenUpEndsAtOnce() async throws {
        let work = Mutex<Task<[UInt8], any Error>?>(nil)
        try await invoking({ _, _ in
            work.withLock { $0?.cancel() }
            return .silence
        }) { fixture, _ async throws in
            let call = fixture.call(timeLimit: .seconds(900))
            let task = work.withLock { work in
                let task = Task { try await fixture.caller.invoke(call) }
                work = task
                return task
            }
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    // MARK: Rules

    @Test func onlyThisMachineIsCalled() async throws {
        #expect(throws: OutboundAddress.Refusal.self) { _ = try FunctionFixture(endpoint: "http://example.org") }
        let fixture = try FunctionFixture()
        #expect(fixture.caller.refusal(ofAddress: "http://127.0.0.1:1/x") == nil)
        #expect(fixture.caller.refusal(ofAddress: "http://example.org")?.contains("--allow-outbound") == true)
        #expect(fixture.caller.refusal(ofAddress: "nonsense") != nil)
        // Put by a program that was allowed more.
        try await fixture.put(["endpoint": "http://example.org"])
        guard case .unreachable(let text) = try await fixture.failure() else {
            Issue.record("it was called")
            return
        }
        #expect(text.contains("--allow-outbound example.org:80"))
    }
}
