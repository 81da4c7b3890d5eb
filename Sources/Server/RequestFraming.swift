// What the head of a request says about the connection: whether a body follows and how it is delimited, whether the
// client waits before it sends it, and whether the connection stays open (RFC 9112, sections 6 and 9.3).

internal import Kernel
internal import NIOHTTP1

/// The connection-level meaning of a request head.
struct RequestFraming {
    var length: Int64?
    var isChunked = false
    var expectsContinue = false
    var keepsAlive: Bool
    let isHTTP10: Bool
    private var hosts = 0
    /// False where the body is transferred in a way that this server cannot undo.
    private(set) var isUnderstood = true

    var hasBody: Bool { isChunked || (length ?? 0) > 0 }

    init(version: HTTPVersion) {
        isHTTP10 = version.minor == 0
        keepsAlive = !isHTTP10
    }

    /// Takes one field in. Lengths first: nearly every field is dismissed by its name's length alone.
    mutating func take(_ name: String, _ value: String) {
        switch name.utf8.count {
        case 4 where isSameFieldName(name, "host"): hosts += 1
        case 6 where isSameFieldName(name, "expect"):
            // HTTP/1.0 knows no interim answers.
            expectsContinue = !isHTTP10 && isSameFieldName(value, "100-continue")
        case 10 where isSameFieldName(name, "connection"): takeConnection(value)
        case 14 where isSameFieldName(name, "content-length"):
            length = Int64(value)
            // The parser below may still wait for a length that is none to us.
            if length == nil { isUnderstood = false }
        case 17 where isSameFieldName(name, "transfer-encoding"):
            if isChunked || isHTTP10 || !isSameFieldName(value, "chunked") { isUnderstood = false }
            isChunked = true
        default: break
        }
    }

    private mutating func takeConnection(_ value: String) {
        for option in value.split(separator: ",") {
            let option = String(option.drop { $0 == " " })
            if isSameFieldName(option, "close") { keepsAlive = false }
            if isSameFieldName(option, "keep-alive"), isHTTP10 { keepsAlive = true }
        }
    }

    /// RFC 9112, 3.2: exactly one Host, except in HTTP/1.0.
    var isHostMissing: Bool { hosts > 1 || (hosts == 0 && !isHTTP10) }
}
