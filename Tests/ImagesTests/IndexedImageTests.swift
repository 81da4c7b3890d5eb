import Kernel
import Testing

@testable import Images

@Suite struct IndexedImageTests {
    private let palette = [Color(red: 255, green: 255, blue: 255), Color(red: 44, green: 160, blue: 44)]

    @Test(arguments: [(1, 1), (7, 3), (300, 2), (1, 500)])
    func numbersSurviveTheFile(width: Int, height: Int) throws {
        let image = IndexedImage(
            width: width, height: height, pixels: (0..<width * height).map { UInt8($0 * 7 % 5 == 0 ? 1 : 0) })
        let file = try image.png(palette: palette)
        #expect(try file.withUnsafeBytes { try IndexedImage(png: $0) } == image)
        // The general decoder, which knows nothing of numbers, sees the colours.
        let seen = try file.withUnsafeBytes { try ImageDecoder().decode($0) }
        #expect(
            seen.pixels
                == image.pixels.flatMap { [palette[Int($0)].red, palette[Int($0)].green, palette[Int($0)].blue] })
    }

    @Test func numberZeroMayBeTransparent() throws {
        let black = [Color(red: 0, green: 0, blue: 0), Color(red: 9, green: 8, blue: 7)]
        let image = IndexedImage(width: 2, height: 1, pixels: [0, 1])
        let seen = try image.png(palette: black, showsNothingForZero: true)
            .withUnsafeBytes { try ImageDecoder().decode($0) }
        #expect(seen.pixels == [255, 255, 255, 9, 8, 7])
    }

    @Test func coloursAreReadAndWrittenAsHexadecimal() {
        #expect(Color(hex: "#2ca02c") == palette[1])
        #expect(Color(hex: "#2CA02C")?.hex == "#2ca02c")
        #expect(Color(red: 0, green: 10, blue: 255).hex == "#000aff")
        for text in ["", "#", "2ca02c", "#2ca02", "#2ca02cc", "#+ca02c", "#ggg000", "#2ca02é"] {
            #expect(Color(hex: text) == nil)
        }
    }

    @Test func picturesOfColoursAreRefused() throws {
        #expect(throws: ImageError.self) { try Array("nothing".utf8).withUnsafeBytes { try IndexedImage(png: $0) } }
        let file = try IndexedImage(width: 40, height: 40, pixels: [UInt8](repeating: 1, count: 1600))
            .png(palette: palette)
        #expect(throws: ImageError.self) {
            try Array(file.prefix(file.count / 2)).withUnsafeBytes { try IndexedImage(png: $0) }
        }
    }
}
