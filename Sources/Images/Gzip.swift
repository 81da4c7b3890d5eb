// Gzip (RFC 1952) through zlib, for archives that are small enough to be in memory.

internal import CImages

/// Compresses and expands whole byte strings.
package enum Gzip {
    /// Why bytes do not expand.
    package enum Failure: Error, Hashable, Sendable {
        case notGzip
        case truncated
        case corrupt
        /// More bytes came out than the caller allows; the rest was not expanded.
        case tooLarge(limit: Int)
    }

    /// Compresses; the same bytes always give the same result (no name, no time in the header).
    package static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        let status = deflateInit2_(
            &stream, Z_BEST_SPEED, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib: \(status)")
        defer { deflateEnd(&stream) }
        var result = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let written = bytes.withUnsafeBufferPointer { input in
            result.withUnsafeMutableBufferPointer { output in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                let status = deflate(&stream, Z_FINISH)
                precondition(status == Z_STREAM_END, "zlib: \(status)")
                return output.count - Int(stream.avail_out)
            }
        }
        result.removeSubrange(written...)
        return result
    }

    /// Expands one gzip member, to at most `maxBytes`; what follows it is ignored.
    package static func expand(_ bytes: UnsafeRawBufferPointer, maxBytes: Int) throws(Failure) -> [UInt8] {
        guard bytes.starts(with: [0x1F, 0x8B]) else { throw .notGzip }
        var stream = z_stream()
        guard inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .corrupt
        }
        defer { inflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = UInt32(clamping: bytes.count)
        var result: [UInt8] = []
        var slice = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let (status, count) = slice.withUnsafeMutableBufferPointer { output in
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                let status = inflate(&stream, Z_NO_FLUSH)
                return (status, output.count - Int(stream.avail_out))
            }
            guard result.count + count <= maxBytes else { throw .tooLarge(limit: maxBytes) }
            result += slice[..<count]
            switch status {
            case Z_STREAM_END: return result
            case Z_OK where count > 0 || stream.avail_in > 0: continue
            case Z_OK, Z_BUF_ERROR: throw .truncated
            default: throw .corrupt
            }
        }
    }
}
