// Reading the bytes of models, which may come from anybody: nothing is believed, and what is missing is nil.

/// Takes a model apart from the front.
struct ModelReader {
    var bytes: ArraySlice<UInt8>

    var remaining: Int { bytes.count }

    mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= bytes.count else { return nil }
        defer { bytes = bytes.dropFirst(count) }
        return bytes.prefix(count)
    }

    mutating func integer() -> Int? {
        bytes(4).map { $0.reversed().reduce(0) { $0 << 8 | Int($1) } }
    }

    /// Finite numbers.
    mutating func numbers(_ count: Int) -> [Float]? {
        guard let run = bytes(4 * count) else { return nil }
        let numbers = [Float](littleEndian: run)
        return numbers.allSatisfy(\.isFinite) ? numbers : nil
    }
}
