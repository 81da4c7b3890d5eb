import Testing

@testable import Labeling

@Suite struct MaskSmoothingTests {
    private func smoothed(_ masks: Mask...) -> Mask {
        let patterns = MaskPatterns(masks)
        var smoothing = MaskSmoothing(patterns, MaskVote(plain: patterns))
        return smoothing.mask()
    }

    @Test func aContestedPixelFollowsItsNeighbours() {
        // A narrow win for class 1 alone among background, three votes to two.
        let yes = mask("00000", "00100", "00000"), no = mask("00000", "00000", "00000")
        #expect(smoothed(yes, yes, yes, no, no) == no)
        // The same amid its own class.
        let full = mask("11111", "11111", "11111"), hole = mask("11111", "11011", "11111")
        #expect(smoothed(full, full, hole, hole, hole) == full)
    }

    @Test func whatIsUnanimousStaysWhateverIsAroundIt() {
        let point = mask("00000", "00100", "00000")
        #expect(smoothed(point, point, point) == point)
        let ring = mask("11111", "11011", "11111"), other = mask("11111", "11011", "11110")
        #expect(smoothed(ring, ring, other) == ring)
    }

    /// What is taken for beyond an edge is what lies at it: three votes to one hold there as inside.
    @Test func theImageGoesOnBeyondItsEdges() {
        let left = mask("10", "10", "10"), none = mask("00", "00", "00")
        #expect(smoothed(left, left, left, none) == left)
        let top = mask("111", "000"), nothing = mask("000", "000")
        #expect(smoothed(top, top, top, nothing) == top)
    }
}
