import Kernel
import Synchronization
import Testing
import Wire

/// A form in pieces of a size.
private final class FormPieces: BodySource {
    private let pieces: Mutex<[[UInt8]]>
    let length: Int64? = nil

    init(_ bytes: [UInt8], size: Int) {
        pieces = Mutex(
            stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }.reversed()
        )
    }

    func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
        let piece = pieces.withLock { $0.popLast() }
        receive(.success(piece.map { .chunks([$0]) } ?? .end(trailers: [])))
    }

    func cancel() {}
}

@Suite struct FormBodyTests {
    private func read(
        _ text: String, pieces: Int = 7, boundary: String = "bound", limit: Int = 1000
    ) async throws(ServiceError) -> (upload: FormUpload, file: [UInt8]) {
        let upload = try await FormUpload.read(
            FormPieces(Array(text.utf8), size: pieces), boundary: boundary, limit: limit)
        var file: [UInt8] = []
        while true {
            switch try await upload.file.next() {
            case .chunks(let chunks): for chunk in chunks { chunk.withUnsafeBytes { file += $0 } }
            case .end: return (upload, file)
            }
        }
    }

    /// As Chromium writes it.
    private static let form = """
        --bound\r
        Content-Disposition: form-data; name="key"\r
        \r
        a/${filename}\r
        --bound\r
        content-disposition: form-data; name="x-amz-meta-note"\r
        Content-Type: text/plain; charset=utf-8\r
        \r
        \r\n--boun ä\r
        --bound\r
        Content-Disposition: form-data; name="file"; filename="my \\"best; photo\\".png"\r
        Content-Type: image/png\r
        \r
        bytes\r\n--boun\r\n--boundless is no delimiter? \r
        --bound--\r

        """

    @Test(arguments: [1, 2, 3, 5, 17, 64, 10_000])
    func bordersMayFallAnywhere(_ size: Int) async throws {
        // `--boundless` would end the file: it begins with the delimiter (RFC 2046, 5.1.1 forbids it in data).
        let text = Self.form.replacing("\r\n--boundless is no delimiter? ", with: "-- and more")
        let (upload, file) = try await read(text, pieces: size)
        #expect(upload.fields.map(\.name) == ["key", "x-amz-meta-note"])
        #expect(upload.fields.map(\.value) == ["a/${filename}", "\r\n--boun ä"])
        #expect(upload.fileName == "my \"best; photo\".png")
        #expect(upload.fileType == "image/png")
        #expect(String(decoding: file, as: UTF8.self) == "bytes\r\n--boun-- and more")
    }

    @Test func anEmptyFileIsAFile() async throws {
        let text = "--b\r\nContent-Disposition: form-data; name=file; filename=x\r\n\r\n\r\n--b--"
        let (upload, file) = try await read(text, boundary: "b")
        #expect(upload.fields.isEmpty && upload.fileName == "x" && file.isEmpty)
    }

    @Test(arguments: [1, 64, 5000])
    func aFileDoesNotCountAsFieldsHoweverItComes(_ size: Int) async throws {
        let head = "Content-Disposition: form-data; name="
        let text = "--bound\r\n\(head)\"a\"\r\n\r\nx\r\n--bound\r\n\(head)\"file\"\r\n\r\n"
        let file = String(repeating: "f", count: 2000)
        let (upload, bytes) = try await read(text + file + "\r\n--bound--\r\n", pieces: size, limit: 200)
        #expect(upload.fields.map(\.name) == ["a"])
        #expect(bytes == Array(file.utf8))
    }

    @Test(
        arguments: [
            ("", "MalformedPOSTRequest"), ("garbage", "MalformedPOSTRequest"),
            ("--bound\r\n\r\n", "MalformedPOSTRequest"),
            ("--bound\r\nContent-Disposition: attachment\r\n\r\nx\r\n--bound--\r\n", "MalformedPOSTRequest"),
            ("--bound\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--bound--\r\n", "InvalidArgument"),
            ("--bound\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--boundX\r\n", "MalformedPOSTRequest"),
            ("--bound--\r\n", "InvalidArgument"),
            (
                "--bound\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nhalf a file",
                "MalformedPOSTRequest"
            ),
            (
                "--bound\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\(String(repeating: "x", count: 2000))",
                "MaxPostPreDataLengthExceeded"
            ),
        ])
    func whatIsNoFormIsRefused(_ text: String, _ code: String) async {
        for size in [1, 9, 5000] {
            let error = await #expect(throws: ServiceError.self) { try await read(text, pieces: size) }
            #expect(error?.code == code && error?.status == 400)
        }
    }

    @Test func boundariesAreParametersOfTheType() {
        func boundary(_ text: String) -> String? { FormUpload.boundary(ofContentType: text) }
        #expect(boundary("multipart/form-data; boundary=abc") == "abc")
        #expect(boundary("Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"") == "a b")
        #expect(boundary("multipart/form-data") == nil)
        #expect(boundary("multipart/mixed; boundary=abc") == nil)
        #expect(boundary("multipart/form-data; boundary=" + String(repeating: "x", count: 71)) == nil)
    }
}
