import Images
import Testing

struct GzipTests {
    private func expand(_ bytes: [UInt8], maxBytes: Int = 1 << 20) throws -> [UInt8] {
        try bytes.withUnsafeBytes { try Gzip.expand($0, maxBytes: maxBytes) }
    }

    @Test func whatWasCompressedExpandsToItself() throws {
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 7) }
        let packed = Gzip.compress(bytes)
        #expect(packed.count < bytes.count)
        #expect(try expand(packed) == bytes)
        #expect(try expand(Gzip.compress([])) == [])
        #expect(Gzip.compress(bytes) == packed)
    }

    @Test func bytesOfTheGzipProgramExpand() throws {
        // printf 'ground truth\n' | gzip -9n
        let bytes: [UInt8] = [
            0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4B, 0x2F, 0xCA, 0x2F, 0xCD, 0x4B, 0x51, 0x28,
            0x29, 0x2A, 0x2D, 0xC9, 0xE0, 0x02, 0x00, 0xCD, 0x00, 0x3D, 0x39, 0x0D, 0x00, 0x00, 0x00,
        ]
        #expect(try expand(bytes) == Array("ground truth\n".utf8))
    }

    @Test func aBombStopsAtTheLimit() {
        let packed = Gzip.compress([UInt8](repeating: 0, count: 8 << 20))
        #expect(packed.count < 64 << 10)
        #expect(throws: Gzip.Failure.tooLarge(limit: 1 << 20)) { try expand(packed) }
    }

    @Test func damageIsNoticed() {
        let packed = Gzip.compress(Array("labels and confidences".utf8))
        #expect(throws: Gzip.Failure.notGzip) { try expand(Array(packed.dropFirst())) }
        for count in 2..<packed.count {
            #expect(throws: Gzip.Failure.truncated) { try expand(Array(packed[..<count])) }
        }
        var wrong = packed
        wrong[packed.count - 6] ^= 1
        #expect(throws: Gzip.Failure.corrupt) { try expand(wrong) }
    }
}
