// Target "chunks": the framing aws-chunked. The first byte of an input says what kind of body, the second its decoded
// length; the rest is the body.

internal import Digests
internal import Kernel
internal import Signing
internal import Wire

extension FuzzTarget {
    static let chunks = FuzzTarget("chunks", seeds: chunkSeeds, fuzzChunks)
}

/// However a body comes in pieces, the same is read from it. A body that was signed chunk by chunk is read as it was,
/// and not at all where one byte of it is another.
private func fuzzChunks(_ bytes: [UInt8]) throws(Flaw) {
    var draws = Draws(bytes)
    let kind = draws.byte(), length = Int64(draws.byte())
    if kind & 4 != 0 { return try checkOwnChunks(Array(draws.rest), size: Int(length)) }
    let isSigned = kind & 1 != 0, isKnown = kind & 2 != 0
    let body = Array(draws.rest.prefix(4096))
    var first: Reading?
    for pieces in cuts(of: body) {
        let reading = try read(pieces, isSigned: isSigned, length: length, signatures: isKnown ? ownSignatures() : nil)
        if case .success(let whole) = reading {
            try require(whole.data.count == length, "\(whole.data.count) bytes of \(length)")
        }
        try require(first ?? reading == reading, "\(String(describing: first)) or \(reading), by the pieces")
        first = reading
    }
}

private struct Whole: Equatable, Sendable {
    var data: [UInt8], trailers: [ServiceError.Field]
}

private typealias Reading = Result<Whole, ServiceError>

private func read(
    _ pieces: [[UInt8]], isSigned: Bool, length: Int64, signatures: ChunkSignatures?
) throws(Flaw) -> Reading {
    try outcome { () async throws(ServiceError) -> Whole in
        let source = AWSChunkedBodySource(
            PiecesSource(pieces), isSigned: isSigned, decodedLength: length, trailer: "x-amz-checksum-crc32",
            signatures: signatures)
        let (data, trailers) = try await readWhole(source)
        return Whole(data: data, trailers: trailers)
    }
}

private func ownSignatures() throws(Flaw) -> ChunkSignatures {
    do throws(SignatureFault) {
        if let signatures = try Known.head.chunkSignatures { return signatures }
    } catch {}
    throw Flaw("the request's own signature is not read")
}

extension RequestHead {
    fileprivate var chunkSignatures: ChunkSignatures? {
        get throws(SignatureFault) { try Known.signer.chunkSignatures(of: self) }
    }
}

private func checkOwnChunks(_ data: [UInt8], size: Int) throws(Flaw) {
    var signatures = try ownSignatures()
    var body: [UInt8] = []
    let size = max(1, size)
    let pieces = stride(from: 0, to: data.count, by: size).map { Array(data[$0..<min(data.count, $0 + size)]) }
    for piece in pieces + [[]] {
        let signature = signatures.sign(chunkHash: SHA256Digest.of(piece))
        body += "\(String(piece.count, radix: 16));chunk-signature=\(signature)\r\n".utf8 + piece
        if !piece.isEmpty { body += [0x0D, 0x0A] }
    }
    body += [0x0D, 0x0A]
    let length = Int64(data.count)
    let reading = try read([body], isSigned: true, length: length, signatures: ownSignatures())
    try require(reading == .success(Whole(data: data, trailers: [])), "our own chunks are read as \(reading)")
    guard !data.isEmpty else { return }
    let place = body.count - 1 - 2 - 2 - 64 - 1
    body[place] ^= 1
    let changed = try read([body], isSigned: true, length: length, signatures: ownSignatures())
    if case .success = changed { throw Flaw("a changed body is let through") }
}

private let chunkSeeds = [
    "\0\u{0B}5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n",
    "\0\0" + "0\r\n\r\n",
    "\0\u{03}3\nabc\n0\nA: b \nx-amz-trailer-signature:00\n",
    "\u{01}\u{03}3;chunk-signature=\(String(repeating: "0", count: 64))\r\nabc\r\n"
        + "0;chunk-signature=\(String(repeating: "f", count: 64))\r\n\r\n",
    "\u{03}\u{03}3;chunk-signature=\(String(repeating: "0", count: 64))\r\nabc\r\n",
    "\u{04}\u{05}some bytes that are signed here",
    "\0\u{10}00000000000000A;x=y\r\n0123456789\r\nfffffffffffffff\r\n",
]
