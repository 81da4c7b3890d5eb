// A text as the terms that occur in it: words and pairs of words for what it is about, runs of three and four
// characters for endings, misspellings, and scripts that do not write blanks. A term is known by its hash alone, so
// there is no dictionary to keep.
//
//   words        runs of letters, marks and digits; an ideograph is a word of its own
//   characters   runs of three and four within what stands between blanks, with a blank put on either side
//
// Everything is taken in lower case, scalar by scalar. A text that is not UTF-8 is repaired as Unicode recommends.

/// How often a term occurs in a text.
package struct TermCount: Hashable, Sendable {
    /// Names the term, `0 ..< TextTerms.buckets`; two terms may share one.
    package var bucket: Int32
    package var count: Int32
}

/// Takes texts apart.
package struct TextTerms {
    /// Number of names that terms share.
    package static let buckets = 1 << 18

    /// The terms of a text in UTF-8, by bucket.
    package static func counts(in text: UnsafeRawBufferPointer) -> [TermCount] {
        var terms = TextTerms(text)
        terms.addWords()
        terms.addCharacters()
        terms.found.sort()
        var result: [TermCount] = []
        result.reserveCapacity(terms.found.count)
        for bucket in terms.found {
            if let last = result.indices.last, result[last].bucket == bucket {
                result[last].count += 1
            } else {
                result.append(TermCount(bucket: bucket, count: 1))
            }
        }
        return result
    }

    private enum Kind: UInt8 {
        case blank, sign, letter, ideograph
    }

    private var scalars: [UInt32] = []
    private var kinds: [Kind] = []
    private var found: [Int32] = []

    private init(_ text: UnsafeRawBufferPointer) {
        scalars.reserveCapacity(text.count)
        kinds.reserveCapacity(text.count)
        found.reserveCapacity(3 * text.count)
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            if scalar.isASCII {
                let isCapital = (0x41...0x5A).contains(scalar.value)
                scalars.append(isCapital ? scalar.value | 0x20 : scalar.value)
                kinds.append(TextTerms.asciiKinds[Int(scalar.value)])
            } else {
                for lowered in scalar.properties.lowercaseMapping.unicodeScalars {
                    scalars.append(lowered.value)
                    kinds.append(TextTerms.kind(of: lowered))
                }
            }
        }
    }

    private static let asciiKinds = (0..<128).map { kind(of: Unicode.Scalar(UInt8($0))) }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        let properties = scalar.properties
        if properties.isWhitespace { return .blank }
        if properties.isIdeographic { return .ideograph }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
            return .letter
        default: return .sign
        }
    }

    // MARK: Terms

    private mutating func addWords() {
        var start = 0, before = 0..<0
        while start < scalars.count {
            guard kinds[start] == .letter || kinds[start] == .ideograph else {
                start += 1
                continue
            }
            var end = start + 1
            if kinds[start] == .letter {
                while end < scalars.count, kinds[end] == .letter { end += 1 }
            }
            found.append(TermHash.word.adding(scalars[start..<end]).bucket)
            if !before.isEmpty {
                let pair = TermHash.word.adding(scalars[before]).adding(0x20).adding(scalars[start..<end])
                found.append(pair.bucket)
            }
            before = start..<end
            start = end
        }
    }

    private mutating func addCharacters() {
        var start = 0
        while start < scalars.count {
            guard kinds[start] != .blank else {
                start += 1
                continue
            }
            var end = start + 1
            while end < scalars.count, kinds[end] != .blank { end += 1 }
            addRuns(start..<end)
            start = end
        }
    }

    /// The runs of three and four of a piece between blanks; position start - 1 and end stand for the blanks.
    private mutating func addRuns(_ piece: Range<Int>) {
        func scalar(_ place: Int) -> UInt32 { piece.contains(place) ? scalars[place] : 0x20 }
        let first = piece.lowerBound - 1, last = piece.upperBound
        for place in first...(last - 2) {
            let three = TermHash.characters.adding(scalar(place)).adding(scalar(place + 1)).adding(scalar(place + 2))
            found.append(three.bucket)
            if place + 3 <= last { found.append(three.adding(scalar(place + 3)).bucket) }
        }
    }
}

/// A hash over scalars: FNV-1a with scalars in the place of bytes, and MurmurHash3's last step. Models depend on it, so
/// it must never change.
private struct TermHash {
    static let word = TermHash(state: 0xCBF2_9CE4_8422_2325)
    /// So that a run of characters is another term than the word that it spells.
    static let characters = word.adding(0)

    var state: UInt64

    func adding(_ scalar: UInt32) -> TermHash {
        TermHash(state: (state ^ UInt64(scalar)) &* 0x0000_0100_0000_01B3)
    }

    func adding(_ scalars: ArraySlice<UInt32>) -> TermHash {
        scalars.withUnsafeBufferPointer { $0.reduce(self) { $0.adding($1) } }
    }

    var bucket: Int32 {
        var mixed = (state ^ state >> 33) &* 0xFF51_AFD7_ED55_8CCD
        mixed = (mixed ^ mixed >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return Int32((mixed ^ mixed >> 33) & UInt64(TextTerms.buckets - 1))
    }
}
