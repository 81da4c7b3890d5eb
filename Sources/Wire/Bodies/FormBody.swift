// Uploads by form: multipart/form-data (RFC 7578) as S3 takes it - fields first, then one file, whose bytes stream on.
// What comes after the file is ignored, as the service does.

package import Kernel
internal import Synchronization

/// The fields of a form, and its file, which is still to be read.
package struct FormUpload: Sendable {
    /// In their order, the file left out.
    package var fields: [(name: String, value: String)]
    /// The name that the client gave its file; empty where it gave none.
    package var fileName: String
    /// The Content-Type of the file's own part.
    package var fileType: String?
    /// The bytes of the file.
    package var file: any BodySource
}

extension FormUpload {
    /// The boundary in a Content-Type of multipart/form-data; nil for other types and where it is missing.
    package static func boundary(ofContentType text: String) -> String? {
        var parts = text.split(separator: ";")
        guard !parts.isEmpty, String(parts.removeFirst()).trimmedOfBlanks.lowercased() == "multipart/form-data" else {
            return nil
        }
        for part in parts {
            let sides = part.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, String(sides[0]).trimmedOfBlanks.lowercased() == "boundary" else { continue }
            let value = PartHeader.unquoted(String(sides[1]).trimmedOfBlanks)
            // RFC 2046, 5.1.1: 1 to 70 characters.
            return (1...70).contains(value.utf8.count) ? value : nil
        }
        return nil
    }

    /// Reads a form up to its file.
    ///
    /// - Parameter limit: bytes that all fields together may have.
    package static func read(
        _ body: any BodySource, boundary: String, limit: Int
    ) async throws(ServiceError) -> FormUpload {
        var scanner = FormScanner(boundary: boundary)
        var fields: [(name: String, value: String)] = []
        while true {
            let event = try scanner.next()
            guard scanner.fieldBytes(after: event) <= limit else {
                body.cancel()
                throw ServiceError(
                    "MaxPostPreDataLengthExceeded", status: 400,
                    "Your POST request fields preceding the upload file were too large.",
                    fields: [.init("MaxPostPreDataLengthBytes", String(limit))])
            }
            switch event {
            case .field(let name, let value): fields.append((name, value))
            case .file(let name, let type):
                return FormUpload(
                    fields: fields, fileName: name, fileType: type, file: FormFileSource(body, scanner))
            case .noFile: throw .fileCount(0)
            case .needsMore:
                switch try await body.next() {
                case .chunks(let chunks): for chunk in chunks { scanner.take(chunk) }
                case .end: throw .malformedForm()
                }
            }
        }
    }
}

/// Takes a form apart as its bytes come.
struct FormScanner {
    enum Event {
        case needsMore
        case field(name: String, value: String)
        case file(name: String, type: String?)
        case noFile
    }

    private enum Place { case preamble, header, value(PartHeader), file }

    /// `\r\n--boundary`; the very first one has no line end before it.
    private let delimiter: [UInt8]
    private var waiting: [UInt8] = []
    private var place = Place.preamble
    private var takenBytes = 0
    /// What was read so far that belongs to the fields. What waits behind a whole field may be the file's.
    func fieldBytes(after event: Event) -> Int {
        if case .needsMore = event { takenBytes + waiting.count } else { takenBytes }
    }

    init(boundary: String) {
        delimiter = Array("\r\n--\(boundary)".utf8)
        // So that the first delimiter looks like all others.
        waiting = [0x0D, 0x0A]
    }

    mutating func take(_ chunk: any ByteChunk) { chunk.withUnsafeBytes { waiting.append(contentsOf: $0) } }

    mutating func next() throws(ServiceError) -> Event {
        while true {
            switch place {
            case .preamble:
                guard let start = find(delimiter) else { return .needsMore }
                guard start == 0 else { throw .malformedForm() }
                guard let isLast = try endOfDelimiter(at: delimiter.count) else { return .needsMore }
                if isLast { return .noFile }
                place = .header
            case .header:
                guard let end = find([0x0D, 0x0A, 0x0D, 0x0A]) else { return .needsMore }
                let header = try PartHeader(waiting[..<end])
                drop(end + 4)
                if header.name.lowercased() == "file" {
                    place = .file
                    return .file(name: header.fileName ?? "", type: header.contentType)
                }
                place = .value(header)
            case .value(let header):
                guard let end = find(delimiter) else { return .needsMore }
                guard let value = String(validating: waiting[..<end], as: UTF8.self) else { throw .malformedForm() }
                guard let isLast = try endOfDelimiter(at: end + delimiter.count) else { return .needsMore }
                place = isLast ? .preamble : .header
                if isLast { waiting = delimiter + Array("--".utf8) }
                return .field(name: header.name, value: value)
            case .file: return .needsMore
            }
        }
    }

    /// What follows a delimiter: a line end, or two hyphens behind the last part. Nil where it is not there yet.
    private mutating func endOfDelimiter(at place: Int) throws(ServiceError) -> Bool? {
        guard waiting.count >= place + 2 else { return nil }
        switch (waiting[place], waiting[place + 1]) {
        case (0x0D, 0x0A):
            drop(place + 2)
            return false
        case (UInt8(ascii: "-"), UInt8(ascii: "-")):
            drop(place + 2)
            return true
        default: throw .malformedForm()
        }
    }

