import Testing

@testable import Labeling

@Suite struct MaskExpectationTests {
    @Test func nothingMarkedIsBackground() {
        let expectation = MaskExpectation(MaskPatterns([mask("000"), mask("000")]))
        #expect(expectation.classes == [0])
        #expect(expectation.shares == [1])
    }

    @Test func aReliableWorkerOutvotesTwoWhoAreOftenWrong() {
        // Of 24 pixels four are contested by the first worker alone; the others miss different thirds elsewhere.
        let right = mask("111111111111", "111111110000")
        let second = mask("111100001111", "000011110000")
        let third = mask("000011111111", "111100000000")
        let fourth = mask("111111110000", "111111110000")
        let expectation = MaskExpectation(MaskPatterns([right, second, third, fourth]))
        #expect(MaskPatterns([right, second, third, fourth]).mask(of: expectation.classes) == right)
    }

    @Test func probabilitiesStayProbabilities() {
        for masks in [
            [mask("12"), mask("21")], [mask("1"), mask("2"), mask("3")], [mask("10"), mask("10"), mask("01")],
        ] {
            let expectation = MaskExpectation(MaskPatterns(masks))
            #expect(expectation.shares.allSatisfy { $0 >= 0 && $0 <= 1 })
        }
    }
}
