// The text that a signature covers (Signature Version 4, "create a canonical request"), built as bytes: this runs for
// every request. What clients send and what they sign differ in small ways, so there are two forms: the one AWS makes of
// a request by encoding it anew, and the one of clients that sign exactly what they send (botocore signs URLs so). The
// second is tried where the first does not match; both commit to the same request.

internal import Kernel

/// Where a signature stands.
package enum SignaturePlacement: Hashable, Sendable { case header, query }

/// The canonical form of one request.
struct CanonicalRequest {
    enum Form { case normalized, verbatim }

    private(set) var bytes: [UInt8] = []

    /// - Parameters:
    ///   - signedHeaders: lower-case names joined by semicolons, as the signature lists them.
    ///   - isS3: S3 signs the path as sent; all other services sign it encoded a second time.
    init(
        _ head: RequestHead, signedHeaders: String, payloadHash: String, isS3: Bool, form: Form
    ) {
        bytes.reserveCapacity(1024)
        bytes.append(contentsOf: head.method.utf8)
        newline()
        appendPath(head.path, isS3: isS3, form)
        newline()
        if !head.query.isEmpty { withBytes(of: head.query) { appendQuery($0, form) } }
        newline()
        withBytes(of: signedHeaders) { appendHeaders($0, of: head.headers) }
        newline()
        bytes.append(contentsOf: signedHeaders.utf8)
        newline()
        bytes.append(contentsOf: payloadHash.utf8)
    }

    private mutating func newline() { bytes.append(UInt8(ascii: "\n")) }

    // MARK: Path

    private mutating func appendPath(_ path: String, isS3: Bool, _ form: Form) {
        switch (form, isS3) {
        case (.verbatim, _): bytes.append(contentsOf: path.utf8)
        case (.normalized, true):
            withBytes(of: path) { PercentEncoding.appendNormalized($0, to: &bytes, keepingSlashes: true) }
        case (.normalized, false):
            for byte in Self.withoutDotSegments(path).utf8 {
                PercentEncoding.append(byte, to: &bytes, keepingSlashes: true)
            }
        }
    }

    /// RFC 3986, 5.2.4, with runs of slashes taken for one, as the SDKs sign all services but S3.
    static func withoutDotSegments(_ path: String) -> String {
        if path == "/" { return path }
        var segments: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
        }
        let joined = "/" + segments.joined(separator: "/")
        return path.hasSuffix("/") && !segments.isEmpty ? joined + "/" : joined
    }

    // MARK: Query

    /// A parameter in the scratch text: name, then value.
    private struct Parameter {
        var start: Int, nameEnd: Int, end: Int
    }

    private mutating func appendQuery(_ query: UnsafeBufferPointer<UInt8>, _ form: Form) {
        var scratch: [UInt8] = []
        scratch.reserveCapacity(query.count + query.count / 2)
        var parameters: [Parameter] = []
        for part in query.split(separator: UInt8(ascii: "&")) {
            let nameEnd = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            if part[..<nameEnd].elementsEqual("X-Amz-Signature".utf8) { continue }
            let value = nameEnd < part.endIndex ? part[(nameEnd + 1)...] : part[nameEnd...]
            var parameter = Parameter(start: scratch.count, nameEnd: 0, end: 0)
            Self.append(part[..<nameEnd], to: &scratch, form)
            parameter.nameEnd = scratch.count
            Self.append(value, to: &scratch, form)
            parameter.end = scratch.count
            parameters.append(parameter)
        }
        if parameters.count > 1 {
            parameters.sort { left, right in
                let names = (scratch[left.start..<left.nameEnd], scratch[right.start..<right.nameEnd])
                if names.0 != names.1 { return names.0.lexicographicallyPrecedes(names.1) }
                return scratch[left.nameEnd..<left.end].lexicographicallyPrecedes(scratch[right.nameEnd..<right.end])
            }
        }
        for (index, parameter) in parameters.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "&")) }
            bytes.append(contentsOf: scratch[parameter.start..<parameter.nameEnd])
            bytes.append(UInt8(ascii: "="))
            bytes.append(contentsOf: scratch[parameter.nameEnd..<parameter.end])
        }
    }

    private static func append(
        _ part: Slice<UnsafeBufferPointer<UInt8>>, to scratch: inout [UInt8], _ form: Form
    ) {
        let part = UnsafeBufferPointer(rebasing: part)
        switch form {
        case .normalized: PercentEncoding.appendNormalized(part, to: &scratch, keepingSlashes: false)
        case .verbatim: scratch.append(contentsOf: part)
        }
    }

    // MARK: Headers

    private mutating func appendHeaders(_ names: UnsafeBufferPointer<UInt8>, of headers: HeaderFields) {
        var start = 0
        while start < names.count {
            let end = names[start...].firstIndex(of: UInt8(ascii: ";")) ?? names.count
            let name = UnsafeBufferPointer(rebasing: names[start..<end])
            bytes.append(contentsOf: name)
            bytes.append(UInt8(ascii: ":"))
            var isFirst = true
            for field in headers.fields where isSame(field.name, name) {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                withBytes(of: field.value) { appendTrimmed($0) }
                isFirst = false
            }
            newline()
            start = end + 1
        }
    }

    /// Without blanks at either end, and with one blank for each run of them.
    private mutating func appendTrimmed(_ value: UnsafeBufferPointer<UInt8>) {
        var isBlankDue = false
        let start = bytes.count
        for byte in value {
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
                isBlankDue = bytes.count > start
            } else {
                if isBlankDue { bytes.append(UInt8(ascii: " ")) }
                isBlankDue = false
                bytes.append(byte)
            }
        }
    }
}

/// Whether a field's name is `lowered`, which is lower case already.
func isSame(_ name: String, _ lowered: UnsafeBufferPointer<UInt8>) -> Bool {
    let name = name.utf8
    guard name.count == lowered.count else { return false }
    var index = 0
    for byte in name {
        let isCapital = byte &- UInt8(ascii: "A") < 26
        guard (isCapital ? byte | 0x20 : byte) == lowered[index] else { return false }
        index += 1
    }
    return true
}

/// Lends the bytes of a text; a text that does not lie in one piece is copied.
@inline(__always)
func withBytes<Result>(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    text.utf8.withContiguousStorageIfAvailable(body) ?? Array(text.utf8).withUnsafeBufferPointer(body)
}