    private mutating func drop(_ count: Int) {
        takenBytes += count
        waiting.removeFirst(count)
    }

    private func find(_ wanted: [UInt8]) -> Int? { waiting.firstIndex(of: wanted) }

    /// The file's bytes so far; what may be the beginning of the delimiter is kept back. `isEnd` says that the
    /// delimiter was met.
    mutating func takeFile() -> (bytes: [UInt8], isEnd: Bool) {
        if let end = find(delimiter) {
            defer { waiting = [] }
            return (Array(waiting[..<end]), true)
        }
        let kept = min(waiting.count, delimiter.count - 1)
        defer { waiting.removeFirst(waiting.count - kept) }
        return (Array(waiting.dropLast(kept)), false)
    }
}

extension [UInt8] {
    /// Where a run of bytes begins first.
    fileprivate func firstIndex(of wanted: [UInt8]) -> Int? {
        guard let first = wanted.first, count >= wanted.count else { return nil }
        return withUnsafeBufferPointer { bytes in
            var place = 0
            while place <= bytes.count - wanted.count {
                if bytes[place] == first {
                    var length = 1
                    while length < wanted.count, bytes[place + length] == wanted[length] { length += 1 }
                    if length == wanted.count { return place }
                }
                place += 1
            }
            return nil
        }
    }
}

/// The header of one part.
struct PartHeader {
    var name: String, fileName: String?, contentType: String?

    init(_ bytes: ArraySlice<UInt8>) throws(ServiceError) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformedForm() }
        var name: String?
        for line in text.split(separator: "\r\n") {
            let sides = line.split(separator: ":", maxSplits: 1)
            guard sides.count == 2 else { throw .malformedForm() }
            let value = String(sides[1]).trimmedOfBlanks
            switch sides[0].lowercased() {
            case "content-type": contentType = value
            case "content-disposition":
                guard value.lowercased().hasPrefix("form-data") else { throw .malformedForm() }
                name = Self.parameter("name", of: value)
                fileName = Self.parameter("filename", of: value)
            default: break
            }
        }
        guard let name else { throw .malformedForm() }
        self.name = name
    }

    /// `name="value"` among parameters that semicolons separate; a quoted value may hold semicolons.
    private static func parameter(_ wanted: String, of value: String) -> String? {
        var pieces: [String] = [""], isQuoted = false, isEscaped = false
        for character in value {
            if character == ";", !isQuoted {
                pieces.append("")
                continue
            }
            if character == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = character == "\\" && !isEscaped
            pieces[pieces.count - 1].append(character)
        }
        for piece in pieces.dropFirst() {
            let sides = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, String(sides[0]).trimmedOfBlanks.lowercased() == wanted else { continue }
            return unquoted(String(sides[1]).trimmedOfBlanks)
        }
        return nil
    }

    /// Browsers escape only quotes, and leave backslashes of file names alone (HTML standard, multipart/form-data).
    static func unquoted(_ text: String) -> String {
        guard text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
        var result = "", pending = false
        for character in text.dropFirst().dropLast() {
            if pending, character != "\"" { result.append("\\") }
            pending = character == "\\" && !pending
            if !pending { result.append(character) }
        }
        return pending ? result + "\\" : result
    }
}

/// The bytes between the header of the file's part and the next delimiter.
private final class FormFileSource: BodySource {
    private let body: any BodySource
    private let state: Mutex<(scanner: FormScanner, isOver: Bool)>

    /// Not known before the end.
    var length: Int64? { nil }

    init(_ body: any BodySource, _ scanner: FormScanner) {
        self.body = body
        state = Mutex((scanner, false))
    }

    func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
        let (bytes, isOver) = state.withLock { state -> ([UInt8], Bool) in
            if state.isOver { return ([], true) }
            let (bytes, isEnd) = state.scanner.takeFile()
            state.isOver = isEnd
            return (bytes, isEnd && bytes.isEmpty)
        }
        if !bytes.isEmpty {
            receive(.success(.chunks([bytes])))
        } else if isOver {
            drain(receive)
        } else {
            body.next { result in
                switch result {
                case .failure(let error): receive(.failure(error))
                case .success(.end): receive(.failure(.malformedForm()))
                case .success(.chunks(let chunks)):
                    self.state.withLock { state in for chunk in chunks { state.scanner.take(chunk) } }
                    self.next(receive)
                }
            }
        }
    }

    /// Reads on to the end of the request, so that the connection can be used again.
    private func drain(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
        body.next { result in
            switch result {
            case .failure(let error): receive(.failure(error))
            case .success(.end): receive(.success(.end(trailers: [])))
            case .success(.chunks): self.drain(receive)
            }
        }
    }

    func cancel() { body.cancel() }
}

extension ServiceError {
    /// A body that is no form.
    package static func malformedForm() -> ServiceError {
        ServiceError(
            "MalformedPOSTRequest", status: 400,
            "The body of your POST request is not well-formed multipart/form-data.")
    }

    /// A form must bring one file.
    package static func fileCount(_ count: Int) -> ServiceError {
        ServiceError(
            "InvalidArgument", status: 400, "POST requires exactly one file upload per request.",
            fields: [.init("ArgumentName", "file"), .init("ArgumentValue", String(count))])
    }
}
