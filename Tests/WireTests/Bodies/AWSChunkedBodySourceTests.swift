import Digests
import Kernel
import Signing
import Synchronization
import Testing
import Wire

/// Hands out prepared pieces, one a pull.
private final class PiecesBodySource: BodySource {
    private let pieces: Mutex<[[UInt8]]>
    private let cancelled = Atomic(false)
    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }
    let length: Int64? = nil

    init(_ pieces: [[UInt8]]) { self.pieces = Mutex(pieces.reversed()) }

    func next(_ receive: @escaping @Sendable (Result<BodyEvent, ServiceError>) -> Void) {
        let piece = pieces.withLock { $0.popLast() }
        receive(.success(piece.map { .chunks([$0]) } ?? .end(trailers: [])))
    }

    func cancel() { cancelled.store(true, ordering: .relaxed) }
}

private func read(
    _ text: [UInt8], pieces size: Int, isSigned: Bool = false, length: Int64, trailer: String? = nil,
    signatures: ChunkSignatures? = nil
) async throws(ServiceError) -> (data: [UInt8], trailers: [ServiceError.Field]) {
    let pieces = stride(from: 0, to: text.count, by: size).map { Array(text[$0..<min($0 + size, text.count)]) }
    let source = AWSChunkedBodySource(
        PiecesBodySource(pieces), isSigned: isSigned, decodedLength: length, trailer: trailer, signatures: signatures)
    var data: [UInt8] = []
    while true {
        switch try await source.next() {
        case .chunks(let chunks):
            for chunk in chunks { chunk.withUnsafeBytes { data.append(contentsOf: $0) } }
        case .end(let trailers): return (data, trailers)
        }
    }
}

private func code(
    _ text: String, isSigned: Bool = false, length: Int64, trailer: String? = nil,
    signatures: ChunkSignatures? = nil, pieces: Int = 7
) async -> String? {
    do throws(ServiceError) {
        _ = try await read(
            Array(text.utf8), pieces: pieces, isSigned: isSigned, length: length, trailer: trailer,
            signatures: signatures)
    } catch { return error.code }
    return nil
}

private let crc32 = "x-amz-checksum-crc32"

/// The form that boto3, aws-cli and pyarrow send.
private let trailing = "5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n"

@Test(arguments: [1, 2, 3, 5, 8, 13, 1000])
func bordersMayFallAnywhere(pieces: Int) async throws {
    let (data, trailers) = try await read(Array(trailing.utf8), pieces: pieces, length: 11, trailer: crc32)
    #expect(String(decoding: data, as: UTF8.self) == "hello world")
    #expect(trailers == [.init("x-amz-checksum-crc32", "DUoRhQ==")])
    var digester = BodyDigester(BodyExpectations(length: 11, checksum: .trailer(.crc32)))
    try data.withUnsafeBytes { try digester.update($0) }
    #expect(try digester.finish(trailers: trailers).checksum?.base64 == "DUoRhQ==")
}

@Test func anEmptyBodyIsItsLastChunkAlone() async throws {
    let (data, trailers) = try await read(
        Array("0\r\nx-amz-checksum-crc32: AAAAAA==\r\n\r\n".utf8), pieces: 4, length: 0, trailer: crc32)
    #expect(data.isEmpty)
    #expect(trailers == [.init("x-amz-checksum-crc32", "AAAAAA==")])
}

@Test func theLastEmptyLineMayBeMissing() async throws {
    let text = "1\r\na\r\n0\r\nx:y\r\n"
    #expect(try await read(Array(text.utf8), pieces: 3, length: 1, trailer: "x").data == [UInt8(ascii: "a")])
}

@Test func aTrailerThatNothingAnnouncedIsRefused() async {
    #expect(await code(trailing, length: 11, trailer: crc32) == nil)
    #expect(await code(trailing, length: 11) == "MalformedTrailerError")
    #expect(await code(trailing, length: 11, trailer: "x-amz-checksum-sha1") == "MalformedTrailerError")
    let twice = trailing.replacing("DUoRhQ==\r\n", with: "DUoRhQ==\r\nx-amz-checksum-crc32:DUoRhQ==\r\n")
    #expect(await code(twice, length: 11, trailer: crc32) == "MalformedTrailerError")
}

@Test func malformedFramingIsAnIncompleteBody() async {
    for (text, length) in [
        ("", 0), ("5\r\nhel", 5), ("5\r\nhello\r\n", 5), ("5\r\nhello0\r\n\r\n", 5), ("5\r\nhelloo\r\n0\r\n\r\n", 5),
        ("x\r\n", 5), ("\r\n", 5), ("5\nhello\r\n0\r\n\r\n", 5), ("5\r\nhello\n0\r\n\r\n", 5),
        ("-1\r\n", 5), ("fffffffffffffffff\r\n", 5), ("5\r\nhello\r\n0\r\n\r\nmore", 5),
        ("5\r\nhello\r\n0\r\n\r\n", 6), ("5\r\nhello\r\n0\r\n\r\n", 4), (String(repeating: "0", count: 5000), 0),
    ] {
        #expect(await code(text, length: Int64(length)) == "IncompleteBody", "\(text.prefix(20))")
    }
}

