import JSON
import Kernel
import Server
import Synchronization
import Testing

/// Keeps the entries.
private final class KeptLog: AccessLog {
    let entries = Mutex<[AccessLogEntry]>([])
    func record(_ entry: AccessLogEntry) { entries.withLock { $0.append(entry) } }
    func flush() {}
}

private func pipeline(isReady: @escaping @Sendable () -> Bool = { true }) -> Pipeline {
    Pipeline.standard(
        logsAccess: true, crossOrigin: nil, health: HealthPaths(version: "1.2.3", isReady: isReady),
        control: ClosureHandler { _, responder in responder.respond(status: 200, body: .bytes(Array("control".utf8))) },
        services: ClosureHandler { request, responder in
            responder.note(account: .standard, operation: "PutObject")
            echo(request, responder)
        })
}

@Test func pathsLeadToTheirHandlers() async throws {
    try await withServer(handler: pipeline()) { port in
        let connection = try RawConnection(port: port)
        for (target, status, text) in [
            ("/_groundwork/live", 200, #"{"status":"live"}"#), ("/_groundwork/ready", 200, #"{"status":"ready"}"#),
            ("/_groundwork/version", 200, #"{"version":"1.2.3"}"#), ("/_groundwork/rules", 200, "control"),
            ("/_groundwork", 200, ""), ("/bucket/live", 200, ""),
        ] {
            try connection.send("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try connection.receiveAnswer()
            #expect(answer.status == status)
            #expect(answer.text == text, "\(target)")
        }
        try connection.send("DELETE /_groundwork/live HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try connection.receiveAnswer().status == 405)
    }
}

@Test func readinessIsAskedEachTime() async throws {
    let isReady = Mutex(false)
    try await withServer(handler: pipeline { isReady.withLock { $0 } }) { port in
        let connection = try RawConnection(port: port)
        for (ready, status) in [(false, 503), (true, 200)] {
            isReady.withLock { $0 = ready }
            try connection.send("GET /_groundwork/ready HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try connection.receiveAnswer().status == status)
        }
    }
}

@Test func everyAnswerIsLoggedOnce() async throws {
    let log = KeptLog()
    try await withServer(accessLog: log, handler: pipeline()) { port in
        let connection = try RawConnection(port: port)
        try connection.send("PUT /b/k?x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
        let answer = try connection.receiveAnswer()
        try connection.send("HEAD /_groundwork/live HTTP/1.1\r\nHost: h\r\n\r\n")
        _ = try connection.receiveAnswer(isHead: true)
        let entries = log.entries.withLock { $0 }
        #expect(entries.count == 2)
        #expect(entries[0].method == "PUT")
        #expect(entries[0].path == "/b/k")
        #expect(entries[0].status == 200)
        #expect(entries[0].bytesIn == 5)
        #expect(entries[0].bytesOut == 5)
        #expect(entries[0].requestID.description == answer["x-amz-request-id"])
        #expect(entries[0].account == .standard)
        #expect(entries[0].operation == "PutObject")
        #expect(entries[0].remoteAddress == "127.0.0.1")
        #expect(entries[1].bytesOut == 0)
    }
}
