// Encoded images to pixels. Sizes are checked against the limits before anything is decoded or allocated, and a decoder
// is asked for no more pixels than the caller needs: JPEG by its DCT scaling, PNG by averaging blocks as rows come in.

package import Kernel

/// Reads JPEG and PNG images that anybody may have made.
package struct ImageDecoder: Sendable {
    private let limits: Limits

    /// Of the limits only those of images count here.
    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Format and size, without decoding pixels.
    package func header(of bytes: UnsafeRawBufferPointer) throws(ImageError) -> ImageHeader {
        guard bytes.count <= limits.imageBytes else {
            throw .tooManyBytes(bytes.count, limit: limits.imageBytes)
        }
        let header: ImageHeader
        switch format(of: bytes) {
        case .jpeg: header = try JPEGDecoder(limits: limits).header(of: bytes)
        case .png: header = try PNGDecoder(limits: limits).header(of: bytes)
        case nil: throw bytes.isEmpty ? .truncated : .unrecognized
        }
        guard header.width * header.height <= limits.imagePixels else {
            throw .tooManyPixels(width: header.width, height: header.height, limit: limits.imagePixels)
        }
        guard max(header.width, header.height) <= limits.imageSide else {
            throw .unsupported(
                "a side of \(max(header.width, header.height)) pixels; up to \(limits.imageSide) are read")
        }
        return header
    }

    /// The pixels, scaled down while both sides stay at least `side`; nil keeps the full size.
    package func decode(_ bytes: UnsafeRawBufferPointer, atLeast side: Int? = nil) throws(ImageError) -> Bitmap {
        let header = try header(of: bytes)
        switch header.format {
        case .jpeg: return try JPEGDecoder(limits: limits).decode(bytes, header, atLeast: side)
        case .png: return try PNGDecoder(limits: limits).decode(bytes, header, atLeast: side)
        }
    }

    private func format(of bytes: UnsafeRawBufferPointer) -> ImageFormat? {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
        return nil
    }
}
