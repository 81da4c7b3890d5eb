// A server on a free loopback port, and a client that speaks raw bytes to it.

import Dispatch
import Kernel
import NIOPosix
import Server
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Answers with what a closure does; refusals become their code as text.
struct ClosureHandler: RequestHandler {
    let closure: @Sendable (ServerRequest, Responder) -> Void

    func handle(_ request: ServerRequest, _ responder: Responder) { closure(request, responder) }

    func refuse(_ error: ServiceError, _ responder: Responder) {
        responder.respond(status: error.status, body: .bytes(Array(error.code.utf8)))
    }
}

/// Threads for scripts, which block; enough of them for all tests at once.
private let scriptThreads: NIOThreadPool = {
    let pool = NIOThreadPool(numberOfThreads: 16)
    pool.start()
    return pool
}()

/// Runs blocking code beside the tests' own threads.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await scriptThreads.runIfActive(work)
}

/// Starts a server with a handler, runs a script against it on a thread that may block, and closes the server.
func withServer(
    _ change: (inout HTTPServer.Configuration) -> Void = { _ in }, accessLog: (any AccessLog)? = nil,
    handler: any RequestHandler, script: @escaping @Sendable (Int) throws -> Void
) async throws {
    var configuration = HTTPServer.Configuration(addresses: [.init(host: "127.0.0.1", port: 0)], threads: 1)
    configuration.shutdownDeadline = .milliseconds(200)
    change(&configuration)
    let server = HTTPServer(
        configuration, clock: FixedClock(Instant(seconds: 1_609_181_998)), entropy: CountingEntropy(),
        accessLog: accessLog, handler: handler)
    let port = try await server.start()[0].port
    let result: Result<Void, any Error>
    do {
        try await onThread { try script(port) }
        result = .success(())
    } catch {
        result = .failure(error)
    }
    await server.close()
    try result.get()
}

func withServer(
    _ change: (inout HTTPServer.Configuration) -> Void = { _ in },
    answering closure: @escaping @Sendable (ServerRequest, Responder) -> Void,
    script: @escaping @Sendable (Int) throws -> Void
) async throws {
    try await withServer(change, handler: ClosureHandler(closure: closure), script: script)
}

/// Hands values from the event loop to a script that waits for them.
final class Mailbox<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    func put(_ value: Value) {
        values.withLock { $0.append(value) }
        arrivals.signal()
    }

    func take() throws -> Value {
        guard arrivals.wait(timeout: .now() + 5) == .success, let value = values.withLock({ $0.popLast() }) else {
            throw RawConnection.Failure(what: "nothing arrived")
        }
        return value
    }
}

/// A blocking connection. Reads give up after five seconds, so that a failing test ends.
final class RawConnection: Sendable {
    struct Failure: Error { let what: String }

    let descriptor: Int32

    /// - Parameter receiveBuffer: bytes that the system may hold for us; small for slow readers.
    init(port: Int, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure(what: "connect: \(errno)") }
    }

    deinit { Glibc.close(descriptor) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(what: "send: \(errno)") }
            sent += count
        }
    }

    /// Sends what fits without waiting; returns how much that was.
    func sendWithoutWaiting(_ bytes: [UInt8]) -> Int {
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        return max(0, bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, bytes.count, flags) })
    }

    /// Up to `count` bytes; empty at the end of the stream.
    func receive(atMost count: Int = 1 << 16) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, count, 0) }
        guard received >= 0 else { throw Failure(what: errno == EAGAIN ? "nothing came" : "recv: \(errno)") }
        return Array(bytes[..<received])
    }

    /// Everything until the other side closes.
    func receiveToEnd() throws -> String {
        var all: [UInt8] = []
        while case let bytes = try receive(), !bytes.isEmpty { all += bytes }
        return String(decoding: all, as: UTF8.self)
    }

    /// Reads until the text ends so.
    func receive(until end: String) throws -> String {
        var all: [UInt8] = []
        while !all.reversed().starts(with: end.utf8.reversed()) {
            let bytes = try receive(atMost: 1)
            guard !bytes.isEmpty else { throw Failure(what: "closed after \(String(decoding: all, as: UTF8.self))") }
            all += bytes
        }
        return String(decoding: all, as: UTF8.self)
    }

    /// Reads one answer with Content-Length.
    func receiveAnswer(isHead: Bool = false) throws -> RawAnswer {
        let head = try receive(until: "\r\n\r\n")
        var answer = RawAnswer(head: head)
        guard !isHead, let length = answer["content-length"].flatMap({ Int($0) }) else { return answer }
        while answer.body.count < length {
            let bytes = try receive(atMost: min(1 << 16, length - answer.body.count))
            guard !bytes.isEmpty else { throw Failure(what: "closed within the body") }
            answer.body += bytes
        }
        return answer
    }

    func shutdownSending() { shutdown(descriptor, Int32(SHUT_WR)) }
}

/// An answer as it came.
struct RawAnswer {
    let head: String
    var body: [UInt8] = []

    var status: Int { Int(head.dropFirst(9).prefix(3)) ?? 0 }
    var text: String { String(decoding: body, as: UTF8.self) }

    subscript(name: String) -> String? {
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name { return String(parts[1].drop { $0 == " " }) }
        }
        return nil
    }
}

/// Pulls a whole body and hands it on.
func readBody(
    _ body: any BodySource, _ bytes: [UInt8] = [], _ done: @escaping @Sendable (Result<[UInt8], ServiceError>) -> Void
) {
    body.next { result in
        switch result {
        case .success(.chunks(let chunks)):
            var bytes = bytes
            for chunk in chunks { chunk.withUnsafeBytes { bytes.append(contentsOf: $0) } }
            readBody(body, bytes, done)
        case .success(.end): done(.success(bytes))
        case .failure(let error): done(.failure(error))
        }
    }
}

/// Reads the body and answers with it.
@Sendable func echo(_ request: ServerRequest, _ responder: Responder) {
    readBody(request.body) { result in
        switch result {
        case .success(let bytes): responder.respond(status: 200, body: .bytes(bytes))
        case .failure(let error): responder.respond(status: error.status, body: .bytes(Array(error.code.utf8)))
        }
    }
}
