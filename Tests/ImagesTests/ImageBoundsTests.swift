// What an image costs is known from its markers: whatever would take more memory or time than is allowed is refused
// before it is decoded.

import Images
import Kernel
import Testing

struct ImageBoundsTests {
    /// A PNG of one row of 16-bit colours would take 16 bytes a pixel, and more, for its rows alone.
    @Test(arguments: [(100_000_000, 1), (1, 100_000_000), (1_000_001, 1)])
    func aSideBeyondAllMeasureIsRefused(_ width: Int, _ height: Int) {
        let error = #expect(throws: ImageError.self) { try decode(png(width: width, height: height)) }
        #expect(error == .unsupported("a side of \(max(width, height)) pixels; up to 1000000 are read"))
    }

    @Test(arguments: [(0, 5), (5, 0), (0x8000_0000, 1), (0xFFFF_FFFF, 0xFFFF_FFFF), (0x7FFF_FFFF, 0x7FFF_FFFF)])
    func aSizeThatIsNoneIsRefused(_ width: Int, _ height: Int) {
        #expect(throws: ImageError.self) { try decode(png(width: width, height: height)) }
    }

    @Test func aWrongChecksumIsRefused() throws {
        var bytes = try golden("rgb-png.png")
        bytes[29] ^= 1
        #expect(throws: ImageError.self) { try decode(bytes) }
    }

    @Test func moreBitsASampleThanEightAreRefusedByJPEG() throws {
        var bytes = try golden("small-jpeg.jpg")
        let frame = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC0]) })
        bytes[frame + 4] = 12
        #expect(throws: ImageError.unsupported("12 bits a sample")) { try header(bytes) }
    }

    @Test func aJPEGInSeveralScansMayHaveFewerPixels() throws {
        var limits = Limits()
        limits.interlacedImagePixels = 96 * 80 - 1
        let decoder = ImageDecoder(limits: limits)
        let refused = ImageError.tooManyPixels(width: 96, height: 80, limit: 7679)
        #expect(throws: refused) { try decoded(golden("progressive-jpeg.jpg"), decoder) }
        #expect(throws: Never.self) { try decoded(golden("baseline-jpeg.jpg"), decoder) }
        #expect(throws: Never.self) { try header(golden("progressive-jpeg.jpg"), decoder) }
    }

    /// Each scan goes over the whole image, and takes next to no bytes where it changes nothing.
    @Test func tooManyScansAreRefused() throws {
        let bytes = try golden("small-progressive-jpeg.jpg")
        let scans = bytes.indices.filter { bytes[$0...].starts(with: [0xFF, 0xDA]) }
        let last = try #require(scans.last), end = bytes.count - 2
        #expect(scans.count > 3)
        func with(_ more: Int) -> [UInt8] {
            bytes[..<end] + (0..<more).flatMap { _ in bytes[last..<end] } + [0xFF, 0xD9]
        }
        #expect(throws: ImageError.unsupported("more than 100 scans")) { try decode(with(101 - scans.count)) }
        let allowed = Result { try decode(with(100 - scans.count)) }
        if case .failure(let error) = allowed {
            #expect(error as? ImageError != .unsupported("more than 100 scans"))
        }
    }

    /// A JPEG whose only scan has one of three colours keeps all coefficients, too.
    @Test func coloursOneAfterAnotherCountAsSeveralScans() throws {
        var limits = Limits()
        limits.interlacedImagePixels = 20 * 17 - 1
        var bytes = try golden("small-jpeg.jpg")
        let scan = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xDA]) })
        // Length, one component, its tables, and the rest as it is.
        bytes.replaceSubrange(scan + 2..<scan + 14, with: [0, 8, 1, 1, 0, 0, 63, 0])
        #expect(throws: ImageError.tooManyPixels(width: 20, height: 17, limit: 339)) {
            try decoded(bytes, ImageDecoder(limits: limits))
        }
    }

    private func decoded(_ bytes: [UInt8], _ decoder: ImageDecoder) throws -> Bitmap {
        try bytes.withUnsafeBytes { try decoder.decode($0) }
    }

    /// A PNG of 16-bit colours that ends where its pixels begin.
    private func png(width: Int, height: Int) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        let header = Array("IHDR".utf8) + number(width) + number(height) + [16, 6, 0, 0, 0]
        let pixels = Array("IDAT".utf8) + [0x78, 0x01]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + number(13) + header + crc32(header[...])
            + number(2) + pixels + crc32(pixels[...])
    }
}
