// Target "images": JPEG and PNG as anybody may have made them. An input is the bytes of an image. Of a PNG also what it
// would be with the right checksums is decoded, and with its pixel data packed anew: else nearly every change would be
// found by a checksum or by zlib, and nothing behind them would be reached.

internal import Glibc
internal import Images
internal import Kernel

extension FuzzTarget {
    /// Changed images are tried in numbers by an ordinary test, too.
    package static let images = FuzzTarget("images", seeds: imageSeeds(), fuzzImages)
}

/// Whatever the bytes are, they are refused or decoded to the size that their header tells.
private func fuzzImages(_ bytes: [UInt8]) throws(Flaw) {
    try checkImage(bytes)
    guard let chunks = PNGChunk.all(in: bytes) else { return }
    let repaired = PNGChunk.signature + chunks.flatMap(\.encoded)
    if repaired != bytes { try checkImage(repaired) }
    let packed = chunks.map { $0.kind == PNGChunk.pixels ? PNGChunk(kind: $0.kind, data: stored($0.data)) : $0 }
    try checkImage(PNGChunk.signature + packed.flatMap(\.encoded))
}

private func checkImage(_ bytes: [UInt8]) throws(Flaw) {
    var limits = Limits()
    // A large image takes its time; how large one may be is the business of other tests.
    limits.imagePixels = 1 << 18
    limits.interlacedImagePixels = 1 << 16
    let decoder = ImageDecoder(limits: limits)
    let header = result(bytes) { (bytes) throws(ImageError) in try decoder.header(of: bytes) }
    let whole = result(bytes) { (bytes) throws(ImageError) in try decoder.decode(bytes) }
    let small = result(bytes) { (bytes) throws(ImageError) in try decoder.decode(bytes, atLeast: 5) }
    let numbers = result(bytes) { (bytes) throws(ImageError) in try IndexedImage(png: bytes, limits: limits) }
    switch header {
    case .failure(let error):
        try require(whole == .failure(error) && small == .failure(error), "\(error), but \(whole) and \(small)")
        if case .success = numbers { throw Flaw("numbers without a header") }
    case .success(let header):
        try require(header.width > 0 && header.height > 0, "\(header)")
        try require(header.width * header.height <= limits.imagePixels, "\(header)")
        if case .success(let image) = numbers {
            try require(image.width == header.width && image.height == header.height, "\(header) has \(image.width)")
        }
        if case .success(let image) = whole { try check(image, small, header) }
    }
}

private func check(_ whole: Bitmap, _ small: Result<Bitmap, ImageError>, _ header: ImageHeader) throws(Flaw) {
    try require(whole.width == header.width && whole.height == header.height, "\(header) is \(whole.width)")
    guard case .success(let small) = small else { throw Flaw("\(header) is decoded, but not scaled: \(small)") }
    try require(small.width <= header.width && small.height <= header.height, "\(header) grows to \(small.width)")
    try require(
        min(small.width, small.height) >= min(5, header.width, header.height),
        "\(header) shrinks to \(small.width) x \(small.height)")
    let other = Result { () throws(ImageError) in try whole.resized(width: 7, height: 3) }
    try require((try? other.get())?.pixels.count == 63, "\(header) cannot be scaled")
}

private func result<Value>(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(ImageError) -> Value
) -> Result<Value, ImageError> {
    bytes.withUnsafeBytes { bytes in Result { () throws(ImageError) in try body(bytes) } }
}

/// A part of a PNG.
private struct PNGChunk {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    static let pixels = Array("IDAT".utf8)

    var kind: [UInt8]
    var data: [UInt8]

    /// With its length and its checksum.
    var encoded: [UInt8] {
        bigEndian(UInt32(data.count)) + kind + data + bigEndian(crc32(kind + data))
    }

    /// The chunks of a PNG, the last one cut off where the bytes end; nil where it is none.
    static func all(in bytes: [UInt8]) -> [PNGChunk]? {
        guard bytes.starts(with: signature) else { return nil }
        var chunks: [PNGChunk] = [], rest = bytes[8...]
        while rest.count >= 8, chunks.count < 64 {
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            let kind = Array(rest.dropFirst(4).prefix(4))
            rest = rest.dropFirst(8)
            chunks.append(PNGChunk(kind: kind, data: Array(rest.prefix(length))))
            rest = rest.dropFirst(length).dropFirst(4)
        }
        return chunks
    }
}

/// Bytes as zlib has them that were not compressed (RFC 1950, RFC 1951, 3.2.4).
private func stored(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01], first: UInt32 = 1, second: UInt32 = 0
    let length = UInt16(clamping: bytes.count), data = bytes.prefix(Int(length))
    result += [1, UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8)] + data
    for byte in data {
        first = (first + UInt32(byte)) % 65521
        second = (second + first) % 65521
    }
    return result + bigEndian(second << 16 | first)
}

private func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

/// CRC-32 as PNG has it behind a chunk.
private func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { rest, byte in rest >> 8 ^ crcTable[Int((rest ^ UInt32(byte)) & 255)] }
}

private let crcTable: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
}

// MARK: Seeds

private let seedNames = [
    "small-jpeg.jpg", "small-progressive-jpeg.jpg", "small-ink-jpeg.jpg", "exif-jpeg.jpg", "restart-jpeg.jpg",
    "grey-jpeg.jpg", "rgb-png.png", "alpha-png.png", "grey-alpha-png.png", "bilevel-png.png",
    "palette-transparent-png.png", "palette-interlaced-png.png", "grey-transparent-png.png", "rgb-transparent-png.png",
    "deep-png.png", "deep-interlaced-png.png",
]

/// The images of Tests/Golden that are small, and some PNGs whose pixel data is not packed.
private func imageSeeds() -> [[UInt8]] {
    let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Golden/images/"
    let files = seedNames.map { name -> [UInt8] in
        guard let file = fopen(folder + name, "rb") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        return Array(bytes[..<fread(&bytes, 1, bytes.count, file)])
    }
    // Depth, colour type and interlacing, and bytes of a row of three pixels.
    let kinds: [(UInt8, UInt8, UInt8, Int)] = [(8, 2, 0, 9), (1, 3, 0, 1), (16, 6, 0, 24), (8, 0, 1, 3), (2, 0, 0, 1)]
    let unpacked = kinds.map { depth, color, interlacing, rowBytes in
        var chunks = [
            PNGChunk(
                kind: Array("IHDR".utf8),
                data: bigEndian(3) + bigEndian(5) + [depth, color, 0, 0, interlacing])
        ]
        if color == 3 { chunks.append(PNGChunk(kind: Array("PLTE".utf8), data: [255, 0, 0, 0, 255, 0])) }
        let row = (0..<rowBytes).map { UInt8($0 * 9) }
        chunks.append(PNGChunk(kind: PNGChunk.pixels, data: (0..<5).flatMap { [UInt8($0)] + row }))
        chunks.append(PNGChunk(kind: Array("IEND".utf8), data: []))
        return PNGChunk.signature + chunks.flatMap(\.encoded)
    }
    return files + unpacked
}
