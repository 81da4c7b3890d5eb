// The Range header field (RFC 9110, section 14) as S3 serves it: one range of bytes, or the whole object.

internal import Kernel

/// A range as asked for, before the size is known.
package enum ByteRange: Hashable {
    /// Everything from a byte on.
    case from(Int64)
    /// The first byte and the last.
    case between(Int64, Int64)
    /// So many bytes at the end.
    case last(Int64)

    /// Nil for anything that is not exactly one well-formed range: the field is then to be ignored.
    package init?(_ field: String) {
        let bytes = Array(field.utf8), unit = Array("bytes=".utf8)
        guard bytes.starts(with: unit) else { return nil }
        let ends = bytes[unit.count...].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        switch (ends[0].isEmpty, ends[1].isEmpty) {
        case (true, true): return nil
        case (true, false):
            guard let count = ByteRange.number(ends[1]) else { return nil }
            self = .last(count)
        case (false, true):
            guard let first = ByteRange.number(ends[0]) else { return nil }
            self = .from(first)
        case (false, false):
            guard let first = ByteRange.number(ends[0]), let last = ByteRange.number(ends[1]), first <= last else {
                return nil
            }
            self = .between(first, last)
        }
    }

    /// Digits only; a number beyond every size counts as the largest.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self)) ?? .max
    }

    /// The bytes meant of an object of that size; nil where there are none of them (416).
    package func resolved(size: Int64) -> Range<Int64>? {
        switch self {
        case .from(let first): first < size ? first..<size : nil
        case .between(let first, let last): first < size ? first..<(last < size ? last + 1 : size) : nil
        case .last(let count): count > 0 && size > 0 ? max(0, size - count)..<size : nil
        }
    }
}

extension ServiceError {
    static func invalidRange(_ asked: String, size: Int64) -> ServiceError {
        ServiceError(
            "InvalidRange", status: 416, "The requested range is not satisfiable",
            fields: [Field("RangeRequested", asked), Field("ActualObjectSize", String(size))],
            headers: [Field("Content-Range", "bytes */\(size)")])
    }
}
