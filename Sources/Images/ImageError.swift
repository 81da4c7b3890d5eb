// What can be wrong with the bytes of an image. Callers turn these into a failed data object or a refused request.

/// Why bytes could not be read as an image.
package enum ImageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Neither JPEG nor PNG, going by the first bytes.
    case unrecognized
    /// The bytes end before the image does.
    case truncated
    /// The image breaks its format; the text is the decoder's.
    case corrupt(String)
    /// A legal image of a kind that is not read.
    case unsupported(String)
    case tooManyBytes(Int, limit: Int)
    case tooManyPixels(width: Int, height: Int, limit: Int)

    package var description: String {
        switch self {
        case .unrecognized: "not a JPEG or PNG image"
        case .truncated: "the image ends too early"
        case .corrupt(let reason): "the image is corrupt: \(reason)"
        case .unsupported(let reason): "unsupported image: \(reason)"
        case .tooManyBytes(let count, let limit): "the image has \(count) bytes, allowed are \(limit)"
        case .tooManyPixels(let width, let height, let limit):
            "the image is \(width) x \(height) pixels, allowed are \(limit) in all"
        }
    }
}
