internal import Glibc
package import Kernel

/// All bytes of an answer's body, wherever they are.
package func readAll(_ body: BodyResult) throws -> [UInt8] {
    struct Streamed: Error {}
    switch body {
    case .none: return []
    case .stream: throw Streamed()
    case .bytes(let bytes): return bytes
    case .file(let file, let range):
        struct Short: Error {}
        let count = Int(range.upperBound - range.lowerBound)
        var bytes: [UInt8] = []
        while bytes.count < count {
            let piece = [UInt8](unsafeUninitializedCapacity: count - bytes.count) { buffer, filled in
                filled = max(
                    0, pread(file.descriptor, buffer.baseAddress, buffer.count, off_t(range.lowerBound) + bytes.count))
            }
            guard !piece.isEmpty else { throw Short() }
            bytes += piece
        }
        return bytes
    }
}
