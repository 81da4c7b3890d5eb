import Images
import Kernel
import Testing

struct ImageDecoderTests {
    @Test(arguments: [
        "rgb", "grey", "bilevel", "alpha", "grey-alpha", "palette", "palette-transparent", "deep", "deep-interlaced",
        "palette-interlaced", "grey-transparent", "rgb-transparent",
    ])
    func pngOfEveryKindDecodesAsAnotherDecoderSeesIt(_ name: String) throws {
        let bytes = try golden("\(name)-png.png")
        #expect(try header(bytes) == ImageHeader(format: .png, width: 13, height: 9))
        let bitmap = try decode(bytes)
        #expect(bitmap.width == 13 && bitmap.height == 9)
        // Blending with white may round differently by one.
        #expect(distance(bitmap.pixels, try golden("\(name)-png.rgb")) <= (name.contains("a") ? 1 : 0))
    }

    @Test(arguments: [("baseline", 0), ("progressive", 4), ("grey", 0), ("ink", 2)])
    func jpegOfEveryKindDecodesAsAnotherDecoderSeesIt(_ name: String, _ tolerance: Int) throws {
        let bytes = try golden("\(name)-jpeg.jpg")
        #expect(try header(bytes) == ImageHeader(format: .jpeg, width: 96, height: 80))
        #expect(distance(try decode(bytes).pixels, try golden("\(name)-jpeg.rgb")) <= tolerance)
    }

    @Test(arguments: [("small", 4), ("small-progressive", 4), ("small-ink", 2), ("exif", 4), ("restart", 4)])
    func jpegWithOtherPartsDecodesToo(_ name: String, _ tolerance: Int) throws {
        let bytes = try golden("\(name)-jpeg.jpg")
        #expect(try header(bytes) == ImageHeader(format: .jpeg, width: 20, height: 17))
        #expect(distance(try decode(bytes).pixels, try golden("\(name)-jpeg.rgb")) <= tolerance)
    }

    @Test func jpegIsScaledDownToJustAboveTheWantedSize() throws {
        let bytes = try golden("baseline-jpeg.jpg")
        let bitmap = try decode(bytes, atLeast: 25)
        // 80 rows in eighths: 20 are too few, 30 are enough.
        #expect(bitmap.height == 30 && bitmap.width == 36)
        #expect(try decode(bytes, atLeast: 1).height == 10)
        #expect(try decode(bytes, atLeast: 500).height == 80)
    }

    @Test func scaledJPEGLooksLikeTheAverageOfTheFullOne() throws {
        let bytes = try golden("baseline-jpeg.jpg")
        let small = try decode(bytes, atLeast: 40)
        #expect(small.width == 48 && small.height == 40)
        let averaged = try decode(bytes).resized(width: 48, height: 40)
        #expect(distance(small.pixels, averaged.pixels) <= 6)
    }

    @Test(arguments: ["rgb", "deep-interlaced"])
    func pngIsAveragedInBlocksWhenFewerPixelsAreWanted(_ name: String) throws {
        let full = try decode(try golden("\(name)-png.png"))
        let small = try decode(try golden("\(name)-png.png"), atLeast: 3)
        #expect(small.width == 4 && small.height == 3)
        for y in 0..<3 {
            for x in 0..<4 {
                for channel in 0..<3 {
                    var sum = 0
                    for row in 0..<3 {
                        for column in 0..<3 {
                            sum += Int(full.pixels[((3 * y + row) * 13 + 3 * x + column) * 3 + channel])
                        }
                    }
                    #expect(Int(small.pixels[(y * 4 + x) * 3 + channel]) == (sum + 4) / 9)
                }
            }
        }
    }

    @Test func bytesThatAreNoImageAreSaidToBeNone() {
        #expect(throws: ImageError.unrecognized) { try header(Array("GIF89a, which we do not read".utf8)) }
        #expect(throws: ImageError.truncated) { try header([]) }
    }

    @Test func limitsAreEnforcedBeforeAnythingIsDecoded() throws {
        var limits = Limits()
        limits.imageBytes = 100
        let bytes = try golden("rgb-png.png")
        #expect(throws: ImageError.tooManyBytes(bytes.count, limit: 100)) {
            try header(bytes, ImageDecoder(limits: limits))
        }
        limits = Limits()
        limits.imagePixels = 96 * 80 - 1
        let picture = try golden("baseline-jpeg.jpg")
        #expect(throws: ImageError.tooManyPixels(width: 96, height: 80, limit: 7679)) {
            try header(picture, ImageDecoder(limits: limits))
        }
        limits = Limits()
        limits.interlacedImagePixels = 13 * 9 - 1
        let interlaced = try golden("deep-interlaced-png.png")
        #expect(throws: ImageError.tooManyPixels(width: 13, height: 9, limit: 116)) {
            try interlaced.withUnsafeBytes { try ImageDecoder(limits: limits).decode($0) }
        }
    }

    @Test func aHugeSizeInASmallFileIsRefused() throws {
        var bytes = try golden("rgb-png.png")
        // Width and height of the header chunk, and its checksum: IHDR, 100,000 x 100,000.
        bytes.replaceSubrange(16..<24, with: [0x00, 0x01, 0x86, 0xA0, 0x00, 0x01, 0x86, 0xA0])
        bytes.replaceSubrange(29..<33, with: crc32(bytes[12..<29]))
        #expect(throws: ImageError.tooManyPixels(width: 100_000, height: 100_000, limit: 100_000_000)) {
            try decode(bytes)
        }
    }
}
