// Decoded pixels. Everything that looks at images works on this one layout.

/// An image in memory: rows from the top, three bytes (red, green, blue) a pixel, no padding.
package struct Bitmap: Hashable, Sendable {
    package let width: Int
    package let height: Int
    package private(set) var pixels: [UInt8]

    /// Takes over pixels; there must be exactly `3 * width * height` of them, and at least one.
    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0 && pixels.count == 3 * width * height)
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
