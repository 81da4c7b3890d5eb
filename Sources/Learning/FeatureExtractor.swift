// From an object's content to the features that a model learns from. Extraction is the expensive step and depends on
// nothing but the content, so the engine runs it once per object and keeps the bytes; every training and prediction
// afterwards reads them by index through a `FeatureSource`.

package import Images

/// Turns the content of objects into features. Safe to call from several threads at once.
package protocol FeatureExtractor: Sendable {
    /// Names the method and its weights. Features made under another identifier are something else.
    var identifier: String { get }
    /// Size of the features of one object; nil where it varies.
    var bytesPerObject: Int? { get }
    /// The features of an encoded image (JPEG or PNG), or of a text in UTF-8; as many bytes as `bytesPerObject` says.
    func features(of content: UnsafeRawBufferPointer) throws(ImageError) -> [UInt8]
}

/// Features that somebody keeps, in memory or in a file.
package protocol FeatureSource {
    /// Lends the features kept under an index. The pointer is valid, and its bytes must stay as they are, during the
    /// call.
    func withFeatures(at index: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws
}
