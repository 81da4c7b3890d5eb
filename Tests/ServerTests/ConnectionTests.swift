import Kernel
import Server
import Synchronization
import Testing

@Test func anAnswerCarriesDateRequestIDAndLength() async throws {
    try await withServer(answering: { _, responder in
        responder.addHeader("Vary", "Origin")
        responder.respond(status: 200, headers: HeaderFields([("X-A", "b")]), body: .bytes(Array("hello".utf8)))
    }) { port in
        let connection = try RawConnection(port: port)
        try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        let answer = try connection.receiveAnswer()
        #expect(answer.head.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer["date"] == "Mon, 28 Dec 2020 18:59:58 GMT")
        #expect(answer["content-length"] == "5")
        #expect(answer["x-a"] == "b")
        #expect(answer["vary"] == "Origin")
        #expect(answer["x-amz-request-id"]?.count == 16)
        #expect(answer["connection"] == nil)
        #expect(answer.text == "hello")
    }
}

@Test func aConnectionServesManyRequestsWithIDsOfTheirOwn() async throws {
    try await withServer(answering: echo) { port in
        let connection = try RawConnection(port: port)
        var ids: Set<String> = []
        for number in 0..<20 {
            let body = "body \(number)"
            try connection.send("PUT /\(number) HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.count)\r\n\r\n\(body)")
            let answer = try connection.receiveAnswer()
            #expect(answer.text == body)
            if let id = answer["x-amz-request-id"] { ids.insert(id) }
        }
        #expect(ids.count == 20)
    }
}

