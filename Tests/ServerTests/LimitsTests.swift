import Kernel
import Server
import Testing

private let hello: @Sendable (ServerRequest, Responder) -> Void = { _, responder in
    responder.respond(status: 200, body: .bytes(Array("hello".utf8)))
}

@Test func aHeadBeyondTheLimitsIsRefusedInTheHandlersWords() async throws {
    let requests = [
        "GET / HTTP/1.1\r\nHost: h\r\nX: " + String(repeating: "a", count: 70_000) + "\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n" + (0..<300).map { "X\($0): 1\r\n" }.joined() + "\r\n",
    ]
    for request in requests {
        try await withServer(answering: hello) { port in
            let connection = try RawConnection(port: port)
            try connection.send(request)
            let answer = try connection.receiveToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(answer.hasSuffix("RequestHeaderSectionTooLarge"))
        }
    }
}

@Test(arguments: [
    "nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET x HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\n folded: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost : h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, x\r\n\r\n",
])
func whatIsNoRequestIsRefusedAndTheConnectionClosed(request: String) async throws {
    try await withServer(answering: hello) { port in
        let connection = try RawConnection(port: port)
        try connection.send(request)
        let answer = try connection.receiveToEnd()
        #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(request)")
        #expect(answer.contains("Connection: close\r\n"))
    }
}

@Test func connectionsBeyondTheBoundAreClosed() async throws {
    try await withServer({ $0.limits.connections = 2 }, answering: hello) { port in
        let kept = try [RawConnection(port: port), RawConnection(port: port)]
        for connection in kept {
            try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try connection.receiveAnswer().text == "hello")
        }
        let third = try RawConnection(port: port)
        #expect(try third.receiveToEnd().isEmpty)
        try kept[0].send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try kept[0].receiveAnswer().text == "hello")
    }
}

@Test func idleConnectionsAreClosed() async throws {
    try await withServer({ $0.idleTime = .milliseconds(50) }, answering: hello) { port in
        let silent = try RawConnection(port: port)
        #expect(try silent.receiveToEnd().isEmpty)
        let half = try RawConnection(port: port)
        try half.send("GET / HTTP/1.1\r\nHo")
        #expect(try half.receiveToEnd().isEmpty)
    }
}

@Test func aHandlerMayTakeLongerThanTheIdleTime() async throws {
    let held = Mailbox<Responder>()
    try await withServer(
        { $0.idleTime = .milliseconds(20) },
        answering: { request, responder in
            if request.head.path == "/tick" { return responder.respond(status: 204) }
            held.put(responder)
        }
    ) { port in
        let waiting = try RawConnection(port: port)
        try waiting.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
        // Several idle connections come and go meanwhile, each taking an idle time.
        for _ in 0..<5 { #expect(try RawConnection(port: port).receiveToEnd().isEmpty) }
        try held.take().respond(status: 200, body: .bytes([65]))
        #expect(try waiting.receiveAnswer().text == "A")
    }
}

@Test func aTakenPortIsNamed() async throws {
    try await withServer(answering: hello) { _ in }
    let first = HTTPServer(
        .init(addresses: [.init(host: "127.0.0.1", port: 0)], threads: 1), clock: WallClock(),
        entropy: SystemEntropy(), accessLog: nil, handler: ClosureHandler(closure: hello))
    let address = try await first.start()[0]
    let second = HTTPServer(
        .init(addresses: [address], threads: 1), clock: WallClock(), entropy: SystemEntropy(), accessLog: nil,
        handler: ClosureHandler(closure: hello))
    let error = await #expect(throws: ListenError.self) { try await second.start() }
    #expect(error?.reason == .addressInUse)
    #expect(error?.description == "\(address) is in use by another program")
    await first.close()
}
