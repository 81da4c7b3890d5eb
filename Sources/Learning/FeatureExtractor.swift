// From an encoded image to the fixed-size features that a classifier learns from. Extraction is the expensive step and
// depends on nothing but the image, so the engine runs it once per object and keeps the bytes; every training and
// prediction afterwards reads them by index through a `FeatureSource`.

package import Images

/// Turns encoded images into features of one fixed size. Safe to call from several threads at once.
package protocol FeatureExtractor: Sendable {
    /// Names the method and its weights. Features made under another identifier are something else.
    var identifier: String { get }
    /// Size of the features of one image.
    var bytesPerImage: Int { get }
    /// The features of one JPEG or PNG image; always `bytesPerImage` bytes.
    func features(of encodedImage: UnsafeRawBufferPointer) throws(ImageError) -> [UInt8]
}

/// Features that somebody keeps, in memory or in a mapped file.
package protocol FeatureSource {
    /// Lends the features kept under an index. The pointer is valid, and its bytes must stay as they are, during the
    /// call.
    func withFeatures(at index: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws
}
