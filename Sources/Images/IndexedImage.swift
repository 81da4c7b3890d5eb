// Images whose pixels are numbers with a colour each: what label masks are written as. libpng does the coding.

internal import CImages
package import Kernel

/// A colour of a palette.
package struct Color: Hashable, Sendable {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Reads `#rrggbb`, in either case; nil for anything else.
    package init?(hex text: String) {
        let digits = text.utf8.dropFirst()
        guard text.utf8.first == UInt8(ascii: "#"), digits.count == 6, digits.allSatisfy({ $0 != UInt8(ascii: "+") }),
            let value = UInt32(digits.map { String(UnicodeScalar($0)) }.joined(), radix: 16)
        else { return nil }
        self.init(red: UInt8(value >> 16), green: UInt8(value >> 8 & 255), blue: UInt8(value & 255))
    }

    /// `#rrggbb` in lower case.
    package var hex: String {
        "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// An image of at most 256 colours: rows from the top, one byte a pixel.
package struct IndexedImage: Hashable, Sendable {
    /// Pixels in a row, at least 1.
    package let width: Int
    /// Number of rows, at least 1.
    package let height: Int
    /// Exactly `width * height` numbers.
    package let pixels: [UInt8]

    /// Takes over pixels; there must be exactly `width * height` of them, and at least one.
    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && pixels.count == width * height)
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// The image as an indexed PNG of eight bits.
    /// - Parameters:
    ///   - palette: the colour of each number; at most 256, and one for every number that occurs.
    ///   - showsNothingForZero: whether number 0 is transparent.
    package func png(palette: [Color], showsNothingForZero: Bool = false) throws(ImageError) -> [UInt8] {
        precondition(
            palette.count <= 256 && Int(pixels.max() ?? 0) < palette.count, "every number needs a colour")
        var encoded: [UInt8] = []
        let colors = palette.flatMap { [$0.red, $0.green, $0.blue] }
        try checkImage { message in
            withUnsafeMutablePointer(to: &encoded) { output in
                gw_png_encode_indexed(
                    pixels, UInt32(width), UInt32(height), colors, Int32(palette.count), showsNothingForZero ? 1 : 0,
                    { context, bytes, count in
                        context?.assumingMemoryBound(to: [UInt8].self).pointee.append(
                            contentsOf: UnsafeBufferPointer(start: bytes, count: count))
                    }, output, message)
            }
        }
        return encoded
    }

    /// Reads a PNG with a palette, or grey of at most eight bits: the numbers, not the colours they stand for.
    package init(png bytes: UnsafeRawBufferPointer, limits: Limits = Limits()) throws(ImageError) {
        let header = try ImageDecoder(limits: limits).header(of: bytes)
        guard header.format == .png else { throw .unrecognized }
        var pixels = [UInt8](repeating: 0, count: header.width * header.height)
        try checkImage { message in
            pixels.withUnsafeMutableBufferPointer { buffer in
                gw_png_decode_numbers(
                    bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, UInt32(header.width),
                    UInt32(header.height), buffer.baseAddress, message)
            }
        }
        self.init(width: header.width, height: header.height, pixels: pixels)
    }
}
