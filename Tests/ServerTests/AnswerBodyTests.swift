import Kernel
import Server
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Five megabytes with a period of 251, which divides no block size, so that no wrong offset looks right.
private let pattern: [UInt8] = {
    let period = [UInt8](0..<251)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20_000 * period.count)
    for _ in 0..<20_000 { bytes.append(contentsOf: period) }
    return bytes
}()

/// A file without a name that holds the bytes.
private func file(_ bytes: [UInt8]) throws -> OpenFile {
    var name = Array("/tmp/groundwork-body-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    unlink(name)
    var written = 0
    while written < bytes.count {
        let count = bytes.withUnsafeBytes {
            write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
        }
        guard count > 0 else { throw RawConnection.Failure(what: "write: \(errno)") }
        written += count
    }
    return OpenFile(owning: descriptor)
}

@Test(arguments: [0..<10, 5..<5, 100..<60_000, 0..<65_536, 0..<65_537, 3..<5_000_000])
func aRangeOfAFileIsSentExactly(range: Range<Int>) async throws {
    let bytes = pattern
    let file = try file(bytes)
    let bounds = Int64(range.lowerBound)..<Int64(range.upperBound)
    try await withServer(answering: { _, responder in
        responder.respond(status: 206, body: .file(file, range: bounds))
    }) { port in
        let connection = try RawConnection(port: port)
        for _ in 0..<2 {
            try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try connection.receiveAnswer()
            #expect(answer["content-length"] == String(range.count))
            #expect(answer.body == Array(bytes[range]))
        }
    }
    var status = stat()
    #expect(fstat(file.descriptor, &status) == 0, "The file stays open for its other users")
}

@Test func aFileShorterThanPromisedIsAnInternalError() async throws {
    let file = try file([1, 2, 3])
    try await withServer(answering: { _, responder in responder.respond(status: 200, body: .file(file, range: 0..<4)) })
    { port in
        let connection = try RawConnection(port: port)
        try connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try connection.receiveToEnd().hasPrefix("HTTP/1.1 500 "))
    }
}

@Test func aSlowReaderGetsEverything() async throws {
    let bytes = [UInt8](repeating: 7, count: 5 << 20)
    let file = try file(bytes)
    try await withServer(answering: { request, responder in
        responder.respond(
            status: 200, body: request.head.path == "/file" ? .file(file, range: 0..<Int64(bytes.count)) : .bytes(bytes)
        )
    }) { port in
        for path in ["/file", "/bytes"] {
            let connection = try RawConnection(port: port, receiveBuffer: 4096)
            try connection.send("GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try connection.receiveAnswer()
            #expect(answer.body.count == bytes.count)
        }
    }
}

@Test func answersToRequestsSentAheadDoNotPileUp() async throws {
    let bytes = [UInt8](repeating: 7, count: 1 << 20)
    try await withServer(answering: { _, responder in responder.respond(status: 200, body: .bytes(bytes)) }) { port in
        let connection = try RawConnection(port: port, receiveBuffer: 4096)
        try connection.send(String(repeating: "GET / HTTP/1.1\r\nHost: h\r\n\r\n", count: 50))
        for _ in 0..<50 { #expect(try connection.receiveAnswer().body.count == bytes.count) }
    }
}
