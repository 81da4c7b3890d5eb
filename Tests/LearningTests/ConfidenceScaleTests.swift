import Learning
import Testing

struct ConfidenceScaleTests {
    @Test func asLargeAShareIsAboveAnyCutAsInTheSample() {
        let sample: [Float] = [0.9, 0.8, 0.7, 0.6], others = (0..<12).map { 0.1 + Float($0) / 1000 }
        let placed = ConfidenceScale(sample: sample).placed(others)
        for (number, cut) in sample.enumerated() {
            #expect(placed.count { $0 >= cut } == 3 * (number + 1))
        }
        // The order is that of the confidences.
        #expect(placed == placed.sorted() && placed.first == 0.6 && placed.last == 0.9)
    }

    @Test func noMoreAreTakenThanTheShareWhereTheCountsDoNotDivide() {
        let placed = ConfidenceScale(sample: [0.9, 0.5]).placed([0.3, 0.2, 0.1])
        #expect(placed == [0.9, 0.5, 0.5])
    }

    @Test func equalsAreTakenTogetherOrNotAtAll() {
        #expect(ConfidenceScale(sample: [0.9, 0.8, 0.7, 0.6]).placed([1, 1, 1, 0.2]) == [0.7, 0.7, 0.7, 0.6])
    }

    @Test func withoutASampleNothingIsMoved() {
        #expect(ConfidenceScale(sample: []).placed([0.3, 0.9]) == [0.3, 0.9])
        #expect(ConfidenceScale(sample: [0.5]).placed([]).isEmpty)
    }
}
