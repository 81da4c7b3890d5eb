// Decoded pixels. Everything that looks at images works on this one layout.

internal import CImages

/// An image in memory: rows from the top, three bytes (red, green, blue) a pixel, no padding.
package struct Bitmap: Hashable, Sendable {
    /// Pixels in a row, at least 1.
    package let width: Int
    /// Number of rows, at least 1.
    package let height: Int
    /// Rows one after the other, from the top left; `3 * width * height` bytes.
    package let pixels: [UInt8]

    /// Takes over pixels; there must be exactly `3 * width * height` of them, and at least one.
    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && pixels.count == 3 * width * height)
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// The whole image at another size, its proportions not kept: area average where it shrinks, linear interpolation
    /// where it grows.
    package func resized(width newWidth: Int, height newHeight: Int) throws(ImageError) -> Bitmap {
        if newWidth == width, newHeight == height { return self }
        precondition(newWidth > 0 && newHeight > 0)
        var result = [UInt8](repeating: 0, count: 3 * newWidth * newHeight)
        let status = result.withUnsafeMutableBufferPointer { buffer in
            gw_resize(pixels, Int32(width), Int32(height), buffer.baseAddress, Int32(newWidth), Int32(newHeight))
        }
        guard status == gw_image_ok else { throw .corrupt("no memory to scale it") }
        return Bitmap(width: newWidth, height: newHeight, pixels: result)
    }
}
