// A server that does what a test says, byte by byte, for one connection.

import Kernel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The connection that a scripted server was called on. Everything blocks, but not for ever.
final class UpstreamConnection: Sendable {
    struct Failure: Error { let what: String }

    private let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var timeout = timeval(tv_sec: 600, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure(what: "send: \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends as long as the other side takes anything; returns how much that was.
    func sendUntilNobodyReads(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, flags) }
            if count > 0 {
                sent += count
                continue
            }
            var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if poll(&room, 1, 300) <= 0 { break }
        }
        return sent
    }

    /// Up to `count` bytes; empty where the other side has closed.
    func receive(atMost count: Int = 1 << 16) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, count, 0) }
        guard received >= 0 else { throw Failure(what: "recv: \(errno)") }
        return Array(bytes[..<received])
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
}

/// Listens on a free port of this machine.
final class ScriptedUpstream: Sendable {
    typealias Script = @Sendable (UpstreamConnection) throws -> Void

    let port: Int
    private let descriptor: Int32
    private let results: AsyncStream<(any Error)?>

    /// Runs the script for the first connection, on a thread of its own.
    init(_ script: @escaping Script) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 8) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard bound else { throw UpstreamConnection.Failure(what: "bind: \(errno)") }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.descriptor = descriptor
        let (results, result) = AsyncStream.makeStream(of: (any Error)?.self)
        self.results = results
        _ = try SystemThread {
            let accepted = accept(descriptor, nil, nil)
            do {
                guard accepted >= 0 else { throw UpstreamConnection.Failure(what: "accept: \(errno)") }
                try script(UpstreamConnection(accepted))
                result.yield(nil)
            } catch { result.yield(error) }
            result.finish()
        }
    }

    /// Waits for the end of the script, and throws what it threw.
    func end() async throws {
        defer { close(descriptor) }
        for await error in results { if let error { throw error } }
    }
}
