// Takes an input apart: numbers from its first bytes, lines or the rest as bytes.

/// What is left of an input.
struct Draws {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// 0 where nothing is left.
    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// Up to the next line feed, repaired where it is not UTF-8; nil at the end.
    mutating func line() -> String? {
        guard !rest.isEmpty else { return nil }
        let line = rest.prefix { $0 != UInt8(ascii: "\n") }
        rest = rest[line.endIndex...].dropFirst()
        return String(decoding: line, as: UTF8.self)
    }

    /// The lines that are left, each taken apart at its first colon; those without one are left out.
    mutating func pairs() -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        while let line = line() {
            let sides = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if sides.count == 2 { pairs.append((String(sides[0]), String(sides[1]))) }
        }
        return pairs
    }
}

/// The ways in which a body may come in pieces: at once, byte by byte, and cut where the bytes themselves say.
func cuts(of body: [UInt8]) -> [[[UInt8]]] {
    func pieces(_ length: (Int) -> Int) -> [[UInt8]] {
        var pieces: [[UInt8]] = [], start = 0
        while start < body.count {
            let end = min(body.count, start + max(1, length(start)))
            pieces.append(Array(body[start..<end]))
            start = end
        }
        return pieces
    }
    return [pieces { _ in body.count }, pieces { _ in 1 }, pieces { Int(body[$0] & 15) }, pieces { _ in 64 }]
}
