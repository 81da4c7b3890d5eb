import JSON
import Kernel
import Testing

@testable import Labeling

/// The simulated crowd of shared/fixtures/consolidation/boxes: five workers per image, truth, and two references.
struct BoxFixture {
    struct Item {
        var truth: [BoxEdges] = [], answers: [BoxAnswer] = []
        /// Fused boxes with their confidences: of the package ensemble-boxes, and of the clustering prototype.
        var fusion: [(box: BoxEdges, confidence: Double)] = [], clusters = [(box: BoxEdges, confidence: Double)]()
    }

    var items: [Item] = []
    var answers: [[BoxAnswer]] { items.map(\.answers) }

    init() throws {
        for value in try Fixture.json("consolidation/boxes/sim_r5.json").array ?? [] {
            var item = Item()
            item.truth = Self.boxes(value["truth"]).map(\.box)
            item.answers = (value["workers"]?.array ?? []).map {
                BoxAnswer(worker: $0["worker"]?.integer ?? -1, boxes: Self.boxes($0["boxes"]).map(\.box))
            }
            item.fusion = Self.boxes(value["wbf"])
            item.clusters = Self.boxes(value["cluster_median"])
            items.append(item)
        }
    }

    private static func boxes(_ value: JSONValue?) -> [(box: BoxEdges, confidence: Double)] {
        (value?.array ?? []).map { row in
            let numbers = (row.array ?? []).map { $0.double ?? .nan }
            let box = BoxEdges(
                category: Int(numbers[0]), left: numbers[1], top: numbers[2], right: numbers[3], bottom: numbers[4])
            return (box, numbers.count > 5 ? numbers[5] : .nan)
        }
    }

    /// Harmonic mean of precision and recall; boxes match when they overlap by half or more, whatever their class.
    func score(_ found: [[ConsolidatedBox]?]) -> Double {
        var right = 0, given = 0, wanted = 0
        for (item, boxes) in zip(items, found) {
            let boxes = boxes ?? []
            var pairs: [(overlap: Double, box: Int, truth: Int)] = []
            for box in boxes.indices {
                for truth in item.truth.indices {
                    let overlap = boxes[box].box.overlap(with: item.truth[truth])
                    if overlap >= 0.5 { pairs.append((overlap, box, truth)) }
                }
            }
            var usedBoxes: Set<Int> = [], usedTruths: Set<Int> = []
            for pair in pairs.sorted(by: { $0.overlap > $1.overlap })
            where !usedBoxes.contains(pair.box) && !usedTruths.contains(pair.truth) {
                usedBoxes.insert(pair.box)
                usedTruths.insert(pair.truth)
            }
            right += usedBoxes.count
            given += boxes.count
            wanted += item.truth.count
        }
        return 2 * Double(right) / Double(given + wanted)
    }
}

/// Largest difference of an edge.
func gap(_ one: BoxEdges, _ other: BoxEdges) -> Double {
    [
        one.left - other.left, one.top - other.top, one.right - other.right, one.bottom - other.bottom,
    ].map(abs).max() ?? 0
}

@Suite struct BoxConsolidationTests {
    private func box(_ category: Int, _ left: Double, _ top: Double, _ right: Double, _ bottom: Double) -> BoxEdges {
        BoxEdges(category: category, left: left, top: top, right: right, bottom: bottom)
    }

    private func answers(_ boxes: [BoxEdges]...) -> [BoxAnswer] {
        boxes.enumerated().map { BoxAnswer(worker: $0, boxes: $1) }
    }

    private func joined(_ answers: [BoxAnswer]) throws -> [ConsolidatedBox] {
        try #require(BoxConsolidation.consolidate([answers], workersAsked: 9)[0])
    }

    @Test(.enabled(if: Fixture.folder != nil, Fixture.absent))
    func theSimulatedCrowdIsJoinedAsByThePrototype() throws {
        let fixture = try BoxFixture()
        var settings = BoxConsolidation.Settings()
        settings.share = 0.39
        let found = BoxConsolidation.consolidate(fixture.answers, workersAsked: 5, settings)
        #expect(abs(fixture.score(found) - 0.997) < 5e-4)
        var others = 0
        for (item, boxes) in zip(fixture.items, found) {
            let boxes = try #require(boxes), wanted = item.clusters.sorted { $0.box < $1.box }
            #expect(boxes.count == wanted.count)
            for (box, wanted) in zip(boxes, wanted) {
                #expect(gap(box.box, wanted.box) < 1e-6)
                // The prototype does not weigh the workers, so classes that are tied may differ.
                guard box.box.category == wanted.box.category else {
                    others += 1
                    continue
                }
                #expect(abs(box.confidence - wanted.confidence) < 0.00506)
            }
        }
        #expect(others <= 3)
    }

    @Test(.enabled(if: Fixture.folder != nil, Fixture.absent))
    func halfOfTheWorkersFindLess() throws {
        let fixture = try BoxFixture()
        var settings = BoxConsolidation.Settings()
        settings.share = 0.5
        let half = BoxConsolidation.consolidate(fixture.answers, workersAsked: 5, settings)
        #expect(abs(fixture.score(half) - 0.985) < 5e-4)
        let standard = BoxConsolidation.consolidate(fixture.answers, workersAsked: 5)
        #expect(abs(fixture.score(standard) - 0.997) < 5e-4)
    }

