import Kernel
import Server
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Test func aWaitingClientIsToldToGoOnByTheFirstPull() async throws {
    let held = Mailbox<(ServerRequest, Responder)>()
    try await withServer(answering: { request, responder in held.put((request, responder)) }) {
        port in
        let connection = try RawConnection(port: port)
        try connection.send("PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        let (request, responder) = try held.take()
        // Nothing has been pulled, so nothing may have been sent.
        var probe: UInt8 = 0
        #expect(recv(connection.descriptor, &probe, 1, Int32(MSG_DONTWAIT)) == -1)
        echo(request, responder)
        #expect(try connection.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        try connection.send("hello")
        #expect(try connection.receiveAnswer().text == "hello")
    }
}

@Test func aWaitingClientCanBeRefusedWithoutItsBody() async throws {
    try await withServer(answering: { _, responder in responder.respond(status: 412, body: .bytes([65])) }) { port in
        let connection = try RawConnection(port: port)
        try connection.send("PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        let answer = try connection.receiveToEnd()
        #expect(answer.hasPrefix("HTTP/1.1 412 Precondition Failed\r\n"))
        #expect(answer.contains("Connection: close\r\n"))
    }
}

@Test func aClientThatAsksToGoOnWithoutABodyIsToldSo() async throws {
    try await withServer(answering: echo) { port in
        let connection = try RawConnection(port: port)
        for _ in 0..<2 {
            try connection.send("PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n")
            #expect(try connection.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            let answer = try connection.receiveAnswer()
            #expect(answer.status == 200 && answer.text.isEmpty)
        }
    }
}

@Test func aBodyThatCameAnywayNeedsNoInvitation() async throws {
    try await withServer(answering: echo) { port in
        let connection = try RawConnection(port: port)
        try connection.send("PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello")
        let head = try connection.receive(until: "\r\n\r\n")
        let answer =
            head.hasPrefix("HTTP/1.1 100")
            ? try connection.receiveAnswer().text : String(decoding: try connection.receive(), as: UTF8.self)
        #expect(answer == "hello")
    }
}

@Test func aSmallUnreadBodyIsPassedOver() async throws {
    try await withServer(answering: { _, responder in responder.respond(status: 403) }) { port in
        let connection = try RawConnection(port: port)
        try connection.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234")
        #expect(try connection.receiveAnswer().status == 403)
        try connection.send("56789GET /b HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try connection.receiveAnswer().status == 403)
    }
}

@Test func aLargeUnreadBodyClosesTheConnection() async throws {
    try await withServer(answering: { _, responder in responder.respond(status: 403, body: .bytes([65])) }) { port in
        let connection = try RawConnection(port: port)
        try connection.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n")
        for _ in 0..<4 { try connection.send([UInt8](repeating: 1, count: 1 << 16)) }
        let answer = try connection.receiveToEnd()
        #expect(answer.hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
        #expect(answer.contains("Connection: close\r\n"))
        #expect(answer.hasSuffix("A"))
    }
}

@Test func chunkedTransferIsUndone() async throws {
    try await withServer(answering: echo) { port in
        let connection = try RawConnection(port: port)
        try connection.send(
            "PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nT: v\r\n\r\n"
        )
        #expect(try connection.receiveAnswer().text == "hello world")
        try connection.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx")
        #expect(try connection.receiveAnswer().text == "x")
    }
}

@Test func aBodyThatEndsEarlyFails() async throws {
    for request in ["Content-Length: 10\r\n\r\n01234", "Transfer-Encoding: chunked\r\n\r\n5\r\nhel"] {
        try await withServer(answering: echo) { port in
            let connection = try RawConnection(port: port)
            try connection.send("PUT /a HTTP/1.1\r\nHost: h\r\n" + request)
            connection.shutdownSending()
            let answer = try connection.receiveToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(answer.hasSuffix("IncompleteBody"))
        }
    }
}

@Test func brokenChunksFailTheBody() async throws {
    try await withServer(answering: echo) { port in
        let connection = try RawConnection(port: port)
        try connection.send("PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        #expect(try connection.receiveToEnd().hasPrefix("HTTP/1.1 400 "))
    }
}

@Test func aLargeBodyArrivesWhole() async throws {
    let count = 1 << 20
    try await withServer(answering: { request, responder in
        readBody(request.body) { result in
            let sum = ((try? result.get()) ?? []).reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) }
            responder.respond(status: 200, body: .bytes(Array(String(sum).utf8)))
        }
    }) { port in
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let connection = try RawConnection(port: port)
        try connection.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: \(count)\r\n\r\n")
        try connection.send(body)
        #expect(try connection.receiveAnswer().text == String(body.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) }))
    }
}

@Test func aBodyThatNobodyPullsStopsAtTheWindow() async throws {
    let held = Mailbox<(ServerRequest, Responder)>()
    try await withServer(
        { $0.limits.bodyWindowBytes = 256 << 10 },
        answering: { request, responder in
            request.body.next { _ in held.put((request, responder)) }
        }
    ) { port in
        let connection = try RawConnection(port: port)
        let total = 40 << 20
        try connection.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: \(total)\r\n\r\nx")
        let (request, responder) = try held.take()
        // The sockets take some megabytes, the window its share, and then nothing more goes through.
        let block = [UInt8](repeating: 0, count: 1 << 16)
        var sent = 1, refusals = 0
        while refusals < 2000, sent < total {
            let count = connection.sendWithoutWaiting(block)
            sent += count
            refusals = count == 0 ? refusals + 1 : 0
            if count == 0 { sched_yield() }
        }
        #expect(sent < 32 << 20)
        // Pulling lets the rest through.
        countBody(request.body) { responder.respond(status: 200, body: .bytes(Array(String($0).utf8))) }
        try connection.send([UInt8](repeating: 0, count: total - sent))
        #expect(try connection.receiveAnswer().text == String(total - 1))
    }
}

/// Pulls a whole body and only counts it.
private func countBody(_ body: any BodySource, _ count: Int = 0, _ done: @escaping @Sendable (Int) -> Void) {
    body.next { result in
        guard case .success(.chunks(let chunks)) = result else { return done(count) }
        countBody(body, chunks.reduce(count) { $0 + $1.count }, done)
    }
}
