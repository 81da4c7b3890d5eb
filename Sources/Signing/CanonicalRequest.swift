// The text that a signature covers (Signature Version 4, "create a canonical request"), built as bytes: this runs for
// every request. What clients send and what they sign differ in small ways, so there are two forms: the one AWS makes
// of a request by encoding it anew, and the one of clients that sign exactly what they send (botocore signs URLs so).
// The second is tried where the first does not match; both commit to the same request.

internal import Kernel

/// Where a signature stands. The raw value is that of the condition key `s3:authType`.
package enum SignaturePlacement: String, Hashable, Sendable {
    case header = "REST-HEADER"
    case query = "REST-QUERY-STRING"
    /// In the fields of an HTML form (S3's browser uploads).
    case form = "POST"
}

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
        bytes.append(text: head.method)
        newline()
        appendPath(head.path, isS3: isS3, form)
        newline()
        if !head.query.isEmpty { withBytes(of: head.query) { appendQuery($0, form) } }
        newline()
        withBytes(of: signedHeaders) { appendHeaders($0, of: head.headers) }
        newline()
        bytes.append(text: signedHeaders)
        newline()
        bytes.append(text: payloadHash)
    }

    private mutating func newline() { bytes.append(UInt8(ascii: "\n")) }

    // MARK: Path

    private mutating func appendPath(_ path: String, isS3: Bool, _ form: Form) {
        switch (form, isS3) {
        case (.verbatim, _): bytes.append(text: path)
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

        /// By name, then by value, byte by byte.
        func precedes(_ other: Parameter, in scratch: UnsafeBufferPointer<UInt8>) -> Bool {
            let name = scratch.part(start..<nameEnd), otherName = scratch.part(other.start..<other.nameEnd)
            if !name.elementsEqual(otherName) { return name.lexicographicallyPrecedes(otherName) }
            return scratch.part(nameEnd..<end).lexicographicallyPrecedes(scratch.part(other.nameEnd..<other.end))
        }
    }

    private mutating func appendQuery(_ query: UnsafeBufferPointer<UInt8>, _ form: Form) {
        var scratch: [UInt8] = []
        scratch.reserveCapacity(query.count + query.count / 2)
        var parameters: [Parameter] = []
        parameters.reserveCapacity(8)
        var start = 0
        while start < query.count {
            let end = query.next(UInt8(ascii: "&"), from: start)
            let nameEnd = query.next(UInt8(ascii: "="), in: start..<end)
            defer { start = end + 1 }
            if end == start || query.spells("X-Amz-Signature", in: start..<nameEnd) { continue }
            var parameter = Parameter(start: scratch.count, nameEnd: 0, end: 0)
            Self.append(query.part(start..<nameEnd), to: &scratch, form)
            parameter.nameEnd = scratch.count
            Self.append(query.part(min(nameEnd + 1, end)..<end), to: &scratch, form)
            parameter.end = scratch.count
            parameters.append(parameter)
        }
        scratch.withUnsafeBufferPointer { scratch in
            if parameters.count > 1 { parameters.sort { $0.precedes($1, in: scratch) } }
            for (index, parameter) in parameters.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: "&")) }
                bytes.append(contentsOf: scratch.part(parameter.start..<parameter.nameEnd))
                bytes.append(UInt8(ascii: "="))
                bytes.append(contentsOf: scratch.part(parameter.nameEnd..<parameter.end))
            }
        }
    }

    private static func append(_ part: UnsafeBufferPointer<UInt8>, to scratch: inout [UInt8], _ form: Form) {
        switch form {
        case .normalized: PercentEncoding.appendNormalized(part, to: &scratch, keepingSlashes: false)
        case .verbatim: scratch.append(contentsOf: part)
        }
    }

    // MARK: Headers

    private mutating func appendHeaders(_ names: UnsafeBufferPointer<UInt8>, of headers: HeaderFields) {
        var start = 0
        while start < names.count {
            let end = names.next(UInt8(ascii: ";"), from: start)
            let name = names.part(start..<end)
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
        // Nearly all values hold no blank at all.
        if value.next(UInt8(ascii: " "), from: 0) == value.count, value.next(UInt8(ascii: "\t"), from: 0) == value.count
        {
            return bytes.append(contentsOf: value)
        }
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
