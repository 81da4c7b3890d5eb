// What the markers of a JPEG tell before it is decoded (ITU-T T.81, annex B). TurboJPEG tells the size alone; memory
// and time also depend on how the image is cut into scans.

/// The frame of a JPEG image.
struct JPEGFrame: Hashable {
    /// Bits of a sample.
    private(set) var precision: Int
    private(set) var width: Int
    private(set) var height: Int
    /// Whether the image is refined scan by scan, or its colours come one after another.
    private(set) var hasSeveralScans: Bool
    /// How many there are, as far as they were counted.
    private(set) var scans = 0

    /// Walks over the markers; nil where there is no frame before the first scan.
    /// - Parameter most: scans after which counting ends. Those of an image that has only one are not counted further.
    init?(_ bytes: UnsafeRawBufferPointer, countingScansUpTo most: Int) {
        var frame: JPEGFrame?, components = 0
        var markers = Markers(bytes)
        while let (marker, body) = markers.next() {
            switch marker {
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                // A second one is an error that the decoder finds.
                guard frame == nil, body.count >= 6 else { break }
                components = Int(body[5])
                let number = marker & 3
                frame = JPEGFrame(
                    precision: Int(body[0]), width: Int(body[3]) << 8 | Int(body[4]),
                    height: Int(body[1]) << 8 | Int(body[2]), hasSeveralScans: number == 2)
            case 0xDA:
                guard var known = frame, let count = body.first else { return nil }
                if Int(count) < components { known.hasSeveralScans = true }
                known.scans += 1
                frame = known
                if !known.hasSeveralScans || known.scans >= most {
                    self = known
                    return
                }
            default: break
            }
        }
        guard let frame, frame.scans > 0 else { return nil }
        self = frame
    }

    private init(precision: Int, width: Int, height: Int, hasSeveralScans: Bool) {
        self.precision = precision
        self.width = width
        self.height = height
        self.hasSeveralScans = hasSeveralScans
    }
}

/// The marker segments of a JPEG, in their order. What lies between them is passed over, as decoders do.
private struct Markers {
    private let bytes: UnsafeRawBufferPointer
    private var place = 2

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// A marker and what its segment holds; nil at the end, and where a segment is not whole.
    mutating func next() -> (marker: UInt8, body: UnsafeRawBufferPointer)? {
        while place + 1 < bytes.count {
            // A zero behind it makes a byte of data; restarts and TEM stand alone; more of its kind are filling.
            guard bytes[place] == 0xFF, bytes[place + 1] != 0xFF, bytes[place + 1] > 1,
                !(0xD0...0xD8).contains(bytes[place + 1])
            else {
                place += 1
                continue
            }
            let marker = bytes[place + 1]
            guard marker != 0xD9, place + 3 < bytes.count else { return nil }
            let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
            guard length >= 2, place + 2 + length <= bytes.count else { return nil }
            defer { place += 2 + length }
            return (marker, UnsafeRawBufferPointer(rebasing: bytes[(place + 4)..<(place + 2 + length)]))
        }
        return nil
    }
}
