import Kernel
import Testing

@Suite struct SeededDrawsTests {
    private let draws = SeededDraws(seed: 42).scoped("test")

    @Test func theSameNamesGiveTheSameDraws() {
        #expect(SeededDraws(seed: 42).scoped("test").bits(1, 2, 3) == draws.bits(1, 2, 3))
        #expect(draws.scoped(1).scoped(2).uniform(3) == draws.uniform(1, 2, 3))
    }

    @Test func anyDifferentNameGivesOtherDraws() {
        var seen: Set<UInt64> = []
        for first in -20..<20 { for second in -20..<20 { seen.insert(draws.bits(first, second)) } }
        for text in ["", "a", "b", "ab", "ba", "a\0", "\0a"] { seen.insert(draws.scoped(text).bits()) }
        #expect(seen.count == 1600 + 7)
        #expect(SeededDraws(seed: 1).bits(1) != SeededDraws(seed: 2).bits(1))
        #expect(draws.scoped("a").scoped("b").key != draws.scoped("ab").key)
    }

    @Test func uniformDrawsFillTheirRangeEvenly() {
        let count = 100_000
        let values = (0..<count).map { draws.uniform($0) }
        #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
        // The standard error of the mean is 0.0009, that of each tenth 95.
        #expect(abs(values.reduce(0, +) / Double(count) - 0.5) < 0.005)
        for tenth in 0..<10 { #expect(abs(values.count { Int($0 * 10) == tenth } - count / 10) < 480) }
    }

    @Test func neighbouringDrawsAreIndependent() {
        let count = 100_000
        let sum = (0..<count).reduce(0.0) { $0 + (draws.uniform($1) - 0.5) * (draws.uniform($1 + 1) - 0.5) }
        #expect(abs(sum / Double(count)) < 5 / 12 / Double(count).squareRoot())
    }

    @Test func boundedDrawsReachEveryValue() {
        var counts = [Int](repeating: 0, count: 7)
        for index in 0..<70_000 { counts[draws.below(7, index)] += 1 }
        for count in counts { #expect(abs(count - 10_000) < 470) }
        #expect((0..<100).allSatisfy { draws.below(1, $0) == 0 })
    }

    @Test func normalDrawsHaveMeanZeroAndVarianceOne() {
        let count = 100_000
        let values = (0..<count).map { draws.normal($0) }
        let mean = values.reduce(0, +) / Double(count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        #expect(abs(mean) < 0.016)
        #expect(abs(variance - 1) < 0.025)
        #expect(abs(Double(values.count { abs($0) > 2 }) / Double(count) - 0.0455) < 0.004)
    }

    @Test func exponentialDrawsHaveTheirMean() {
        let count = 100_000
        let values = (0..<count).map { draws.exponential(mean: 5, $0) }
        #expect(values.allSatisfy { $0 >= 0 && $0.isFinite })
        #expect(abs(values.reduce(0, +) / Double(count) - 5) < 0.08)
        #expect(abs(Double(values.count { $0 > 5 }) / Double(count) - 0.3679) < 0.008)
    }

    @Test func textHasItsLengthAndAlphabet() {
        let text = draws.text(26, from: Alphabet.upperAlphanumeric)
        #expect(text.utf8.count == 26)
        #expect(text.utf8.allSatisfy { Alphabet.upperAlphanumeric.contains($0) })
        #expect(draws.text(0, from: Alphabet.lowerHex) == "")
    }

    @Test func streamsShuffleRepeatably() {
        var first = draws.stream, second = draws.stream
        let one = Array(0..<100).shuffled(using: &first), two = Array(0..<100).shuffled(using: &second)
        #expect(one == two)
        #expect(one != Array(0..<100))
        #expect(one.sorted() == Array(0..<100))
    }
}
