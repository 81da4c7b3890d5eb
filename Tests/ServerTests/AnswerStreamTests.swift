import Kernel
import Server
import Synchronization
import Testing

/// A source whose pulls are answered by the test.
private final class HandSource: BodySource {
    typealias Receiver = @Sendable (Result<BodyEvent, ServiceError>) -> Void
    let length: Int64?
    let pulls = Mailbox<Receiver>()
    let cancellations = Mailbox<Void>()

    init(length: Int64? = nil) { self.length = length }

    func next(_ receive: @escaping Receiver) { pulls.put(receive) }
    func cancel() { cancellations.put(()) }

    func give(_ text: String) throws { try pulls.take()(.success(.chunks([Array(text.utf8)]))) }
    func end() throws { try pulls.take()(.success(.end(trailers: []))) }
}

/// Brings the same bytes again and again, and counts how often it was asked.
private final class EndlessSource: BodySource {
    let length: Int64? = nil
    let pulls = Mutex(0)
    private let bytes = [UInt8](repeating: 120, count: 64 << 10)

    func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
        pulls.withLock { $0 += 1 }
        receive(.success(.chunks([bytes])))
    }

    func cancel() {}
}

private final class KeptEntries: AccessLog {
    let entries = Mailbox<AccessLogEntry>()
    func record(_ entry: AccessLogEntry) { entries.put(entry) }
    func flush() {}
}

