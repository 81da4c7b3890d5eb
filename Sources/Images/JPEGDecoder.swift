// JPEG through libjpeg-turbo's TurboJPEG interface, which returns errors instead of jumping.

internal import CImages
internal import Kernel

/// Reads one JPEG image.
struct JPEGDecoder {
    let limits: Limits

    func header(of bytes: UnsafeRawBufferPointer) throws(ImageError) -> ImageHeader {
        if let frame = JPEGFrame(bytes, countingScansUpTo: 1), frame.precision != 8 {
            throw .unsupported("\(frame.precision) bits a sample")
        }
        return try Decompressor().header(of: bytes).header
    }

    func decode(
        _ bytes: UnsafeRawBufferPointer, _ header: ImageHeader, atLeast side: Int?
    ) throws(ImageError) -> Bitmap {
        let decompressor = try Decompressor()
        let (header, colours) = try decompressor.header(of: bytes)
        try checkScans(of: bytes, header)
        let eighths = side.map { scale(for: header, atLeast: $0) } ?? 8
        let width = (header.width * eighths + 7) / 8, height = (header.height * eighths + 7) / 8
        // Inks (four channels) are not converted by the library.
        let isInk = colours == TJCS_CMYK.rawValue || colours == TJCS_YCCK.rawValue
        let channels = isInk ? 4 : 3
        var pixels = [UInt8](repeating: 0, count: width * height * channels)
        try decompressor.decompress(
            bytes, into: &pixels, width: width, height: height, format: isInk ? TJPF_CMYK : TJPF_RGB)
        if isInk { removeInk(from: &pixels) }
        return Bitmap(width: width, height: height, pixels: pixels)
    }

    /// Refuses what takes more memory or time than the size tells: where an image comes in several scans, the decoder
    /// keeps all of its coefficients, at six bytes a pixel or more, and goes over them once for each scan.
    private func checkScans(of bytes: UnsafeRawBufferPointer, _ header: ImageHeader) throws(ImageError) {
        let frame = JPEGFrame(bytes, countingScansUpTo: limits.imageScans + 1)
        if let frame, !frame.hasSeveralScans { return }
        guard header.width * header.height <= limits.interlacedImagePixels else {
            throw .tooManyPixels(width: header.width, height: header.height, limit: limits.interlacedImagePixels)
        }
        guard frame?.scans ?? 1 <= limits.imageScans else {
            throw .unsupported("more than \(limits.imageScans) scans")
        }
    }

    /// Eighths of the full size, as few as keep both sides at least `side`. The library scales by all of 1/8 … 8/8.
    private func scale(for header: ImageHeader, atLeast side: Int) -> Int {
        let shorter = min(header.width, header.height)
        return (1...8).first { (shorter * $0 + 7) / 8 >= side } ?? 8
    }

    /// CMYK as Adobe writes it, inverted: each value is the light left over. In place: large images are there once.
    private func removeInk(from pixels: inout [UInt8]) {
        let count = pixels.count / 4
        pixels.withUnsafeMutableBufferPointer { pixels in
            for pixel in 0..<count {
                let key = Int(pixels[4 * pixel + 3])
                for channel in 0..<3 {
                    pixels[3 * pixel + channel] = UInt8(Int(pixels[4 * pixel + channel]) * key / 255)
                }
            }
        }
        pixels.removeLast(count)
    }
}

/// Owns a TurboJPEG handle.
private final class Decompressor {
    private let handle: tjhandle

    init() throws(ImageError) {
        guard let handle = tjInitDecompress() else { throw .corrupt("no memory for a decoder") }
        self.handle = handle
    }

    deinit { tjDestroy(handle) }

    func header(of bytes: UnsafeRawBufferPointer) throws(ImageError) -> (header: ImageHeader, colours: UInt32) {
        var width: Int32 = 0, height: Int32 = 0, sampling: Int32 = 0, colours: Int32 = 0
        let status = tjDecompressHeader3(
            handle, bytes.bindMemory(to: UInt8.self).baseAddress, UInt(bytes.count), &width, &height, &sampling,
            &colours)
        try check(status)
        guard width > 0, height > 0 else { throw .corrupt("no size") }
        return (ImageHeader(format: .jpeg, width: Int(width), height: Int(height)), UInt32(bitPattern: colours))
    }

    func decompress(
        _ bytes: UnsafeRawBufferPointer, into pixels: inout [UInt8], width: Int, height: Int, format: TJPF
    ) throws(ImageError) {
        let status = pixels.withUnsafeMutableBufferPointer { (buffer) -> Int32 in
            tjDecompress2(
                handle, bytes.bindMemory(to: UInt8.self).baseAddress, UInt(bytes.count), buffer.baseAddress,
                Int32(width), 0, Int32(height), Int32(format.rawValue), TJFLAG_LIMITSCANS)
        }
        try check(status)
        if status != 0, !hasEnd(bytes) { throw .truncated }
    }

    /// Warnings are for damage the decoder could repair, and pass; but an image that ends early is not one.
    private func check(_ status: Int32) throws(ImageError) {
        guard status != 0 else { return }
        let reason = String(cString: tjGetErrorStr2(handle))
        if reason.contains("remature end") { throw .truncated }
        if tjGetErrorCode(handle) != TJERR_WARNING.rawValue { throw .corrupt(reason) }
    }

    /// Whether the end marker follows the last scan. Asked only after a warning: the library remembers the last one, so
    /// that the one for a missing end can be covered by another.
    private func hasEnd(_ bytes: UnsafeRawBufferPointer) -> Bool {
        for index in stride(from: bytes.count - 2, through: 0, by: -1) where bytes[index] == 0xFF {
            if bytes[index + 1] == 0xD9 { return true }
            if bytes[index + 1] == 0xDA { return false }
        }
        return false
    }
}
