// Target "forms": multipart/form-data. The first line of an input is the Content-Type, the second the limit on what
// precedes the file; the rest is the body.

internal import Kernel
internal import Wire

extension FuzzTarget {
    static let forms = FuzzTarget("forms", seeds: formSeeds, fuzzForms)
}

/// However a form comes in pieces, the same is read from it.
private func fuzzForms(_ bytes: [UInt8]) throws(Flaw) {
    var draws = Draws(bytes)
    let contentType = draws.line() ?? "", limit = Int(draws.line() ?? "") ?? 100
    guard let boundary = FormUpload.boundary(ofContentType: contentType) else { return }
    try require((1...70).contains(boundary.utf8.count), "a boundary of \(boundary.utf8.count) bytes")
    let body = Array(draws.rest.prefix(2048))
    var first: Result<Form, ServiceError>?
    for pieces in cuts(of: body) {
        let reading = try read(pieces, boundary: boundary, limit: limit)
        try require(isSame(first ?? reading, reading), "\(String(describing: first)) or \(reading), by the pieces")
        first = reading
    }
}

private struct Form: Equatable, Sendable {
    var fields: [[String]], fileName: String, fileType: String?, file: [UInt8]
}

private func read(_ pieces: [[UInt8]], boundary: String, limit: Int) throws(Flaw) -> Result<Form, ServiceError> {
    try outcome { () async throws(ServiceError) -> Form in
        let upload = try await FormUpload.read(PiecesSource(pieces), boundary: boundary, limit: limit)
        return Form(
            fields: upload.fields.map { [$0.name, $0.value] }, fileName: upload.fileName, fileType: upload.fileType,
            file: try await readWhole(upload.file).data)
    }
}

/// A form that is both too large and malformed may be refused for either.
private func isSame(_ left: Result<Form, ServiceError>, _ right: Result<Form, ServiceError>) -> Bool {
    guard case .failure(let one) = left, case .failure(let other) = right else { return left == right }
    return one == other || [one.code, other.code].contains("MaxPostPreDataLengthExceeded")
}

private let formSeeds = [
    """
    multipart/form-data; boundary=b
    900
    --b\r
    Content-Disposition: form-data; name="key"\r
    \r
    a/${filename}\r
    --b\r
    Content-Disposition: form-data; name="file"; filename="my \\"best; photo\\".png"\r
    Content-Type: image/png\r
    \r
    bytes\r\n--\r\n--c\r
    --b--\r

    """,
    """
    multipart/form-data; charset=utf-8; boundary="a b"
    60
    --a b\r
    content-disposition: form-data; name=key\r
    \r
    value\r
    --a b--\r

    """,
    // The file alone is longer than the fields may be.
    "multipart/form-data;boundary=x\n130\n--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na\r\n"
        + "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\(String(repeating: "f", count: 200))\r\n--x--",
    "multipart/form-data;boundary=x\n100\n--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n"
        + String(repeating: "\r\n--", count: 50) + "\r\n--x--",
]
