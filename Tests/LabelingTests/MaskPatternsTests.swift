import Testing

@testable import Labeling

@Suite struct MaskPatternsTests {
    @Test func pixelsAreCountedByWhatWasSaidAboutThem() {
        let patterns = MaskPatterns([mask("0011", "1100"), mask("0010", "2200")])
        #expect(patterns.answers == [[0, 0], [1, 1], [1, 0], [1, 2]])
        #expect(patterns.counts == [4, 1, 1, 2])
        #expect(patterns.isContested == [false, false, true, true])
        #expect(patterns.stretches.map(\.pattern) == [0, 1, 2, 3, 0])
        #expect(patterns.stretches.map(\.length) == [2, 1, 1, 2, 2])
    }

    @Test func patternsBecomeClassesAndMeans() {
        let patterns = MaskPatterns([mask("0011", "1100"), mask("0010", "2200")])
        #expect(patterns.mask(of: [0, 1, 1, 2]) == mask("0011", "2200"))
        #expect(patterns.mask(of: [3, 3, 3, 3]).runs == [Mask.Run(value: 3, length: 8)])
        #expect(patterns.mean([1, 0, 0.5, 0.25]) == 5.0 / 8)
    }
}