    @Test(.enabled(if: Fixture.folder != nil, Fixture.absent), arguments: 0..<5)
    func orderAndNamesOfWorkersDoNotMatter(seed: UInt64) throws {
        let fixture = try BoxFixture()
        var stream = SeededDraws(seed: seed).stream
        let shuffled = fixture.answers.map { given in
            given.shuffled(using: &stream).map {
                BoxAnswer(worker: 1000 - $0.worker, boxes: $0.boxes.shuffled(using: &stream))
            }
        }
        #expect(
            BoxConsolidation.consolidate(shuffled, workersAsked: 5)
                == BoxConsolidation.consolidate(fixture.answers, workersAsked: 5))
    }

    @Test func edgesAreMediansAndConfidenceIsTheProductOfThreeShares() throws {
        let given = answers(
            [box(0, 0, 0, 100, 100)], [box(0, 2, 0, 100, 100)], [box(1, 0, 0, 100, 90)], [])
        let fused = try joined(given)
        #expect(fused.map(\.box) == [box(0, 0, 0, 100, 100)])
        // (1 + 0.98 + 0.9) / 4 workers, and 2 of 3 gave the class.
        #expect(fused.map(\.confidence) == [0.48])
        var settings = BoxConsolidation.Settings()
        settings.edges = .mean
        let mean = try #require(BoxConsolidation.consolidate([given], workersAsked: 4, settings)[0]?.first?.box)
        #expect(gap(mean, box(0, 2.0 / 3, 0, 100, 290.0 / 3)) < 1e-9)
        let two = try joined(answers([box(0, 0, 0, 100, 100)], [box(0, 1, 0, 100, 100)]))
        #expect(two.map(\.box.left) == [0.5])
    }

    @Test func whatTooFewHaveDrawnIsLeftOut() throws {
        let here = box(0, 0, 0, 10, 10), there = box(0, 50, 50, 70, 70)
        #expect(try joined(answers([here, there], [here], [here], [], [])).map(\.box) == [here])
        #expect(try joined(answers([here, there], [here, there], [here], [], [])).map(\.box) == [here, there])
        #expect(try joined(answers([here], [])).map(\.box) == [here])
        #expect(try joined(answers([here], [], [])).isEmpty)
        #expect(
            [1, 2, 3, 4, 5, 7, 9].map { BoxConsolidation.leastMembers(share: 0.4, workers: $0) } == [
                1, 1, 2, 2, 2, 3, 4,
            ])
    }

    @Test func boxesOfOneWorkerStayApart() throws {
        let one = box(0, 0, 0, 10, 10), other = box(0, 0, 0, 10, 9)
        #expect(try joined(answers([one, other], [one, other])).map(\.box) == [other, one])
        #expect(try joined(answers([one, one], [one, one])).map(\.confidence) == [1, 1])
    }

    /// Worker 2 names classes as the others do, worker 3 as nobody does: so worker 2 decides where both disagree.
    @Test func reliableWorkersDecideTheClass() {
        func place(_ number: Int, _ category: Int) -> BoxEdges {
            box(category, Double(number) * 100, 0, Double(number) * 100 + 50, 50)
        }
        let learning = (0..<10).map { answers([place($0, 0)], [place($0, 0)], [place($0, 0)], [place($0, 1)]) }
        let question = [
            BoxAnswer(worker: 2, boxes: [place(0, 1)]), BoxAnswer(worker: 3, boxes: [place(0, 0)]),
        ]
        let alone = BoxConsolidation.consolidate([question], workersAsked: 4)
        #expect(alone[0]?.map(\.box.category) == [0])
        let together = BoxConsolidation.consolidate(learning + [question], workersAsked: 4)
        #expect(together.last??.map(\.box.category) == [1])
        #expect(together.last??.map(\.confidence) == [0.5])
    }

    @Test func aSingleWorkerIsBelieved() {
        let boxes = [box(1, 5, 5, 9, 9), box(0, 0, 0, 10, 10), box(0, 0, 0, 10, 9.5)]
        let found = BoxConsolidation.consolidate([answers(boxes)], workersAsked: 1)
        #expect(found == [boxes.sorted().map { ConsolidatedBox(box: $0, confidence: 0) }])
    }

    @Test func whereOneOfSeveralAnsweredThatAnswerCounts() throws {
        #expect(try joined(answers([box(0, 0, 0, 10, 10)])).map(\.confidence) == [1])
    }

    @Test func nothingDrawnIsAnAnswerAndNoAnswerIsNone() {
        #expect(BoxConsolidation.consolidate([], workersAsked: 3).isEmpty)
        #expect(BoxConsolidation.consolidate([[], answers([], [])], workersAsked: 3) == [nil, []])
    }

    @Test func boxesWithoutAreaAreNotDividedBy() throws {
        let line = box(0, 5, 5, 5, 20), point = box(1, 7, 7, 7, 7)
        let found = try joined(answers([line, point], [line, point], [point]))
        #expect(found.map(\.box) == [line, point])
        #expect(found.map(\.confidence) == [0.67, 1])
    }

    @Test func crowdedImagesAreSortedOut() throws {
        let draws = SeededDraws(seed: 8)
        let given = (0..<9).map { worker in
            BoxAnswer(
                worker: worker,
                boxes: (0..<100).map { object in
                    let left = Double(object % 10 * 40) + draws.uniform(worker, object, 0) * 3
                    let top = Double(object / 10 * 30) + draws.uniform(worker, object, 1) * 3
                    return box(object % 3, left, top, left + 60, top + 40)
                })
        }
        let found = try joined(given)
        #expect(found.count == 100)
        #expect(found.allSatisfy { $0.confidence > 0.85 && $0.confidence <= 1 })
    }
}
