import Testing

@testable import Learning

struct TextTermsTests {
    private func terms(_ text: String) -> [TermCount] { terms(Array(text.utf8)) }

    private func terms(_ bytes: [UInt8]) -> [TermCount] { bytes.withUnsafeBytes { TextTerms.counts(in: $0) } }

    private func total(_ text: String) -> Int { terms(text).reduce(0) { $0 + Int($1.count) } }

    @Test func wordsPairsOfWordsAndRunsAreCounted() {
        // the, cat, the cat; of each word with its blanks three runs of three and two of four
        #expect(total("the cat") == 3 + 2 * 5)
        // x, and x with its blanks
        #expect(total("x") == 2)
        #expect(terms("cat cat cat").map(\.count).sorted() == [2, 3, 3, 3, 3, 3, 3])
    }

    @Test func bucketsAreThoseOfTheHash() {
        // Worked out in Python from the published constants of FNV-1a (64 bits) and of MurmurHash3's last step.
        let words: [Int32] = [128_203, 182_365, 21_509], runs: [Int32] = [190_927, 164_844, 71_742, 197_573]
        #expect(terms("né x").map(\.bucket) == (words + runs).sorted())
    }

    @Test func capitalsAndKindsOfBlanksMakeNoDifference() {
        #expect(terms("THE Ünïted ΣΑΜΟΣ Ж") == terms("the ünïted σαμοσ ж"))
        #expect(terms("  one\ttwo\u{00A0}\n three ") == terms("one two three"))
    }

    @Test func signsBelongToRunsButNotToWords() {
        #expect(total("one-two") == 3 + 7 + 6)
        #expect(total("!?") == 2 + 1)
    }

    @Test func everyScriptHasWords() {
        // Two ideographs are two words and a pair.
        #expect(total("東京") == 3 + 2 + 1)
        // Vowel signs are marks, and belong to the word.
        #expect(total("हिन्दी") == 1 + 6 + 5)
        #expect(total("🙂🙂") == 2 + 1)
    }

    @Test func noTextHasNoTerms() {
        #expect(terms("").isEmpty)
        #expect(terms(" \n\t\u{3000}").isEmpty)
    }

    @Test func bytesThatAreNotUTF8AreRepaired() {
        #expect(terms([0x61, 0xFF, 0x62]) == terms("a\u{FFFD}b"))
        #expect(!terms([0xC3]).isEmpty && !terms([0xED, 0xA0, 0x80]).isEmpty)
    }

    @Test func rareTermsWeighMoreAndARowHasLengthOne() {
        var frequencies = [Int32](repeating: 0, count: TextTerms.buckets)
        frequencies[7] = 9
        frequencies[100] = 2
        frequencies[101] = 1
        let vocabulary = TextVocabulary(frequencies: frequencies, texts: 9, minTexts: 2, maxColumns: 10)
        #expect(vocabulary.buckets == [7, 100])
        // log((1 + 9) / (1 + 9)) + 1 and log((1 + 9) / (1 + 2)) + 1
        let expected = [1, logarithm(10.0 / 3) + 1]
        for (found, weight) in zip(vocabulary.weights, expected) { #expect(abs(Double(found) - weight) < 1e-6) }
        let row = vocabulary.row([
            TermCount(bucket: 7, count: 4), TermCount(bucket: 100, count: 1), TermCount(bucket: 101, count: 5),
        ])
        let values = [1 + logarithm(4), expected[1]]
        let length = (values[0] * values[0] + values[1] * values[1]).squareRoot()
        #expect(row.map(\.column) == [0, 1])
        for (found, value) in zip(row, values) { #expect(abs(Double(found.value) - value / length) < 1e-6) }
        #expect(vocabulary.row([TermCount(bucket: 5, count: 1)]).isEmpty)
    }

    @Test func whereColumnsAreFewTheCommonestTermsStay() {
        var frequencies = [Int32](repeating: 0, count: TextTerms.buckets)
        for (bucket, count) in [(3, 5), (4, 9), (8, 5), (9, 2)] { frequencies[bucket] = Int32(count) }
        let vocabulary = TextVocabulary(frequencies: frequencies, texts: 9, minTexts: 2, maxColumns: 2)
        #expect(vocabulary.buckets == [3, 4])
    }
}
