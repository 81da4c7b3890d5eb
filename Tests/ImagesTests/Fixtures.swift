// Images made by other programs, and what those see in them: Tests/Golden/images/make-images.py.

import Images

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

struct MissingFixture: Error { var path: String }

/// A file beside the script that made it.
func golden(_ name: String) throws -> [UInt8] {
    let path = #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined() + "/Golden/images/" + name
    guard let file = fopen(path, "rb") else { throw MissingFixture(path: path) }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
}

func decode(_ bytes: [UInt8], atLeast side: Int? = nil) throws -> Bitmap {
    try bytes.withUnsafeBytes { try ImageDecoder().decode($0, atLeast: side) }
}

func header(_ bytes: [UInt8], _ decoder: ImageDecoder = ImageDecoder()) throws -> ImageHeader {
    try bytes.withUnsafeBytes { try decoder.header(of: $0) }
}

/// The largest difference of two pixels.
func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    left.count == right.count ? zip(left, right).map { abs(Int($0) - Int($1)) }.max() ?? 0 : .max
}

/// CRC-32 as PNG puts it behind a chunk, most significant byte first.
func crc32(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let rest = bytes.reduce(UInt32.max) { rest, byte in
        (0..<8).reduce(rest ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return (0..<4).map { UInt8(truncatingIfNeeded: ~rest >> (24 - 8 * $0)) }
}
