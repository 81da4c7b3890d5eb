// PNG through the C functions beside it, which keep libpng's jumps to themselves.

internal import CImages
internal import Kernel

/// Reads one PNG image of any colour type, depth and interlacing; transparent parts are seen over white.
struct PNGDecoder {
    let limits: Limits

    func header(of bytes: UnsafeRawBufferPointer) throws(ImageError) -> ImageHeader {
        let header = try rawHeader(of: bytes)
        return ImageHeader(format: .png, width: Int(header.width), height: Int(header.height))
    }

    func decode(
        _ bytes: UnsafeRawBufferPointer, _ header: ImageHeader, atLeast side: Int?
    ) throws(ImageError) -> Bitmap {
        let raw = try rawHeader(of: bytes)
        // An interlaced image has to be whole in memory, at four bytes a pixel.
        if raw.is_interlaced != 0, header.width * header.height > limits.interlacedImagePixels {
            throw .tooManyPixels(width: header.width, height: header.height, limit: limits.interlacedImagePixels)
        }
        let shrink = side.map { max(1, min(header.width, header.height) / max(1, $0)) } ?? 1
        let width = max(1, header.width / shrink), height = max(1, header.height / shrink)
        var pixels = [UInt8](repeating: 0, count: 3 * width * height)
        try checkImage { message in
            pixels.withUnsafeMutableBufferPointer { buffer in
                gw_png_decode(
                    bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, raw.width, raw.height, UInt32(shrink),
                    buffer.baseAddress, message)
            }
        }
        return Bitmap(width: width, height: height, pixels: pixels)
    }

    private func rawHeader(of bytes: UnsafeRawBufferPointer) throws(ImageError) -> gw_png_header {
        var header = gw_png_header()
        try checkImage { message in
            gw_png_read_header(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &header, message)
        }
        return header
    }
}

/// Runs a function of libpng and turns its status into an error.
func checkImage(_ call: (UnsafeMutablePointer<CChar>?) -> gw_image_status) throws(ImageError) {
    var message = [CChar](repeating: 0, count: Int(GW_IMAGE_MESSAGE))
    let status = message.withUnsafeMutableBufferPointer { call($0.baseAddress) }
    switch status {
    case gw_image_ok: return
    case gw_image_truncated: throw .truncated
    case gw_image_no_memory: throw .corrupt("no memory for a decoder")
    default:
        let end = message.firstIndex(of: 0) ?? message.endIndex
        throw .corrupt(String(decoding: message[..<end].lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
