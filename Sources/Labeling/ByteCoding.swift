// Varints (zigzag, seven bits a byte) and counted runs: the little binary form of stored rows.

/// Appends integers, texts and byte runs to a buffer.
package struct ByteEncoder {
    /// What has been written so far.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// One byte as it is: tags and small numbers.
    package mutating func byte(_ value: UInt8) { bytes.append(value) }

    /// A varint: one byte for -64 to 63, at most ten.
    package mutating func integer(_ value: Int64) {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// A varint of the length, then the bytes.
    package mutating func run(_ run: [UInt8]) {
        integer(Int64(run.count))
        bytes.append(contentsOf: run)
    }

    /// UTF-8, counted in bytes.
    package mutating func text(_ text: String) {
        integer(Int64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }
}

/// Reads what `ByteEncoder` wrote; every call answers nil at the end of the buffer or for a broken value.
package struct ByteDecoder {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    /// Begins at the first byte; the bytes must stay as they are while the decoder is used.
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Whether everything has been read: what a decoder asks last.
    package var isAtEnd: Bool { offset == bytes.count }

    /// The next byte.
    package mutating func byte() -> UInt8? {
        guard offset < bytes.count else { return nil }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// The next varint; nil also where it has more than ten bytes.
    package mutating func integer() -> Int64? {
        var value: UInt64 = 0
        for shift in stride(from: 0 as UInt64, to: 64, by: 7) {
            guard let next = byte() else { return nil }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
        }
        return nil
    }

    /// A count of things that take at least one byte each.
    package mutating func count() -> Int? {
        guard let value = integer(), value >= 0, value <= bytes.count else { return nil }
        return Int(value)
    }

    /// A counted run of bytes.
    package mutating func run() -> [UInt8]? {
        slice().map { Array($0) }
    }

    /// A counted text; what is not UTF-8 is replaced, not refused.
    package mutating func text() -> String? {
        slice().map { String(decoding: $0, as: UTF8.self) }
    }

    /// A count and as many elements; nil as soon as one cannot be read.
    package mutating func list<Element>(of read: (inout ByteDecoder) -> Element?) -> [Element]? {
        guard let count = count() else { return nil }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count {
            guard let element = read(&self) else { return nil }
            elements.append(element)
        }
        return elements
    }

    private mutating func slice() -> Slice<UnsafeRawBufferPointer>? {
        guard let count = count(), count <= bytes.count - offset else { return nil }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }
}