@Test func requestsSentAheadAreAnsweredInOrder() async throws {
    try await withServer(answering: { request, responder in
        if request.head.path == "/2" {
            // Answered later, from the body's end: the third request must wait for it.
            echo(request, responder)
        } else {
            responder.respond(status: 200, body: .bytes(Array(request.head.path.utf8)))
        }
    }) { port in
        let connection = try RawConnection(port: port)
        try connection.send(
            "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPUT /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nsecond"
                + "GET /3 HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try connection.receiveAnswer().text == "/1")
        #expect(try connection.receiveAnswer().text == "second")
        #expect(try connection.receiveAnswer().text == "/3")
    }
}

@Test func anAnswerMayComeLaterAndFromAnotherThread() async throws {
    let held = Mailbox<Responder>()
    try await withServer(answering: { request, responder in
        if request.head.path == "/now" { responder.respond(status: 204) } else { held.put(responder) }
    }) { port in
        let connection = try RawConnection(port: port)
        try connection.send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\nGET /now HTTP/1.1\r\nHost: h\r\n\r\n")
        try held.take().respond(status: 200, body: .bytes(Array("late".utf8)))
        #expect(try connection.receiveAnswer().text == "late")
        #expect(try connection.receiveAnswer().status == 204)
    }
}

@Test func onlyTheFirstAnswerCounts() async throws {
    try await withServer(answering: { _, responder in
        responder.respond(status: 200, body: .bytes([49]))
        responder.respond(status: 500, body: .bytes([50]))
    }) { port in
        let connection = try RawConnection(port: port)
        for _ in 0..<3 {
            try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try connection.receiveAnswer()
            #expect(answer.status == 200)
            #expect(answer.text == "1")
        }
    }
}

@Test func headIsAnsweredWithTheLengthButWithoutTheBody() async throws {
    try await withServer(answering: { request, responder in
        switch request.head.path {
        case "/said": responder.respond(status: 200, headers: HeaderFields([("Content-Length", "123")]))
        case "/none": responder.respond(status: 404)
        default: responder.respond(status: 200, body: .bytes(Array("hello".utf8)))
        }
    }) { port in
        let connection = try RawConnection(port: port)
        for (path, length) in [("/", "5"), ("/said", "123"), ("/none", nil)] as [(String, String?)] {
            try connection.send("HEAD \(path) HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try connection.receiveAnswer(isHead: true)["content-length"] == length)
        }
        try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try connection.receiveAnswer().text == "hello")
    }
}

@Test(arguments: [204, 304]) func answersThatHaveNoBodyHaveNoLengthEither(status: Int) async throws {
    try await withServer(answering: { _, responder in responder.respond(status: status, body: .bytes([1, 2])) }) {
        port in
        let connection = try RawConnection(port: port)
        for _ in 0..<2 {
            try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try connection.receiveAnswer()
            #expect(answer.status == status)
            #expect(answer["content-length"] == nil)
        }
    }
}

@Test func anEmptyAnswerSaysSo() async throws {
    try await withServer(answering: { _, responder in responder.respond(status: 200) }) { port in
        let connection = try RawConnection(port: port)
        try connection.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
        #expect(try connection.receiveAnswer()["content-length"] == "0")
    }
}

@Test(arguments: [
    ("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "close"), ("GET / HTTP/1.0\r\n\r\n", "close"),
])
func aConnectionClosesWhenTheClientWantsIt(request: String, connectionHeader: String) async throws {
    try await withServer(answering: { _, responder in responder.respond(status: 200, body: .bytes([65])) }) { port in
        let connection = try RawConnection(port: port)
        try connection.send(request)
        let answer = try connection.receiveToEnd()
        #expect(answer.contains("Connection: \(connectionHeader)\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nA"))
    }
}

@Test func anOldClientMayAskToKeepTheConnection() async throws {
    try await withServer(answering: { _, responder in responder.respond(status: 200, body: .bytes([65])) }) { port in
        let connection = try RawConnection(port: port)
        for _ in 0..<2 {
            try connection.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try connection.receiveAnswer()["connection"] == "keep-alive")
        }
    }
}

@Test func aClientThatStopsSendingStillGetsItsAnswer() async throws {
    try await withServer(answering: echo) { port in
        let connection = try RawConnection(port: port)
        try connection.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok")
        connection.shutdownSending()
        #expect(try connection.receiveToEnd().hasSuffix("\r\n\r\nok"))
    }
}

@Test func aWholeAddressIsTakenForItsPath() async throws {
    try await withServer(answering: { request, responder in
        responder.respond(status: 200, body: .bytes(Array((request.head.path + "|" + request.head.query).utf8)))
    }) { port in
        let connection = try RawConnection(port: port)
        for (target, expected) in [("http://h/a/b?c=d", "/a/b|c=d"), ("http://h", "/|"), ("/x%20y?z", "/x%20y|z")] {
            try connection.send("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try connection.receiveAnswer().text == expected)
        }
    }
}

@Test func lineEndsInHeaderValuesDoNotStartHeaders() async throws {
    try await withServer(answering: { _, responder in
        responder.respond(status: 200, headers: HeaderFields([("x-amz-meta-a", "1\r\nSet-Cookie: x\0")]))
    }) { port in
        let connection = try RawConnection(port: port)
        try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        let answer = try connection.receiveAnswer()
        #expect(answer["set-cookie"] == nil)
        #expect(answer["x-amz-meta-a"] == "1  Set-Cookie: x ")
    }
}

/// Whoever only stops sending cannot be told from one who leaves; the answer may still reach them.
@Test(arguments: [true, false])
func aClientThatLeavesBeforeTheAnswerIsNoticed(closes: Bool) async throws {
    let arrivals = Mailbox<Bool>(), departures = Mailbox<Bool>()
    try await withServer(answering: { request, responder in
        responder.whenClientLeaves {
            departures.put(true)
            responder.respond(status: 502)
        }
        readBody(request.body) { _ in arrivals.put(true) }
    }) { port in
        var connection: RawConnection? = try RawConnection(port: port)
        try connection?.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}")
        _ = try arrivals.take()
        if closes { connection = nil } else { connection?.shutdownSending() }
        _ = try departures.take()
        if let connection { #expect(try connection.receiveToEnd().hasPrefix("HTTP/1.1 502 ")) }
    }
}

@Test func aClientThatHasItsAnswerMayLeave() async throws {
    let departures = Mutex(0), answered = Mailbox<Bool>()
    try await withServer(answering: { request, responder in
        responder.whenClientLeaves { departures.withLock { $0 += 1 } }
        responder.respond(status: 204)
        responder.whenClientLeaves { departures.withLock { $0 += 1 } }
        answered.put(true)
    }) { port in
        let connection = try RawConnection(port: port)
        try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = try answered.take()
        connection.shutdownSending()
        #expect(try connection.receiveToEnd().hasPrefix("HTTP/1.1 204 "))
    }
    #expect(departures.withLock { $0 } == 0)
}
