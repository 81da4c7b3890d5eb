// What an image says about itself before a single pixel is decoded.

/// The image formats that are read.
package enum ImageFormat: String, Hashable, Sendable, CaseIterable {
    case jpeg, png
}

/// Format and size of an image, from its header alone.
package struct ImageHeader: Hashable, Sendable {
    /// Told by the first bytes, not by a name or a media type.
    package var format: ImageFormat
    /// Pixels, as encoded; a rotation in the metadata is not applied.
    package var width: Int
    /// Pixels, as encoded.
    package var height: Int

    package init(format: ImageFormat, width: Int, height: Int) {
        self.format = format
        self.width = width
        self.height = height
    }
}
