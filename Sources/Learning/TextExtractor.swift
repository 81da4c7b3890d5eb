// The features of a text are the text: taking it apart is cheap, and what counts in it is decided by the training.

package import Images

/// Keeps texts as they are.
package struct TextExtractor: FeatureExtractor {
    static let identifier = "text-utf8-v1"

    /// Part of what the cache of features is found by.
    package var identifier: String { TextExtractor.identifier }
    /// Texts differ in length.
    package var bytesPerObject: Int? { nil }

    package init() {}

    package func features(of content: UnsafeRawBufferPointer) throws(ImageError) -> [UInt8] { Array(content) }
}
