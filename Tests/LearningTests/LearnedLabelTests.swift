import Testing

@testable import Learning

struct LearnedLabelTests {
    private func box(_ category: Int, _ left: Float, _ top: Float, _ right: Float, _ bottom: Float) -> LearnedBox {
        LearnedBox(category: category, left: left, top: top, right: right, bottom: bottom)
    }

    private func isClose(_ left: Double, _ right: Double) -> Bool { abs(left - right) < 1e-6 }

    @Test func classesAgreeOrDoNot() {
        #expect(LearnedLabel.category(2).agreement(with: .category(2)) == 1)
        #expect(LearnedLabel.category(2).agreement(with: .category(1)) == 0)
        #expect(LearnedLabel.category(0).agreement(with: .boxes([])) == 0)
    }

    @Test func theOverlapOfBoxesIsTheSharedAreaOfTheWhole() {
        // Two squares of 0.4, moved by half a side: 0.08 shared of 0.24.
        #expect(isClose(Double(box(0, 0, 0, 0.4, 0.4).overlap(box(1, 0.2, 0, 0.6, 0.4))), 1.0 / 3))
        #expect(box(0, 0, 0, 0.4, 0.4).overlap(box(0, 0.4, 0, 0.8, 0.4)) == 0)
        #expect(box(0, 0.5, 0.5, 0.5, 0.5).overlap(box(0, 0.5, 0.5, 0.5, 0.5)) == 0)
    }

    @Test func boxesWithoutAPartnerCountNothing() {
        let square = box(0, 0, 0, 0.4, 0.4), moved = box(0, 0.2, 0, 0.6, 0.4), far = box(0, 0.7, 0.7, 0.9, 0.9)
        func agreement(_ own: [LearnedBox], _ truth: [LearnedBox]) -> Double {
            LearnedLabel.boxes(own).agreement(with: .boxes(truth))
        }
        #expect(agreement([], []) == 1)
        #expect(agreement([square], []) == 0 && agreement([], [square]) == 0)
        #expect(agreement([square], [square]) == 1)
        #expect(isClose(agreement([square], [moved]), 1.0 / 3))
        // One is missed: half of the mean. One is missed and one invented: a third.
        #expect(isClose(agreement([square], [square, far]), 0.5))
        #expect(isClose(agreement([square, moved], [square, far]), 1.0 / 3))
        // Of another class is no partner.
        #expect(agreement([square], [box(1, 0, 0, 0.4, 0.4)]) == 0)
    }

    @Test func partnersAreThoseThatOverlapMost() {
        // Own a overlaps truth 1 by a third and truth 2 in full; own b overlaps truth 1 by a third.
        let first = box(0, 0.2, 0, 0.6, 0.4), a = box(0, 0, 0, 0.4, 0.4), b = box(0, 0.4, 0, 0.8, 0.4)
        let agreement = LearnedLabel.boxes([a, b]).agreement(with: .boxes([first, a]))
        #expect(isClose(agreement, (1 + 1.0 / 3) / 2))
    }

    @Test func masksAgreeByTheMeanOverlapOfTheirClasses() {
        func mask(_ cells: [UInt8]) -> LearnedMask { LearnedMask(width: 4, height: 1, cells: cells) }
        func agreement(_ own: [UInt8], _ truth: [UInt8]) -> Double {
            LearnedLabel.mask(mask(own)).agreement(with: .mask(mask(truth)))
        }
        #expect(agreement([0, 0, 0, 0], [0, 0, 0, 0]) == 1)
        #expect(agreement([1, 1, 0, 0], [1, 1, 0, 0]) == 1)
        // Shared 1 of 3.
        #expect(isClose(agreement([1, 1, 0, 0], [0, 1, 1, 0]), 1.0 / 3))
        // Class 1 in full; class 2 is invented.
        #expect(isClose(agreement([1, 1, 0, 2], [1, 1, 0, 0]), 0.5))
        #expect(agreement([1, 1, 1, 1], [2, 2, 2, 2]) == 0)
    }

    @Test func aMaskIsComparedOnTheGridOfTheTruth() {
        let own = LearnedMask(width: 2, height: 2, cells: [1, 0, 0, 2])
        let truth = LearnedMask(width: 4, height: 4, cells: [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 2, 2, 0, 0, 2, 2])
        #expect(own.resampled(width: 4, height: 4) == truth)
        #expect(LearnedLabel.mask(own).agreement(with: .mask(truth)) == 1)
        #expect(truth.resampled(width: 2, height: 2) == own)
        // The middle of the one cell belongs to the last quarter.
        #expect(truth.resampled(width: 1, height: 1).cells == [2])
    }

    @Test func theClassesOfALabelAreThoseThatOccur() {
        #expect(LearnedLabel.category(3).categories == [3])
        #expect(LearnedLabel.boxes([box(1, 0, 0, 1, 1), box(1, 0, 0, 0.5, 1)]).categories == [1])
        #expect(LearnedLabel.mask(LearnedMask(width: 3, height: 1, cells: [0, 1, 4])).categories == [0, 3])
    }
}
