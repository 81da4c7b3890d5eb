// encoding-type=url: names in a listing are percent-encoded on request, because XML cannot carry every character.

internal import Shapes
internal import Signing

/// How names are written in one listing.
struct ListingEncoding {
    let isURL: Bool

    init(_ type: S3.EncodingType?) { isURL = type == .url }

    /// Everything but unreserved characters and the slash is encoded; the space as %20, which every client decodes.
    func callAsFunction(_ name: String) -> String {
        guard isURL, !Self.isPlain(name) else { return name }
        return PercentEncoding.encode(name, keepingSlashes: true)
    }

    /// Most names need nothing: a loop over their bytes, for listings have thousands of them.
    private static func isPlain(_ name: String) -> Bool {
        name.utf8.withContiguousStorageIfAvailable { bytes in
            for byte in bytes where !isPlain(byte) { return false }
            return true
        } ?? false
    }

    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "-")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    func ifPresent(_ name: String?) -> String? { name.map { self($0) } }

    /// An empty delimiter is none.
    func delimiter(_ text: String?) -> String? {
        guard let text, !text.isEmpty else { return nil }
        return self(text)
    }
}
