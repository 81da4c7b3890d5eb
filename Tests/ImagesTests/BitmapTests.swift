import Images
import Testing

struct BitmapTests {
    private func bitmap(_ width: Int, _ height: Int, _ value: (Int, Int, Int) -> Int) -> Bitmap {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width { for channel in 0..<3 { pixels.append(UInt8(value(x, y, channel))) } }
        }
        return Bitmap(width: width, height: height, pixels: pixels)
    }

    /// How much of source pixel `index` output pixel `target` covers, when `source` pixels become `count`.
    private func coverage(_ index: Int, _ target: Int, _ source: Int, _ count: Int) -> Double {
        let scale = Double(source) / Double(count)
        let low = max(Double(index), Double(target) * scale), high = min(Double(index + 1), Double(target + 1) * scale)
        return max(0, high - low) / scale
    }

    @Test(arguments: [(23, 17, 5, 4), (64, 48, 16, 16), (10, 9, 9, 8), (300, 7, 11, 7)])
    func shrinkingAveragesWhatEachPixelCovers(_ width: Int, _ height: Int, _ newWidth: Int, _ newHeight: Int) throws {
        let source = bitmap(width, height) { x, y, channel in (x * 37 + y * 91 + channel * 13 + x * y) % 256 }
        let result = try source.resized(width: newWidth, height: newHeight)
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                for channel in 0..<3 {
                    var expected = 0.0
                    for row in 0..<height {
                        let down = coverage(row, y, height, newHeight)
                        for column in 0..<width where down > 0 {
                            expected +=
                                down * coverage(column, x, width, newWidth)
                                * Double(source.pixels[(row * width + column) * 3 + channel])
                        }
                    }
                    #expect(abs(Double(result.pixels[(y * newWidth + x) * 3 + channel]) - expected) <= 0.51)
                }
            }
        }
    }

    @Test func growingInterpolatesBetweenPixelCentres() throws {
        let source = bitmap(2, 1) { x, _, _ in x * 200 }
        let row = try source.resized(width: 8, height: 3)
        #expect(stride(from: 0, to: 24, by: 3).map { Int(row.pixels[$0]) } == [0, 0, 25, 75, 125, 175, 200, 200])
        #expect(row.pixels[24..<48] == row.pixels[0..<24])
    }

    @Test(arguments: [(3, 5), (40, 31), (17, 17), (1, 1)])
    func anEvenColourStaysItself(_ width: Int, _ height: Int) throws {
        let source = bitmap(17, 17) { _, _, channel in [255, 128, 3][channel] }
        let result = try source.resized(width: width, height: height)
        #expect(result == bitmap(width, height) { _, _, channel in [255, 128, 3][channel] })
    }
}
