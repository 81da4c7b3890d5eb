import Dispatch
import Kernel
import NIOCore
import NIOPosix
import Outbound
import Synchronization
import Testing

/// Requests on their way to another emulator, against one that does what the test says.
@Suite struct UpstreamRelayTests {
    /// A request's body in pieces that the test decides on; counts what was asked of it.
    private final class Pieces: BodySource {
        let length: Int64?
        private let pieces: Mutex<[[UInt8]]>
        let cancellations = Mutex(0)
        private let isEndless: Bool

        init(_ pieces: [String], length: Int64?, isEndless: Bool = false) {
            self.length = length
            self.isEndless = isEndless
            self.pieces = Mutex(pieces.map { Array($0.utf8) })
        }

        func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
            let piece = pieces.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            if let piece { return receive(.success(.chunks([piece]))) }
            if !isEndless { receive(.success(.end(trailers: []))) }
        }

        func cancel() { cancellations.withLock { $0 += 1 } }
    }

    private func head(
        _ method: String = "POST", _ target: String = "/a%20b?c=d&e", _ headers: [(String, String)] = []
    ) -> RequestHead {
        RequestHead(method: method, target: target, headers: HeaderFields(headers.map { (name: $0.0, value: $0.1) }))
    }

    private func relay(
        _ head: RequestHead, body: any BodySource = BytesBodySource([]), to port: Int
    ) async throws -> Result<RelayedAnswer, RelayFailure> {
        let relay = try UpstreamRelay("http://127.0.0.1:\(port)", OutboundRules())
        #expect(relay.name == "127.0.0.1:\(port)")
        return await withCheckedContinuation { continuation in
            _ = relay.relay(head, body: body) { continuation.resume(returning: $0) }
        }
    }

    private func read(_ body: BodyResult) async throws -> String {
        guard case .stream(let source, _) = body else { return "" }
        var text = ""
        while case .chunks(let chunks) = try await source.next() {
            for chunk in chunks { text += String(decoding: chunk.withUnsafeBytes { Array($0) }, as: UTF8.self) }
        }
        return text
    }

    private func failure(_ result: Result<RelayedAnswer, RelayFailure>) -> RelayFailure? {
        if case .failure(let failure) = result { failure } else { nil }
    }

    private static let empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    // MARK: Requests

    @Test func aRequestPassesOnButForWhatBelongsToItsConnection() async throws {
        let received = Mutex("")
        let upstream = try ScriptedUpstream { connection in
            let text = try connection.receive(until: "\r\n\r\nbody")
            received.withLock { $0 = text }
            try connection.send(Self.empty)
        }
        let request = head(
            "PUT", "/a%20b?c=d&e",
            [
                ("Host", "here:4566"), ("Authorization", "AWS4-HMAC-SHA256 x"),
                ("X-Amz-Target", "DynamoDB_20120810.PutItem"),
                ("Connection", "keep-alive, X-Hop"), ("X-Hop", "1"), ("Keep-Alive", "5"), ("TE", "trailers"),
                ("Expect", "100-continue"), ("Content-Length", "4"), ("x-twice", "1"), ("x-twice", "2"),
            ])
        let answer = try await relay(request, body: Pieces(["bo", "dy"], length: 4), to: upstream.port).get()
        #expect(try await read(answer.body).isEmpty)
        try await upstream.end()
        let lines = received.withLock { $0 }.components
        #expect(lines.first == "PUT /a%20b?c=d&e HTTP/1.1" && lines.last == "body")
        #expect(
            Set(lines.dropFirst().dropLast().map { $0.lowercased() }) == [
                "host: 127.0.0.1:\(upstream.port)", "authorization: aws4-hmac-sha256 x",
                "x-amz-target: dynamodb_20120810.putitem", "x-twice: 1", "x-twice: 2", "content-length: 4",
                "connection: close", "",
            ])
    }

    @Test func aBodyWithoutLengthIsChunked() async throws {
        let received = Mutex("")
        let upstream = try ScriptedUpstream { connection in
            let text = try connection.receive(until: "0\r\n\r\n")
            received.withLock { $0 = text }
            try connection.send(Self.empty)
        }
        _ = try await relay(head(), body: Pieces(["one", "three"], length: nil), to: upstream.port).get()
        try await upstream.end()
        let text = received.withLock { $0 }.lowercased()
        #expect(text.contains("transfer-encoding: chunked\r\n") && !text.contains("content-length"))
        #expect(text.hasSuffix("\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\n\r\n"))
    }

    @Test func aRequestWithoutBodySaysNothingOfOne() async throws {
        let received = Mutex("")
        let upstream = try ScriptedUpstream { connection in
            let text = try connection.receive(until: "\r\n\r\n")
            received.withLock { $0 = text }
            try connection.send(Self.empty)
        }
        _ = try await relay(head("GET"), to: upstream.port).get()
        try await upstream.end()
        #expect(!received.withLock { $0 }.lowercased().contains("content-length"))
    }

    /// The request is pulled only as fast as the other server takes it, save what the system's buffers hold.
    @Test func aSlowServerSlowsTheRequestDown() async throws {
        final class Large: BodySource {
            let length: Int64? = 64 << 20
            let pulled = Mutex(0)
            private let piece = [UInt8](repeating: 120, count: 1 << 20)

            func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
                let isOver = pulled.withLock { pulled in
                    guard pulled < 64 << 20 else { return true }
                    pulled += piece.count
                    return false
                }
                receive(.success(isOver ? .end(trailers: []) : .chunks([piece])))
            }

            func cancel() {}
        }
        let body = Large()
        let upstream = try ScriptedUpstream { connection in
            _ = try connection.receive(until: "\r\n\r\n")
            var received = 0
            while received < 64 << 20 {
                received += try connection.receive().count
                #expect(body.pulled.withLock { $0 } - received < 24 << 20)
            }
            try connection.send(Self.empty)
        }
        _ = try await relay(head(), body: body, to: upstream.port).get()
        try await upstream.end()
    }

    /// An answer may begin while the request is still on its way.
    @Test func bothDirectionsMayBeOpenAtOnce() async throws {
        let upstream = try ScriptedUpstream { connection in
            _ = try connection.receive(until: "first")
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nfirst")
            _ = try connection.receive(until: "second")
            try connection.send("second")
        }
        let source = Pieces(["first", "second"], length: 11)
        let answer = try await relay(head(), body: source, to: upstream.port).get()
        #expect(try await read(answer.body) == "firstsecond")
        try await upstream.end()
    }

    @Test func whoAnswersEarlyGetsNoMoreOfTheRequest() async throws {
        let upstream = try ScriptedUpstream { connection in
            _ = try connection.receive(until: "first")
            try connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
            #expect(try connection.receive().isEmpty)
        }
        let body = Pieces(["first"], length: 1_000_000, isEndless: true)
        let answer = try await relay(head(), body: body, to: upstream.port).get()
        #expect(try await read(answer.body) == "no" && answer.status == 413)
        try await upstream.end()
        #expect(body.cancellations.withLock { $0 } == 1)
    }

    @Test func aRequestThatBreaksOffIsNotCompleted() async throws {
        final class Broken: BodySource {
            let length: Int64? = nil
            func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
                receive(.failure(ServiceError("IncompleteBody", status: 400, "")))
            }
            func cancel() {}
        }
        let upstream = try ScriptedUpstream { connection in
            _ = try connection.receive(until: "\r\n\r\n")
            #expect(try connection.receive().isEmpty, "an end would make it complete")
        }
        let result = try await relay(head(), body: Broken(), to: upstream.port)
        #expect(failure(result) == .request(ServiceError("IncompleteBody", status: 400, "")))
        try await upstream.end()
    }

    // MARK: Answers

    @Test func anAnswerPassesBackButForWhatIsAddedHere() async throws {
        let upstream = try ScriptedUpstream { connection in
            _ = try connection.receive(until: "\r\n\r\n")
            try connection.send(
                "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://elsewhere/\r\nDate: today\r\nServer: other\r\n"
                    + "x-amzn-RequestId: 1\r\nx-amz-request-id: 2\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\n"
                    + "Set-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 5\r\n\r\nhe")
            try connection.send("llo")
        }
        let answer = try await relay(head("GET"), to: upstream.port).get()
        #expect(answer.status == 307, "redirects are not followed")
        #expect(
            answer.headers.fields.map { "\($0.name): \($0.value)" } == [
                "Location: http://elsewhere/", "x-amzn-RequestId: 1", "Set-Cookie: a", "Set-Cookie: b",
            ])
        #expect(answer.body.count == 5)
        #expect(try await read(answer.body) == "hello")
        try await upstream.end()
    }

    @Test(arguments: [true, false])
    func anAnswerMayHaveNoLength(isChunked: Bool) async throws {
        let upstream = try ScriptedUpstream { connection in
            _ = try connection.receive(until: "\r\n\r\n")
            try connection.send(
                isChunked
                    ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
                    : "HTTP/1.0 200 OK\r\n\r\nonetwo")
        }
        let answer = try await relay(head("GET"), to: upstream.port).get()
        #expect(answer.body.count == nil && answer.headers["transfer-encoding"] == nil)
        #expect(try await read(answer.body) == "onetwo")
        try await upstream.end()
    }

    @Test func headIsAnsweredWithTheLengthOfWhatIsNotSent() async throws {
        let upstream = try ScriptedUpstream { connection in
            _ = try connection.receive(until: "\r\n\r\n")
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n")
        }
        let answer = try await relay(head("HEAD"), to: upstream.port).get()
        #expect(answer.headers["content-length"] == "77" && answer.body.count == 0)
        try await upstream.end()
    }

    @Test func anAnswerThatBreaksOffFails() async throws {
        let upstream = try ScriptedUpstream { connection in
            _ = try connection.receive(until: "\r\n\r\n")
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nonly")
        }
        let answer = try await relay(head("GET"), to: upstream.port).get()
        await #expect(throws: ServiceError.self) { _ = try await read(answer.body) }
        try await upstream.end()
    }

    /// What nobody has asked for yet stays with the other server, save what the system's buffers hold.
    @Test func aSlowReaderSlowsTheOtherServerDown() async throws {
        let bytes = [UInt8](repeating: 120, count: 64 << 20)
        let (stalls, stalled) = AsyncStream.makeStream(of: Int.self)
        let upstream = try ScriptedUpstream { connection in
            _ = try connection.receive(until: "\r\n\r\n")
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(bytes.count)\r\n\r\n")
            let count = connection.sendUntilNobodyReads(bytes)
            stalled.yield(count)
            try connection.send(Array(bytes[count...]))
        }
        let answer = try await relay(head("GET"), to: upstream.port).get()
        // Nobody pulls until the other server can send no more.
        for await count in stalls {
            #expect(count < bytes.count / 2)
            break
        }
        #expect(try await read(answer.body).utf8.count == bytes.count)
        try await upstream.end()
    }

    @Test func whoeverWantsNoMoreClosesTheConnection() async throws {
        let upstream = try ScriptedUpstream { connection in
            _ = try connection.receive(until: "\r\n\r\n")
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx")
            #expect(try connection.receive().isEmpty)
        }
        let answer = try await relay(head("GET"), to: upstream.port).get()
        answer.body.abandon()
        try await upstream.end()
    }

    /// Hands the results of relays to a test.
    private func relayed() -> (
        AsyncStream<Result<RelayedAnswer, RelayFailure>>, @Sendable (Result<RelayedAnswer, RelayFailure>) -> Void
    ) {
        let (results, result) = AsyncStream.makeStream(of: Result<RelayedAnswer, RelayFailure>.self)
        return (results, { result.yield($0) })
    }

    private func first(
        of results: AsyncStream<Result<RelayedAnswer, RelayFailure>>
    ) async throws -> Result<RelayedAnswer, RelayFailure> {
        let result = await results.first { _ in true }
        return try #require(result)
    }

    @Test func whoeverLeavesBeforeTheAnswerClosesTheConnection() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let upstream = try ScriptedUpstream { connection in
            _ = try connection.receive(until: "first")
            arrived.yield()
            #expect(try connection.receive().isEmpty)
        }
        let relay = try UpstreamRelay("http://127.0.0.1:\(upstream.port)", OutboundRules())
        let body = Pieces(["first"], length: 10, isEndless: true), (results, receive) = relayed()
        let cancel = relay.relay(head(), body: body, receive)
        for await _ in arrivals { break }
        cancel()
        cancel()
        let result = try await first(of: results)
        #expect(failure(result) == .unreachable("the client left before there was an answer"))
        try await upstream.end()
        #expect(body.cancellations.withLock { $0 } == 1)
    }

    /// Runs what the loops of the relays shall only see once it is over.
    private func whileLoopsStandStill(_ body: () -> Void) {
        let entered = DispatchSemaphore(value: 0), over = DispatchSemaphore(value: 0)
        let loops = Array(MultiThreadedEventLoopGroup.singleton.makeIterator())
        for loop in loops {
            loop.execute {
                entered.signal()
                over.wait()
            }
        }
        for _ in loops { entered.wait() }
        body()
        for _ in loops { over.signal() }
    }

    @Test func whoeverLeavesAtOnceHasNothingSent() async throws {
        let upstream = try ScriptedUpstream { connection in
            let bytes = try connection.receive()
            #expect(bytes.isEmpty)
        }
        let relay = try UpstreamRelay("http://127.0.0.1:\(upstream.port)", OutboundRules())
        let (results, receive) = relayed()
        // No connection comes about before the client has left.
        whileLoopsStandStill { relay.relay(head(), body: Pieces(["first"], length: 5), receive)() }
        let result = try await first(of: results)
        #expect(failure(result) == .unreachable("the client left before there was an answer"))
        try await upstream.end()
    }

    @Test func whatIsAnsweredIsNotCancelledAnyMore() async throws {
        let upstream = try ScriptedUpstream { connection in
            _ = try connection.receive(until: "\r\n\r\n")
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        }
        let relay = try UpstreamRelay("http://127.0.0.1:\(upstream.port)", OutboundRules())
        let (results, receive) = relayed()
        let cancel = relay.relay(head("GET"), body: BytesBodySource([]), receive)
        let answer = try await first(of: results).get()
        cancel()
        #expect(try await read(answer.body) == "hello")
        try await upstream.end()
    }

    @Test func onlySoManyRequestsAreUnderWay() async throws {
        let upstream = try ScriptedUpstream { connection in _ = try connection.receive(until: "first") }
        let relay = try UpstreamRelay("http://127.0.0.1:\(upstream.port)", OutboundRules(), limit: 1)
        let (results, receive) = relayed(), (others, receiveOther) = relayed()
        _ = relay.relay(head(), body: Pieces(["first"], length: 10, isEndless: true), receive)
        let refused = Pieces(["second"], length: 6)
        _ = relay.relay(head(), body: refused, receiveOther)
        let other = try await first(of: others)
        #expect(failure(other) == .busy)
        #expect(refused.cancellations.withLock { $0 } == 1)
        // The script ends, and with it the first connection: there is room again, though nobody listens any more.
        _ = await results.first { _ in true }
        try await upstream.end()
        var last = RelayFailure.busy
        while last == .busy {
            let (further, receiveFurther) = relayed()
            _ = relay.relay(head("GET"), body: BytesBodySource([]), receiveFurther)
            let result = try await first(of: further)
            last = try #require(failure(result))
            await Task.yield()
        }
        guard case .unreachable = last else {
            Issue.record("\(last)")
            return
        }
    }

    // MARK: Nobody there

    @Test func whoDoesNotAnswerIsUnreachable() async throws {
        let gone = try ScriptedUpstream { _ in }
        _ = try await relay(head("GET"), to: gone.port)
        try await gone.end()
        let body = Pieces([], length: 5)
        guard case .unreachable(let reason)? = failure(try await relay(head(), body: body, to: gone.port)) else {
            Issue.record("nobody listens there")
            return
        }
        #expect(reason.contains("refused"))
        #expect(body.cancellations.withLock { $0 } == 1)
    }

    @Test(arguments: ["", "nonsense\r\n\r\n", "HTTP/1.1 200"])
    func whatIsNoAnswerIsNone(text: String) async throws {
        let upstream = try ScriptedUpstream { connection in
            _ = try connection.receive(until: "\r\n\r\n")
            try connection.send(text)
        }
        guard case .unreachable? = failure(try await relay(head("GET"), to: upstream.port)) else {
            Issue.record("that was an answer")
            return
        }
        try await upstream.end()
    }

    @Test(arguments: [
        ("http://127.0.0.1:1/base", "has a path"), ("http://example.org", "--allow-outbound example.org:80"),
        ("http://169.254.169.254", "never"), ("127.0.0.1:1", "is no address"),
    ])
    func whereNothingMayGoIsRefused(url: String, words: String) {
        do {
            _ = try UpstreamRelay(url, OutboundRules(allowing: ["169.254.169.254"]))
            Issue.record("\(url) was taken")
        } catch { #expect(error.description.contains(words), "\(error)") }
    }
}

extension String {
    /// The lines of a head, and the body behind it.
    fileprivate var components: [String] {
        split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
    }
}
