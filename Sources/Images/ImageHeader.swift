// What an image says about itself before a single pixel is decoded.

/// The image formats that are read.
package enum ImageFormat: String, Hashable, Sendable, CaseIterable {
    case jpeg, png
}

/// Format and size of an image, from its header alone.
package struct ImageHeader: Hashable, Sendable {
    package var format: ImageFormat
    package var width: Int
    package var height: Int

    package init(format: ImageFormat, width: Int, height: Int) {
        self.format = format
        self.width = width
        self.height = height
    }
}
