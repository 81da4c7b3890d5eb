// Pictures as small as an icon or a scanned digit. A network made for photographs would see them blown up; here their
// pixels are the features, one for one, and a linear model is enough.

package import Images

/// Which sets of pictures are tiny.
package enum TinyImages {
    /// Pixels a side at most.
    package static let side = 32

    /// Whether pictures of these sizes are to be learned from their pixels: all are tiny, and there is one.
    package static func applies(toSizes sizes: some Collection<(width: Int, height: Int)>) -> Bool {
        !sizes.isEmpty && sizes.allSatisfy { $0.width <= side && $0.height <= side }
    }
}

/// The picture in its own size in the middle of 32 by 32 black pixels: 3 kB.
package struct TinyImageExtractor: FeatureExtractor {
    /// Part of what the cache of features is found by.
    package var identifier: String { TinyImageExtractor.identifier }
    /// Three bytes a pixel.
    package var bytesPerObject: Int? { 3 * TinyImages.side * TinyImages.side }

    static let identifier = "pixels-32-v1"

    private let decoder: ImageDecoder

    /// The decoder's limits decide which images are refused.
    package init(decoder: ImageDecoder = ImageDecoder()) { self.decoder = decoder }

    /// A picture that is larger after all is made to fit, its proportions kept.
    package func features(of content: UnsafeRawBufferPointer) throws(ImageError) -> [UInt8] {
        let side = TinyImages.side
        var image = try decoder.decode(content, atLeast: side)
        let longer = max(image.width, image.height)
        if longer > side {
            image = try image.resized(
                width: max(1, image.width * side / longer), height: max(1, image.height * side / longer))
        }
        var result = [UInt8](repeating: 0, count: 3 * side * side)
        let left = (side - image.width) / 2, top = (side - image.height) / 2
        for row in 0..<image.height {
            let from = 3 * row * image.width, to = 3 * ((top + row) * side + left)
            result.replaceSubrange(
                to..<to + 3 * image.width, with: image.pixels[from..<from + 3 * image.width])
        }
        return result
    }
}
