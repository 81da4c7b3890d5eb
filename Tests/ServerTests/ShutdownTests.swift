import Kernel
import Server
import Testing

private func server(
    deadline: Duration, _ handler: @escaping @Sendable (ServerRequest, Responder) -> Void
) -> HTTPServer {
    var configuration = HTTPServer.Configuration(addresses: [.init(host: "127.0.0.1", port: 0)], threads: 1)
    configuration.shutdownDeadline = deadline
    return HTTPServer(
        configuration, clock: WallClock(), entropy: SystemEntropy(), accessLog: nil,
        handler: ClosureHandler(closure: handler))
}

@Test func requestsInFlightFinishBeforeTheServerEnds() async throws {
    let held = Mailbox<Responder>()
    // Longer than a busy machine takes for the whole test.
    let server = server(deadline: .seconds(900)) { _, responder in held.put(responder) }
    let port = try await server.start()[0].port
    let idle = try RawConnection(port: port), busy = try RawConnection(port: port)
    try busy.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    let responder = try await onThread { try held.take() }
    async let closed: Void = server.close()
    // The idle connection goes first; then the busy one is answered, and closed.
    #expect(try await onThread { try idle.receiveToEnd() }.isEmpty)
    responder.respond(status: 200, body: .bytes([65]))
    let answer = try await onThread { try busy.receiveToEnd() }
    #expect(answer.contains("Connection: close\r\n"))
    #expect(answer.hasSuffix("\r\n\r\nA"))
    await closed
    #expect(throws: RawConnection.Failure.self) { _ = try RawConnection(port: port) }
}

@Test func theDeadlineEndsWhatDoesNotFinish() async throws {
    let held = Mailbox<Responder>()
    let server = server(deadline: .milliseconds(50)) { _, responder in held.put(responder) }
    let port = try await server.start()[0].port
    let busy = try RawConnection(port: port)
    try busy.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    let responder = try await onThread { try held.take() }
    await server.close()
    #expect(try await onThread { try busy.receiveToEnd() }.isEmpty)
    // An answer that comes too late has nowhere to go, and does no harm.
    responder.respond(status: 200)
}