@Test func aStreamOfUnknownLengthIsChunkedAndLeavesTheConnectionOpen() async throws {
    let source = HandSource()
    try await withServer(answering: { request, responder in
        if request.head.path == "/next" { return responder.respond(status: 204) }
        responder.respond(status: 200, body: .stream(source))
    }) { port in
        let connection = try RawConnection(port: port)
        try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        let head = try connection.receive(until: "\r\n\r\n")
        #expect(head.contains("Transfer-Encoding: chunked\r\n") && !head.contains("Content-Length"))
        try source.give("hello")
        #expect(try connection.receive(until: "hello\r\n") == "5\r\nhello\r\n", "each pull goes out at once")
        // An empty chunk would have been the last one.
        try source.give("")
        try source.give("and more, sixteen")
        try source.end()
        #expect(try connection.receive(until: "0\r\n\r\n") == "11\r\nand more, sixteen\r\n0\r\n\r\n")
        try connection.send("GET /next HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try connection.receiveAnswer().status == 204)
    }
}

@Test func aStreamOfKnownLengthHasIt() async throws {
    let source = HandSource(length: 6)
    try await withServer(answering: { _, responder in responder.respond(status: 200, body: .stream(source)) }) { port in
        let connection = try RawConnection(port: port)
        try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        try source.give("abc")
        try source.give("def")
        try source.end()
        let answer = try connection.receiveAnswer()
        #expect(answer["content-length"] == "6" && answer["transfer-encoding"] == nil && answer.text == "abcdef")
    }
}

@Test func toAnOldClientTheEndOfTheConnectionIsTheEndOfTheStream() async throws {
    let source = HandSource()
    try await withServer(answering: { _, responder in responder.respond(status: 200, body: .stream(source)) }) { port in
        let connection = try RawConnection(port: port)
        try connection.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        try source.give("abc")
        try source.end()
        let answer = try connection.receiveToEnd()
        #expect(answer.contains("Connection: close\r\n") && answer.hasSuffix("\r\n\r\nabc"))
        #expect(!answer.contains("Transfer-Encoding"))
    }
}

/// The client must be able to tell that something is missing (RFC 9112, 8).
@Test(arguments: ["failure", "short", "long"])
func aStreamThatBreaksOffHasNoEnd(how: String) async throws {
    let source = HandSource(length: how == "failure" ? nil : 5)
    try await withServer(answering: { _, responder in responder.respond(status: 200, body: .stream(source)) }) { port in
        let connection = try RawConnection(port: port)
        try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = try connection.receive(until: "\r\n\r\n")
        try source.give(how == "long" ? "abcdef" : "abc")
        switch how {
        case "failure": try source.pulls.take()(.failure(ServiceError("Broken", status: 500, "")))
        case "short": try source.end()
        default: break
        }
        let rest = try connection.receiveToEnd()
        #expect(rest == ["failure": "3\r\nabc\r\n", "short": "abc", "long": ""][how])
        try source.cancellations.take()
    }
}

@Test func nothingIsPulledForAClientThatDoesNotRead() async throws {
    let source = EndlessSource()
    try await withServer(answering: { request, responder in
        if request.head.path == "/" { return responder.respond(status: 200, body: .stream(source)) }
        responder.respond(status: 200, body: .bytes(Array("\(source.pulls.withLock { $0 })".utf8)))
    }) { port in
        let slow = try RawConnection(port: port, receiveBuffer: 4096), other = try RawConnection(port: port)
        try slow.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        var counts: [Int] = []
        // The one event loop answers these between the pulls; once the socket is full there are none.
        for _ in 0..<2000 {
            try other.send("GET /count HTTP/1.1\r\nHost: h\r\n\r\n")
            counts.append(Int(try other.receiveAnswer().text) ?? 0)
        }
        #expect(counts.last == counts[1000], "no pull while the client stands still")
        #expect((counts.last ?? 0) < 400, "what waits for it is bounded by the system's buffers")
        for _ in 0..<100 { _ = try slow.receive() }
    }
}

@Test func aClientThatLeavesEndsItsStream() async throws {
    let source = HandSource(), log = KeptEntries()
    let pipeline = Pipeline.standard(
        logsAccess: true, crossOrigin: nil, health: HealthPaths(version: "1") { true },
        control: ClosureHandler(closure: echo),
        services: ClosureHandler { _, responder in
            responder.respond(status: 200, body: .stream(source, endsWithInput: true))
        })
    try await withServer(accessLog: log, handler: pipeline) { port in
        do {
            let connection = try RawConnection(port: port)
            try connection.send("GET /s HTTP/1.1\r\nHost: h\r\n\r\n")
            try source.give("abc")
            _ = try connection.receive(until: "abc\r\n")
        }
        try source.cancellations.take()
        let entry = try log.entries.take()
        #expect(entry.path == "/s" && entry.status == 200 && entry.bytesOut == 3)
    }
}

@Test func aClientThatOnlyStopsSendingGetsTheRestOfAStreamThatEnds() async throws {
    let source = HandSource()
    try await withServer(answering: { _, responder in responder.respond(status: 200, body: .stream(source)) }) { port in
        let connection = try RawConnection(port: port)
        try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        try source.give("abc")
        _ = try connection.receive(until: "abc\r\n")
        connection.shutdownSending()
        try source.give("def")
        try source.end()
        #expect(try connection.receiveToEnd() == "3\r\ndef\r\n0\r\n\r\n")
    }
}

@Test func aStreamThatIsNotSentIsCancelled() async throws {
    let source = HandSource()
    try await withServer(answering: { _, responder in responder.respond(status: 200, body: .stream(source)) }) { port in
        let connection = try RawConnection(port: port)
        try connection.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try connection.receiveAnswer(isHead: true)["content-length"] == nil)
        try source.cancellations.take()
    }
}

/// Only the client's silence counts as idleness, not that of the source.
@Test func aStreamMayBeSilentForLong() async throws {
    let source = HandSource()
    try await withServer({ $0.idleTime = .milliseconds(20) }) { _, responder in
        responder.respond(status: 200, body: .stream(source))
    } script: { port in
        let connection = try RawConnection(port: port), idle = try RawConnection(port: port)
        try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        // Closed after one to two of the times in which nothing happened.
        for _ in 0..<3 { #expect(try RawConnection(port: port).receiveToEnd().isEmpty) }
        #expect(try idle.receiveToEnd().isEmpty)
        try source.give("abc")
        try source.end()
        #expect(try connection.receive(until: "0\r\n\r\n").hasSuffix("3\r\nabc\r\n0\r\n\r\n"))
    }
}
