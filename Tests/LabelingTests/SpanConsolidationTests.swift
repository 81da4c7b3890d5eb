import JSON
import Kernel
import Testing

@testable import Labeling

@Suite struct SpanConsolidationTests {
    private struct Item {
        var truth: [LabeledSpan] = [], answers: [[LabeledSpan]] = []
        var reference: [(span: LabeledSpan, confidence: Double)] = []
    }

    /// In alphabetical order, so that the lowest index is the alphabetically first.
    private static let labels = ["DATE", "LOC", "ORG", "PER"]

    private func items() throws -> [Item] {
        func spans(_ value: JSONValue?) -> [LabeledSpan] {
            (value?.array ?? []).map {
                LabeledSpan(
                    category: Self.labels.firstIndex(of: $0.array?[2].string ?? "") ?? -1,
                    start: $0.array?[0].integer ?? -1, end: $0.array?[1].integer ?? -1)
            }
        }
        return try (Fixture.json("consolidation/ner/sim_r5.json").array ?? []).map { value in
            let confidences = (value["reference"]?.array ?? []).map { $0.array?[3].double ?? .nan }
            return Item(
                truth: spans(value["truth"]), answers: (value["workers"]?.array ?? []).map { spans($0["spans"]) },
                reference: zip(spans(value["reference"]), confidences).sorted { $0.0.start < $1.0.start })
        }
    }

    private func joined(
        _ answers: [[LabeledSpan]], share: Double = 0.4, workersAsked: Int = 9
    ) -> [ConsolidatedSpan] {
        SpanConsolidation.consolidate(answers, workersAsked: workersAsked, SpanConsolidation.Settings(share: share)) {
            labels, _ in labels[0]
        }
    }

    private func span(_ start: Int, _ end: Int, _ category: Int = 0) -> LabeledSpan {
        LabeledSpan(category: category, start: start, end: end)
    }

    @Test(.enabled(if: Fixture.folder != nil, Fixture.absent))
    func theSimulatedCrowdIsJoinedExactlyAsByThePrototype() throws {
        var right = 0, all = 0
        let items = try items()
        #expect(items.count == 80)
        for item in items {
            let found = joined(item.answers, share: 0.5)
            #expect(found.map(\.span) == item.reference.map(\.span))
            for (span, wanted) in zip(found, item.reference) {
                #expect(abs(span.confidence - wanted.confidence) < 0.00506)
            }
            right += Set(found.map(\.span)).intersection(item.truth).count
            all += found.count + item.truth.count
        }
        #expect(abs(2 * Double(right) / Double(all) - 0.933) < 5e-4)
    }

    @Test(.enabled(if: Fixture.folder != nil, Fixture.absent))
    func orderOfWorkersAndStretchesDoesNotMatter() throws {
        var stream = SeededDraws(seed: 4).stream
        let draws = SeededDraws(seed: 5)
        for item in try items() {
            let shuffled = item.answers.map { $0.shuffled(using: &stream) }.shuffled(using: &stream)
            #expect(
                SpanConsolidation.consolidate(shuffled, workersAsked: 5, draws: draws)
                    == SpanConsolidation.consolidate(item.answers, workersAsked: 5, draws: draws))
        }
    }

    @Test func edgesAreTheMostFrequentOnesOrElseTheMedian() {
        #expect(joined([[span(0, 10)], [span(0, 12)], [span(2, 12)]]).map(\.span) == [span(0, 12)])
        // Starts 0, 1, 3: no mode. Ends 10, 11: no mode, between them, down.
        #expect(joined([[span(0, 10)], [span(1, 11)], [span(3, 12)]]).map(\.span) == [span(1, 11)])
        #expect(joined([[span(0, 10)], [span(1, 11)]]).map(\.span) == [span(0, 10)])
    }

    /// Starts: mode 10. Ends: no mode, 10 in the middle. That would be empty; the middle of the starts is 6.
    @Test func edgesThatDoNotFitOneAnotherGiveWayToTheMedians() {
        let members = [span(10, 11), span(10, 12), span(1, 8), span(2, 9)]
        #expect(SpanConsolidation.fused(members, workers: 4) { labels, _ in labels[0] }.span == span(6, 10))
    }

    @Test func confidenceIsTheProductOfThreeShares() {
        // 3 of 4 workers; likeness 1, 1, 0.8; 2 of 3 gave the label: 2.8 / 4 · 2 / 3.
        let found = joined([[span(0, 10)], [span(0, 10)], [span(0, 8, 1)], []])
        #expect(found == [ConsolidatedSpan(span: span(0, 10), confidence: 0.47)])
    }

    @Test func halfIsEnoughToBelongTogether() {
        #expect(joined([[span(0, 10)], [span(0, 5)]], share: 1).map(\.span) == [span(0, 7)])
        #expect(joined([[span(0, 11)], [span(0, 5)]], share: 1).isEmpty)
    }

    @Test func equallyFrequentLabelsAreDrawnAndTheDrawRepeats() {
        let answers = [[span(0, 10, 3)], [span(0, 10, 7)]]
        var drawn: [Int: Int] = [:]
        for seed in 0..<200 {
            let draws = SeededDraws(seed: UInt64(seed))
            let found = SpanConsolidation.consolidate(answers, workersAsked: 2, draws: draws)
            #expect(found == SpanConsolidation.consolidate(answers.reversed(), workersAsked: 2, draws: draws))
            drawn[found[0].span.category, default: 0] += 1
        }
        #expect(Set(drawn.keys) == [3, 7])
        #expect(drawn.values.allSatisfy { $0 > 60 })
    }

    /// Two clusters whose usual edges overlap: four workers have one, three have the other.
    @Test func ofOverlappingStretchesTheSurerStays() {
        let long = span(0, 10), short = span(8, 14)
        let found = joined([[long], [long], [long], [long, short], [short], [short], []])
        #expect(found.map(\.span) == [long])
        #expect(joined([[span(0, 5)], [span(5, 9)]]).map(\.span) == [span(0, 5), span(5, 9)])
        // Equally sure: the earlier.
        #expect(joined([[long], [short]]).map(\.span) == [long])
    }

    @Test func aSingleWorkerIsBelieved() {
        let found = joined([[span(8, 14), span(0, 10)]], workersAsked: 1)
        #expect(found == [span(0, 10), span(8, 14)].map { ConsolidatedSpan(span: $0, confidence: 0) })
    }

    @Test func nothingMarkedGivesNothing() {
        #expect(joined([]).isEmpty)
        #expect(joined([[], [], []]).isEmpty)
        #expect(joined([[span(3, 3)], [span(3, 3)]]).map(\.confidence) == [1])
    }

    @Test(arguments: 0..<30) func stretchesComeInOrderAndApart(seed: UInt64) {
        let draws = SeededDraws(seed: seed)
        let answers = (0..<5).map { worker in
            (0..<20).map { number in
                let start = draws.below(200, worker, number, 0)
                return span(start, start + 1 + draws.below(30, worker, number, 1), draws.below(3, worker, number, 2))
            }
        }
        let found = joined(answers, share: 0.2)
        #expect(!found.isEmpty)
        for (one, next) in zip(found, found.dropFirst()) { #expect(one.span.end <= next.span.start) }
        for one in found {
            #expect(one.span.start < one.span.end)
            #expect((0...1).contains(one.confidence))
        }
    }
}
