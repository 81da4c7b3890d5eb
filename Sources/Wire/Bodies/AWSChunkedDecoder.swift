// The framing "aws-chunked" (Signature Version 4, "chunked upload"), as a value that is fed and answers with the data
// in it. Data is passed on as slices of what came in, before its signature is known: whoever stores it must not make it
// visible before the end has been reached, which needs every signature to be right.
//
//   state      on                        next
//   size       a line `HEX[;ext]` CRLF   data, or trailers where the size is 0
//   data       all bytes of the chunk    dataEnd
//   dataEnd    CRLF                      size
//   trailers   a line `name:value` CRLF  trailers
//   trailers   an empty line             complete
//   complete   anything                  refused

internal import Digests
internal import Kernel
internal import Signing

/// A part of a chunk, lent from it.
struct ChunkSlice: ByteChunk {
    let base: any ByteChunk
    let range: Range<Int>

    var count: Int { range.count }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try base.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
}

/// Takes aws-chunked bytes apart.
struct AWSChunkedDecoder: Sendable {
    private enum State: Sendable { case size, data(Int64), dataEnd, trailers, complete }

    private static let maximumLineBytes = 1024

    private let isSigned: Bool
    private let decodedLength: Int64
    private let announcedTrailer: String?
    private var signatures: ChunkSignatures?
    private var state = State.size
    private var line: [UInt8] = []
    private var length: Int64 = 0
    /// The signature in the header of the current chunk, and the hash of its data so far.
    private var chunkSignature = ""
    private var chunkHash: SHA256Digest?
    private(set) var trailers: [ServiceError.Field] = []
    private var trailerSignature: String?

    /// - Parameters:
    ///   - trailer: the only one there may be.
    ///   - signatures: nil where the key is not known; then chunks must be signed in form only.
    init(isSigned: Bool, decodedLength: Int64, trailer: String? = nil, signatures: ChunkSignatures?) {
        self.isSigned = isSigned
        self.decodedLength = decodedLength
        announcedTrailer = trailer
        self.signatures = isSigned ? signatures : nil
    }

    /// Takes the next bytes and appends the data in them.
    mutating func decode(_ chunk: any ByteChunk, into output: inout [any ByteChunk]) throws(ServiceError) {
        var slices: [Range<Int>] = []
        let result = chunk.withUnsafeBytes { bytes in
            Result { () throws(ServiceError) in try decode(bytes, into: &slices) }
        }
        try result.get()
        for slice in slices { output.append(ChunkSlice(base: chunk, range: slice)) }
    }

    /// The body has ended: everything must have been there.
    mutating func finish() throws(ServiceError) {
        // Some clients leave the last empty line out.
        if case .trailers = state, line.isEmpty { try complete() }
        guard case .complete = state, length == decodedLength else { throw .incompleteBody() }
    }

    private mutating func decode(_ bytes: UnsafeRawBufferPointer, into slices: inout [Range<Int>]) throws(ServiceError)
    {
        var place = 0
        while place < bytes.count {
            switch state {
            case .data(let remaining):
                let end = place + Int(min(Int64(bytes.count - place), remaining))
                chunkHash?.update(UnsafeRawBufferPointer(rebasing: bytes[place..<end]))
                slices.append(place..<end)
                let left = remaining - Int64(end - place)
                state = left > 0 ? .data(left) : .dataEnd
                place = end
            case .complete: throw .malformedChunk("there are bytes behind the end")
            case .size, .dataEnd, .trailers:
                guard let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) else {
                    return try extendLine(bytes[place...])
                }
                try extendLine(bytes[place..<end])
                try takeLineEnd()
                try endLine()
                line.removeAll(keepingCapacity: true)
                place = end + 1
            }
        }
    }

    /// Chunks are framed by CRLF; how lines of trailers end differs between clients.
    private mutating func takeLineEnd() throws(ServiceError) {
        if line.last == UInt8(ascii: "\r") {
            line.removeLast()
        } else if case .trailers = state {
            return
        } else {
            throw .malformedChunk("a line does not end in CRLF")
        }
    }

    private mutating func extendLine(_ bytes: Slice<UnsafeRawBufferPointer>) throws(ServiceError) {
        guard line.count + bytes.count <= Self.maximumLineBytes else { throw .malformedChunk("a line is too long") }
        line.append(contentsOf: bytes)
    }

    private mutating func endLine() throws(ServiceError) {
        switch state {
        case .size: try beginChunk()
        case .dataEnd:
            guard line.isEmpty else { throw .malformedChunk("a chunk is longer than its size says") }
            try endChunk()
            state = .size
        case .trailers where line.isEmpty: try complete()
        case .trailers: try takeTrailer()
        case .data, .complete: break
        }
    }

    // MARK: Chunks

    private mutating func beginChunk() throws(ServiceError) {
        let header = line.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        var size: Int64 = 0
        guard (1...15).contains(header[0].count) else { throw .malformedChunk("a size is missing") }
        for digit in header[0] {
            guard let value = Hex.value(of: digit) else { throw .malformedChunk("a size is not hexadecimal") }
            size = size << 4 | Int64(value)
        }
        length += size
        guard length <= decodedLength else { throw .incompleteBody() }
        if isSigned { chunkSignature = try signature(header.dropFirst()) }
        if signatures != nil { chunkHash = SHA256Digest() }
        if size > 0 {
            state = .data(size)
        } else {
            try endChunk()
            state = .trailers
        }
    }

    private func signature(_ extensions: ArraySlice<ArraySlice<UInt8>>) throws(ServiceError) -> String {
        let name = Array("chunk-signature=".utf8)
        guard let field = extensions.first(where: { $0.starts(with: name) }) else { throw ChunkSignatures.mismatch }
        let signature = String(decoding: field.dropFirst(name.count), as: UTF8.self)
        guard signature.utf8.count == 64, Hex.bytes(signature) != nil else { throw ChunkSignatures.mismatch }
        return signature
    }

    private mutating func endChunk() throws(ServiceError) {
        guard let hash = chunkHash?.finalize() else { return }
        guard signatures?.verify(chunkSignature, chunkHash: hash) == true else { throw ChunkSignatures.mismatch }
    }

    // MARK: Trailers

    private mutating func takeTrailer() throws(ServiceError) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .malformedTrailer() }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        let blanks = [UInt8(ascii: " "), UInt8(ascii: "\t")]
        var value = line[(colon + 1)...].drop { blanks.contains($0) }
        while let last = value.last, blanks.contains(last) { value.removeLast() }
        let text = String(decoding: value, as: UTF8.self)
        if name == "x-amz-trailer-signature" {
            trailerSignature = text
        } else {
            guard name == announcedTrailer, trailers.isEmpty else { throw .malformedTrailer() }
            trailers.append(ServiceError.Field(name, text))
        }
    }

    private mutating func complete() throws(ServiceError) {
        state = .complete
        guard signatures != nil, !trailers.isEmpty || trailerSignature != nil else { return }
        let canonical = trailers.flatMap { Array("\($0.name):\($0.value)\n".utf8) }
        guard let signature = trailerSignature, signatures?.verify(signature, trailers: canonical) == true else {
            throw ChunkSignatures.mismatch
        }
    }
}

extension ServiceError {
    static func malformedChunk(_ reason: String) -> ServiceError {
        ServiceError("IncompleteBody", status: 400, "The aws-chunked body is malformed: \(reason).")
    }

    static func incompleteBody() -> ServiceError {
        ServiceError(
            "IncompleteBody", status: 400,
            "You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header")
    }
}
