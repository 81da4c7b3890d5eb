// The access log: one line of JSON for each answered request. Lines are gathered and written in blocks; the server asks
// for what waits to be written once a second and at the end.

internal import JSON
package import Kernel
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// One answered request.
package struct AccessLogEntry: Sendable {
    /// Wall time at which the head was in.
    package var receivedAt: Instant
    /// From then until the answer was given, which is before its last byte has left.
    package var duration: Duration = .zero
    /// As sent.
    package var method: String
    /// As sent, without the query: that may hold a signature.
    package var path: String
    /// The answer's HTTP status; 0 until there is one.
    package var status = 0
    /// Bytes of the request's body that had come when it was answered, without the framing of HTTP.
    package var bytesIn: Int64 = 0
    /// Bytes of the answer's body; 0 for HEAD.
    package var bytesOut: Int64 = 0
    /// The id that the answer carries too.
    package var requestID: RequestID
    /// An IP address without port; empty where the system names none.
    package var remoteAddress: String
    /// Whose request it was; nil where no signature told.
    package var account: AccountID?
    /// AWS's name; nil where the request led nowhere.
    package var operation: String?
    /// Who answered in our place; nil where we did.
    package var relayedTo: String?

    mutating func note(account: AccountID?, operation: String?, relayedTo: String?) {
        if let account { self.account = account }
        if let operation { self.operation = operation }
        if let relayedTo { self.relayedTo = relayedTo }
    }

    mutating func end(status: Int, sent: Int64, at now: Instant, received: Int64) {
        self.status = status
        bytesIn = received
        bytesOut = sent
        duration = now - receivedAt
    }
}

/// Takes the access log.
package protocol AccessLog: Sendable {
    /// Called on an event loop for every answer.
    func record(_ entry: AccessLogEntry)
    /// Writes what waits.
    func flush()
}

/// Writes the access log as lines of JSON to a descriptor.
package final class JSONLinesAccessLog: AccessLog {
    private let descriptor: Int32
    private let waiting = Mutex<[UInt8]>([])
    private static let blockBytes = 32 << 10

    /// The descriptor stays the caller's.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    package func record(_ entry: AccessLogEntry) {
        var writer = JSONWriter(reserving: 320)
        writer.beginObject()
        writer.name("time")
        writer.string(entry.receivedAt.iso8601Milliseconds)
        writer.name("method")
        writer.string(entry.method)
        writer.name("path")
        writer.string(entry.path)
        writer.name("status")
        writer.integer(entry.status)
        writer.name("bytesIn")
        writer.integer(entry.bytesIn)
        writer.name("bytesOut")
        writer.integer(entry.bytesOut)
        writer.name("microseconds")
        writer.integer(entry.duration.inMicroseconds)
        writer.name("requestId")
        writer.string(entry.requestID.description)
        writer.name("remote")
        writer.string(entry.remoteAddress)
        if let account = entry.account {
            writer.name("account")
            writer.string(account.description)
        }
        if let operation = entry.operation {
            writer.name("operation")
            writer.string(operation)
        }
        if let relayedTo = entry.relayedTo {
            writer.name("relayed")
            writer.string(relayedTo)
        }
        writer.endObject()
        let isFull = waiting.withLock { waiting in
            waiting.append(contentsOf: writer.bytes)
            waiting.append(UInt8(ascii: "\n"))
            return waiting.count >= Self.blockBytes
        }
        if isFull { flush() }
    }

    package func flush() {
        waiting.withLock { waiting in
            var start = 0
            while start < waiting.count {
                let written = waiting.withUnsafeBytes { bytes in
                    write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
                }
                // A log that cannot be written must not stop the server.
                if written <= 0 { break }
                start += written
            }
            waiting.removeAll(keepingCapacity: true)
        }
    }
}
