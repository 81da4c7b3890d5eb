import Kernel
import Testing

@testable import Labeling

@Suite struct MultiLabelConsolidationTests {
    private func answers(_ labels: [Int]...) -> [MultiLabelAnswer] {
        labels.enumerated().map { MultiLabelAnswer(worker: $0, labels: $1) }
    }

    private func joined(
        _ objects: [[MultiLabelAnswer]], classes: Int = 3, workersAsked: Int = 3,
        _ method: ConsolidationMethod = .service
    ) -> [[ConsolidatedClass]?] {
        var statistics = WorkerStatistics()
        return MultiLabelConsolidation.consolidate(
            objects, by: (0..<9).map { "w\($0)" }, classes: classes, workersAsked: workersAsked, method: method,
            &statistics)
    }

    private func classes(_ pairs: (Int, Double)...) -> [ConsolidatedClass] {
        pairs.map { ConsolidatedClass(label: $0.0, confidence: $0.1) }
    }

    /// Cases B, C and D of the golden vectors for two classes: no is class 0 and yes is class 1, so that two of three
    /// who say yes are 0.919044 and one of three is what is left of 1.
    @Test func goldenVectorsOfTheServicesRule() {
        #expect(joined([answers([1], [1], [])]) == [classes((1, 0.88))])
        #expect(joined([answers([], [], [1])]) == [classes((1, 0.12))])
        #expect(joined([answers([1])]) == [classes((1, 0.78))])
        #expect(joined([answers([1], [])]) == [classes((1, 0.5))])
        #expect(joined([answers([1, 0], [1, 2], [2, 1, 0])]).first??.map(\.label) == [0, 1, 2])
        #expect(joined([answers([0, 2], [2], [0])]) == [classes((0, 0.88), (2, 0.88))])
    }

    /// Objects that are joined together teach about one another's workers; classes do not.
    @Test func classesAreQuestionsOfTheirOwn() {
        let objects = [answers([0], [0], [0]), answers([0], [0], []), answers([], [], [])]
        let alone = joined(objects)
        let beside = joined(
            objects.map { given in given.map { MultiLabelAnswer(worker: $0.worker, labels: $0.labels + [2]) } })
        #expect(beside.map { $0?.filter { $0.label == 0 } } == alone)
        #expect(beside.allSatisfy { $0?.last?.label == 2 })
    }

    @Test func theMajorityIsTheShareOfYes() {
        #expect(joined([answers([0, 1], [1], [1, 1])], .majority) == [classes((0, 0.33), (1, 1))])
    }

    @Test(arguments: ConsolidationMethod.allCases.filter { $0.fits(.imageMultiClassMultiLabel) })
    func whatAnybodyChoseIsListedAndNothingElse(_ method: ConsolidationMethod) {
        let draws = SeededDraws(seed: 2)
        let objects = (0..<40).map { object in
            (0..<(object == 7 ? 0 : 4)).map { worker in
                MultiLabelAnswer(
                    worker: worker, labels: (0..<6).filter { draws.uniform(object, worker, $0) < 0.2 }.reversed())
            }
        }
        let found = joined(objects, classes: 6, workersAsked: 4, method)
        for (given, labels) in zip(objects, found) {
            #expect(labels?.map(\.label) == (given.isEmpty ? nil : Set(given.flatMap(\.labels)).sorted()))
            for label in labels ?? [] { #expect((0...1).contains(label.confidence)) }
        }
        let renamed = objects.map { given in
            given.reversed().map { MultiLabelAnswer(worker: 3 - $0.worker, labels: $0.labels) }
        }
        #expect(joined(renamed, classes: 6, workersAsked: 4, method) == found)
    }

    @Test(arguments: ConsolidationMethod.allCases.filter { $0.fits(.imageMultiClassMultiLabel) })
    func aSingleWorkerIsBelieved(_ method: ConsolidationMethod) {
        let found = joined([answers([2, 0]), answers([]), []], workersAsked: 1, method)
        #expect(found == [classes((0, 0), (2, 0)), [], nil])
    }

    @Test(arguments: ConsolidationMethod.allCases.filter { $0.fits(.imageMultiClassMultiLabel) })
    func nothingChosenIsAnAnswer(_ method: ConsolidationMethod) {
        #expect(joined([answers([], [], []), []], method) == [[], nil])
        #expect(joined([], method).isEmpty)
    }

    @Test(arguments: ConsolidationMethod.allCases.filter { $0.fits(.imageMultiClassMultiLabel) })
    func wellKnownWorkersAreBelieved(_ method: ConsolidationMethod) throws {
        // Two workers agree on everything, one says the opposite; the last object is theirs to decide.
        let objects = (0..<30).map { object in
            object % 3 == 0 ? answers([1], [1], []) : answers([], [], [1])
        }
        let found = joined(objects, method)
        let yes = try #require(found[0]?.first?.confidence), no = try #require(found[1]?.first?.confidence)
        #expect(yes > 0.6)
        #expect(no < 0.4)
    }

    /// The third worker sees the first class as the others do and the second one the other way round. The pooled prior
    /// knows that in the next call, and of which class.
    @Test func statisticsAreKeptByClassFromCallToCall() throws {
        let names = ["a", "b", "c"]
        let call = (0..<40).map { object in
            [answers([0], [0], [0, 1]), answers([0, 1], [0, 1], [0]), answers([1], [1], []), answers([], [], [1])][
                object % 4]
        }
        var kept = WorkerStatistics()
        _ = MultiLabelConsolidation.consolidate(
            call, by: names, classes: 3, workersAsked: 3, method: .pooled, &kept)
        #expect(kept.counts.keys.sorted() == names)
        #expect(kept.counts.values.allSatisfy { $0.count == 12 && abs($0.reduce(0, +) - 120) < 1e-6 })
        #expect(kept.classes.count == 6)
        #expect(WorkerStatistics(decoding: kept.encoded) == kept)
        func confidences(_ statistics: WorkerStatistics) throws -> [Double] {
            var statistics = statistics
            let question = [MultiLabelAnswer(worker: 2, labels: [0, 1])]
            let found = MultiLabelConsolidation.consolidate(
                [question], by: names, classes: 3, workersAsked: 3, method: .pooled, &statistics)
            return try #require(found[0]).map(\.confidence)
        }
        let known = try confidences(kept), unknown = try confidences(WorkerStatistics())
        // Its yes to the second class was wrong 20 times and right never; the pool's weight of 5 leaves 0.14.
        #expect(known[0] > 0.9 && known[1] < 0.2)
        #expect(unknown[0] == unknown[1])
    }
}
