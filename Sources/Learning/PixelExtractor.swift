// Features where there is no pretrained network: the picture itself, small.

package import Images

/// The image at 128 by 128 pixels: 49 kB.
package struct PixelExtractor: FeatureExtractor {
    static let side = 128

    /// Part of what the cache of features is found by.
    package var identifier: String { "pixels-128-v1" }
    /// Three bytes a pixel.
    package var bytesPerObject: Int? { 3 * PixelExtractor.side * PixelExtractor.side }

    private let decoder: ImageDecoder

    /// The decoder's limits decide which images are refused.
    package init(decoder: ImageDecoder = ImageDecoder()) { self.decoder = decoder }

    package func features(of content: UnsafeRawBufferPointer) throws(ImageError) -> [UInt8] {
        try decoder.decode(content, atLeast: PixelExtractor.side)
            .resized(width: PixelExtractor.side, height: PixelExtractor.side).pixels
    }
}
