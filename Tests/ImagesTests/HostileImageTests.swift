// Whatever the bytes are, decoding ends with a bitmap or an ImageError.

import Images
import Kernel
import Testing

struct HostileImageTests {
    static let names = [
        "rgb-png.png", "alpha-png.png", "palette-transparent-png.png", "deep-interlaced-png.png", "baseline-jpeg.jpg",
        "progressive-jpeg.jpg", "ink-jpeg.jpg",
    ]

    @Test(arguments: names)
    func everyPrefixIsRefusedOrHasAllThePixels(_ name: String) throws {
        let bytes = try golden(name)
        let whole = try decode(bytes)
        for count in 0..<bytes.count {
            do {
                let bitmap = try decode(Array(bytes[..<count]))
                #expect(bitmap == whole, "prefix of \(count)")
            } catch is ImageError {
                continue
            }
        }
    }

    @Test(arguments: names)
    func damagedBytesNeverDoMoreThanFail(_ name: String) throws {
        let bytes = try golden(name)
        let draws = SeededDraws(seed: 7).scoped(name)
        var decoded = 0
        for turn in 0..<400 {
            var damaged = bytes
            for change in 0...draws.below(4, turn) {
                let at = draws.below(bytes.count, turn, change, 0)
                damaged[at] = UInt8(draws.below(256, turn, change, 1))
            }
            do {
                let bitmap = try decode(damaged, atLeast: turn % 2 == 0 ? nil : 5)
                #expect(bitmap.pixels.count == 3 * bitmap.width * bitmap.height)
                decoded += 1
            } catch is ImageError {
                continue
            }
        }
        #expect(decoded < 400)
    }
}
