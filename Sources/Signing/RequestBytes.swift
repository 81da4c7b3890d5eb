// Walking over request text as bytes. Verification runs for every request, and characters, substrings and lazy views
// cost several times what the cryptography does.

extension UnsafeBufferPointer<UInt8> {
    /// The place of the next `byte` at or after `start`, or the end.
    @inline(__always)
    func next(_ byte: UInt8, from start: Int) -> Int {
        var place = start
        while place < count, self[place] != byte { place += 1 }
        return place
    }

    /// The same within a range, or its end.
    @inline(__always)
    func next(_ byte: UInt8, in range: Range<Int>) -> Int {
        var place = range.lowerBound
        while place < range.upperBound, self[place] != byte { place += 1 }
        return place
    }

    /// Whether the bytes of a range spell a word.
    @inline(__always)
    func spells(_ word: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count where self[range.lowerBound + offset] != word.utf8Start[offset] { return false }
        return true
    }

    func text(_ range: Range<Int>) -> String { String(decoding: self[range], as: UTF8.self) }

    @inline(__always)
    func part(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: self[range]) }
}

extension [UInt8] {
    @inline(__always)
    mutating func append(text: String) { withBytes(of: text) { append(contentsOf: $0) } }
}

/// Lends the bytes of a text; a text that does not lie in one piece is copied.
@inline(__always)
func withBytes<Result>(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    text.utf8.withContiguousStorageIfAvailable(body) ?? Array(text.utf8).withUnsafeBufferPointer(body)
}

/// Whether a field's name is `lowered`, which is lower case already.
func isSame(_ name: String, _ lowered: UnsafeBufferPointer<UInt8>) -> Bool {
    guard name.utf8.count == lowered.count else { return false }
    return withBytes(of: name) { name in
        for place in 0..<name.count {
            let byte = name[place]
            let isCapital = byte &- UInt8(ascii: "A") < 26
            guard (isCapital ? byte | 0x20 : byte) == lowered[place] else { return false }
        }
        return true
    }
}

/// Whether a field is one of Amazon's own, which S3 wants signed.
func isAmazonHeader(_ name: String) -> Bool {
    guard name.utf8.count > 6 else { return false }
    return withBytes(of: name) { name in
        name[0] | 0x20 == UInt8(ascii: "x") && name[1] == UInt8(ascii: "-") && name[2] | 0x20 == UInt8(ascii: "a")
            && name[3] | 0x20 == UInt8(ascii: "m") && name[4] | 0x20 == UInt8(ascii: "z")
            && name[5] == UInt8(ascii: "-")
    }
}

/// Whether a list of lower-case names, joined by semicolons, holds a name.
func contains(_ names: UnsafeBufferPointer<UInt8>, _ name: String) -> Bool {
    var start = 0
    while start < names.count {
        let end = names.next(UInt8(ascii: ";"), from: start)
        if isSame(name, names.part(start..<end)) { return true }
        start = end + 1
    }
    return false
}

/// Compares in a time that does not tell where the first difference lies.
func isEqual(_ computed: [UInt8], _ given: String) -> Bool {
    withBytes(of: given) { given in
        guard computed.count == given.count else { return false }
        var difference: UInt8 = 0
        for place in 0..<given.count { difference |= computed[place] ^ given[place] }
        return difference == 0
    }
}
