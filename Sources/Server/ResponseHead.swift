// Writing the head of an answer straight into the bytes that go out. Status lines are prepared, the date is made once a
// second, and nothing passes through a dictionary.

internal import Kernel
internal import NIOCore
internal import NIOHTTP1

/// What one event loop keeps for the answers it writes.
///
/// Not shared: used on its event loop only.
final class ResponseHeads {
    private let clock: any Clock
    private var second = Int64.min
    /// `Date: …` and `Server: …`, with their line ends.
    private var commonLines: [UInt8] = []

    init(clock: any Clock) { self.clock = clock }

    /// The wall clock's time; refreshes the date.
    func now() -> Instant {
        let now = clock.now()
        let seconds = now.seconds
        if seconds != second {
            second = seconds
            commonLines = Array("Date: \(now.httpDate)\r\nServer: groundwork\r\nx-amz-request-id: ".utf8)
        }
        return now
    }

    /// - Parameter length: nil where the answer must not have a Content-Length.
    func write(
        status: Int, _ headers: HeaderFields, _ added: HeaderFields, id: RequestID, length: Int64?, connection: String?,
        to out: inout ByteBuffer
    ) {
        if commonLines.isEmpty { _ = now() }
        var size = 128 + commonLines.count
        for field in headers.fields { size += field.name.utf8.count + field.value.utf8.count + 4 }
        for field in added.fields { size += field.name.utf8.count + field.value.utf8.count + 4 }
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { space in
            var line = HeadLines(space)
            line.append(status: status)
            commonLines.withUnsafeBytes { line.append($0) }
            line.append(id)
            for field in headers.fields { line.append(field.name, field.value) }
            for field in added.fields { line.append(field.name, field.value) }
            if let length { line.append(length: length) }
            if let connection { line.append("Connection", connection) }
            line.append(StaticString("\r\n"))
            return line.count
        }
    }
}

/// Fills prepared space with the lines of a head.
private struct HeadLines {
    private let space: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ space: UnsafeMutableRawBufferPointer) { self.space = space }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: space[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(status: Int) {
        switch status {
        case 200: append("HTTP/1.1 200 OK\r\n")
        case 204: append("HTTP/1.1 204 No Content\r\n")
        case 206: append("HTTP/1.1 206 Partial Content\r\n")
        case 304: append("HTTP/1.1 304 Not Modified\r\n")
        case 400: append("HTTP/1.1 400 Bad Request\r\n")
        case 403: append("HTTP/1.1 403 Forbidden\r\n")
        case 404: append("HTTP/1.1 404 Not Found\r\n")
        default:
            append("HTTP/1.1 ")
            append(number: Int64(status))
            append(" ")
            append(sanitized: HTTPResponseStatus(statusCode: status).reasonPhrase)
            append("\r\n")
        }
    }

    mutating func append(_ id: RequestID) {
        id.write(to: UnsafeMutableRawBufferPointer(rebasing: space[count..<count + 16]))
        count += 16
        append("\r\n")
    }

    mutating func append(_ name: String, _ value: String) {
        append(sanitized: name)
        append(": ")
        append(sanitized: value)
        append("\r\n")
    }

    mutating func append(length: Int64) {
        append("Content-Length: ")
        append(number: length)
        append("\r\n")
    }

    private mutating func append(number: Int64) {
        var rest = number
        var digits = 1
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        rest = number
        for place in (0..<digits).reversed() {
            space[count + place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += digits
    }

    /// Values may come from clients (metadata, response-content-…): a line end in one would start a field of its own.
    private mutating func append(sanitized text: String) {
        var text = text
        text.withUTF8 { bytes in
            for byte in bytes {
                space[count] = byte == 0x0D || byte == 0x0A || byte == 0 ? UInt8(ascii: " ") : byte
                count += 1
            }
        }
    }
}