@Test func trailersAreBounded() async {
    let many = "0\r\n" + (0..<20).map { "x\($0):1\r\n" }.joined() + "\r\n"
    #expect(await code(many, length: 0) == "MalformedTrailerError")
    #expect(await code("0\r\nno colon\r\n\r\n", length: 0) == "MalformedTrailerError")
    #expect(await code("0\r\nx:" + String(repeating: "a", count: 2000) + "\r\n\r\n", length: 0) == "IncompleteBody")
}

// MARK: Signed chunks, with the examples of the S3 API reference ("Transferring Payload in Multiple Chunks")

private let credentials = Credentials(
    accessKey: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    identity: Identity(account: .standard))

private func documentedSignatures(trailers: Bool) throws -> ChunkSignatures {
    var headers = [
        ("Host", "s3.amazonaws.com"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("Content-Encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "66560"),
    ]
    headers.append(trailers ? ("x-amz-trailer", "x-amz-checksum-crc32c") : ("Content-Length", "66824"))
    let head = RequestHead(
        method: "PUT", target: "/examplebucket/chunkObject.txt",
        headers: HeaderFields(headers.map { (name: $0.0, value: $0.1) }))
    let signer = RequestSigner(credentials, region: .standard, service: "s3")
    let mode = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + (trailers ? "-TRAILER" : "")
    let signed = signer.sign(head, payloadHash: mode, at: Instant(seconds: 1_369_353_600))
    return try #require(try signer.chunkSignatures(of: signed))
}

private func documentedBody(_ signatures: [String], end: String = "\r\n") -> [UInt8] {
    let a = String(repeating: "a", count: 65_536)
    let text =
        "10000;chunk-signature=\(signatures[0])\r\n\(a)\r\n"
        + "400;chunk-signature=\(signatures[1])\r\n\(a.prefix(1024))\r\n"
        + "0;chunk-signature=\(signatures[2])\r\n\(end)"
    return Array(text.utf8)
}

private let chunkSignatures = [
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
]

@Test func theDocumentedSignedBodyIsAccepted() async throws {
    let body = documentedBody(chunkSignatures)
    #expect(body.count == 66_824)
    let (data, _) = try await read(
        body, pieces: 1000, isSigned: true, length: 66_560, signatures: try documentedSignatures(trailers: false))
    #expect(data == [UInt8](repeating: UInt8(ascii: "a"), count: 66_560))
}

@Test func theDocumentedSignedTrailerIsAccepted() async throws {
    let signatures = [
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ]
    let signature = "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"
    let end = "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:\(signature)\r\n\r\n"
    let (_, trailers) = try await read(
        documentedBody(signatures, end: end), pieces: 4099, isSigned: true, length: 66_560,
        trailer: "x-amz-checksum-crc32c", signatures: try documentedSignatures(trailers: true))
    #expect(trailers == [.init("x-amz-checksum-crc32c", "sOO8/Q==")])
    for broken in [
        end.replacing("sOO8", with: "tOO8"), end.replacing("d81f", with: "d81e"),
        "x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n",
    ] {
        let text = String(decoding: documentedBody(signatures, end: broken), as: UTF8.self)
        let code = await code(
            text, isSigned: true, length: 66_560, trailer: "x-amz-checksum-crc32c",
            signatures: try documentedSignatures(trailers: true), pieces: 9000)
        #expect(code == "SignatureDoesNotMatch")
    }
}

@Test func aChangedChunkDoesNotMatchItsSignature() async throws {
    for place in [100, 65_700, 66_700] {
        var body = documentedBody(chunkSignatures)
        body[place] ^= 1
        let text = String(decoding: body, as: UTF8.self)
        let code = await code(
            text, isSigned: true, length: 66_560, signatures: try documentedSignatures(trailers: false), pieces: 9000)
        #expect(code == "SignatureDoesNotMatch")
    }
}

@Test func chunksOfAnUnknownKeyMustBeSignedInForm() async throws {
    let unsigned = "1\r\na\r\n0\r\n\r\n"
    #expect(await code(unsigned, isSigned: true, length: 1) == "SignatureDoesNotMatch")
    let signature = String(repeating: "0", count: 64)
    let signed = "1;chunk-signature=\(signature)\r\na\r\n0;chunk-signature=\(signature)\r\n\r\n"
    #expect(await code(signed, isSigned: true, length: 1) == nil)
}

@Test func aFailureGivesUpTheRest() async {
    let pieces = PiecesBodySource([Array("x\r\n".utf8), Array("more".utf8)])
    let source = AWSChunkedBodySource(pieces, isSigned: false, decodedLength: 9, signatures: nil)
    await #expect(throws: ServiceError.self) { _ = try await source.next() }
    #expect(pieces.isCancelled)
}
