import Testing

@testable import Labeling

@Suite struct WeightedBoxFusionTests {
    private func box(_ category: Int, _ left: Double, _ top: Double, _ right: Double, _ bottom: Double) -> BoxEdges {
        BoxEdges(category: category, left: left, top: top, right: right, bottom: bottom)
    }

    private func joined(_ boxes: [BoxEdges]..., workersAsked: Int = 9) throws -> [ConsolidatedBox] {
        let answers = boxes.enumerated().map { BoxAnswer(worker: $0, boxes: $1) }
        return try #require(WeightedBoxFusion.consolidate([answers], workersAsked: workersAsked)[0])
    }

    @Test(.enabled(if: Fixture.folder != nil, Fixture.absent))
    func theSimulatedCrowdIsFusedAsByThePackageOfTheAuthors() throws {
        let fixture = try BoxFixture()
        let everything = WeightedBoxFusion.Settings(overlap: 0.5, share: 0)
        let found = WeightedBoxFusion.consolidate(fixture.answers, workersAsked: 5, everything)
        for (item, boxes) in zip(fixture.items, found) {
            let boxes = try #require(boxes), wanted = item.fusion
            #expect(boxes.count == wanted.count)
            for wanted in wanted {
                let nearest = try #require(
                    boxes.filter { $0.box.category == wanted.box.category }
                        .min { gap($0.box, wanted.box) < gap($1.box, wanted.box) })
                #expect(gap(nearest.box, wanted.box) <= 0.01)
                #expect(abs(nearest.confidence - wanted.confidence) < 0.0051)
            }
        }
        let half = WeightedBoxFusion.consolidate(
            fixture.answers, workersAsked: 5, WeightedBoxFusion.Settings(overlap: 0.5, share: 0.5))
        #expect(abs(fixture.score(half) - 0.979) < 5e-4)
    }

    @Test func boxesOfOneClassAreAveraged() throws {
        let found = try joined(
            [box(0, 0, 0, 100, 100)], [box(0, 3, 0, 100, 100)], [box(1, 0, 0, 100, 90)], [box(1, 0, 0, 100, 90)])
        #expect(found.map(\.box) == [box(1, 0, 0, 100, 90), box(0, 1.5, 0, 100, 100)])
        #expect(found.map(\.confidence) == [0.5, 0.5])
    }

    /// What ensemble-boxes 1.0.9 makes of three boxes in a row, the outer two too far apart for one another.
    @Test func boxesAreWalkedFromTheLastToTheFirst() throws {
        let row = [box(0, 0, 0, 100, 100), box(0, 20, 0, 120, 100), box(0, 40, 0, 140, 100)]
        let rightwards = try joined([row[0]], [row[1]], [row[2]], [])
        #expect(rightwards.map(\.box) == [box(0, 30, 0, 130, 100)])
        let leftwards = try joined([row[2]], [row[1]], [row[0]])
        #expect(leftwards.map(\.box) == [box(0, 10, 0, 110, 100)])
        #expect(leftwards.map(\.confidence) == [0.67])
    }

    @Test func aSingleWorkerIsBelieved() throws {
        let boxes = [box(0, 0, 0, 10, 9), box(0, 0, 0, 10, 10), box(0, 5, 5, 5, 5)]
        #expect(try joined(boxes, workersAsked: 1) == boxes.map { ConsolidatedBox(box: $0, confidence: 0) })
        #expect(try joined(boxes).map(\.box) == [box(0, 0, 0, 10, 9.5)])
    }

    @Test func nothingDrawnIsAnAnswerAndNoAnswerIsNone() throws {
        #expect(WeightedBoxFusion.consolidate([[]], workersAsked: 3) == [nil])
        #expect(try joined([], []).isEmpty)
    }
}
