// Features where there is no pretrained network: the picture itself, small.

package import Images

/// The image at 128 by 128 pixels: 49 kB.
package struct PixelExtractor: FeatureExtractor {
    static let side = 128

    package var identifier: String { "pixels-128-v1" }
    package var bytesPerImage: Int { 3 * PixelExtractor.side * PixelExtractor.side }

    private let decoder: ImageDecoder

    package init(decoder: ImageDecoder = ImageDecoder()) { self.decoder = decoder }

    package func features(of encodedImage: UnsafeRawBufferPointer) throws(ImageError) -> [UInt8] {
        try decoder.decode(encodedImage, atLeast: PixelExtractor.side)
            .resized(width: PixelExtractor.side, height: PixelExtractor.side).pixels
    }
}
