import Kernel
import Testing

@testable import Labeling

@Suite struct ClassificationConsolidationTests {
    private func answers(_ labels: [(Int, Int)]) -> [ClassificationAnswer] {
        labels.map { ClassificationAnswer(worker: $0.0, label: $0.1) }
    }

    private func expect(
        _ objects: [[ClassificationAnswer]], classes: Int, tops: [Double], _ results: [(Int, Double)]
    ) throws {
        let posteriors = ClassificationConsolidation.posteriors(objects, classes: classes)
        for (posterior, top) in zip(posteriors, tops) {
            #expect(abs(try #require(posterior?.max()) - top) < 5e-7)
        }
        let joined = ClassificationConsolidation.consolidate(objects, classes: classes, workersAsked: 3)
        #expect(joined.map { $0?.label } == results.map { $0.0 })
        #expect(joined.map { $0?.confidence } == results.map { $0.1 })
    }

    /// Golden vectors A to D, computed from the rule elsewhere.
    @Test func goldenVectors() throws {
        try expect(
            [
                answers([(0, 0), (1, 0), (2, 0)]), answers([(0, 1), (1, 1), (2, 0)]),
                answers([(0, 2), (1, 2), (2, 2)]), answers([(0, 1), (1, 0), (2, 2)]),
                answers([(0, 0), (1, 0), (2, 1)]),
            ], classes: 3, tops: [0.985482, 0.885509, 0.985284, 0.483694, 0.947622],
            [(0, 0.94), (1, 0.85), (2, 0.94), (0, 0.49), (0, 0.90)])
        try expect([answers([(0, 0), (1, 0), (2, 1)])], classes: 2, tops: [0.919044], [(0, 0.88)])
        try expect([answers([(0, 0)])], classes: 2, tops: [0.816667], [(0, 0.78)])
        try expect([answers([(0, 0), (1, 1)])], classes: 2, tops: [0.5], [(0, 0.50)])
    }

    /// The real job: every label and every confidence that the service gave, call by call.
    @Test(.enabled(if: Fixture.folder != nil, Fixture.absent))
    func everyLabelAndConfidenceOfARealJob() throws {
        let given = try Fixture.rows("real-job/answers.csv")
        let objects = try Fixture.rows("real-job/objects.csv")
        #expect(objects.count == 302)
        let names = Set(given.compactMap { $0["worker"] }).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        for call in Set(objects.compactMap { $0["consolidation_call"] }) {
            let members = objects.filter { $0["consolidation_call"] == call }
            let answers = try members.map { member in
                try given.filter { $0["object_id"] == member["object_id"] }.map { row in
                    ClassificationAnswer(
                        worker: try #require(numbers[row["worker"] ?? ""]),
                        label: try #require(Int(row["label"] ?? "")))
                }
            }
            let joined = ClassificationConsolidation.consolidate(answers, classes: 10, workersAsked: 5)
            #expect(joined.map { $0?.label } == members.map { Int($0["service_label"] ?? "") })
            #expect(joined.map { $0?.confidence } == members.map { Double($0["service_confidence"] ?? "") })
        }
    }

    @Test func oneWorkerAskedGivesConfidenceZero() {
        let joined = ClassificationConsolidation.consolidate([answers([(4, 2)]), []], classes: 3, workersAsked: 1)
        #expect(joined == [ConsolidatedClass(label: 2, confidence: 0), nil])
    }

    @Test func tiesGoToTheLowestClass() {
        let joined = ClassificationConsolidation.consolidate(
            [answers([(0, 2), (1, 1)])], classes: 4, workersAsked: 2)
        #expect(joined[0]?.label == 1)
    }

    // MARK: Properties, on drawn calls

    private static let draws = SeededDraws(seed: 3)

    private func drawnCall(_ seed: Int, classes: Int, workers: Int = 12) -> [[ClassificationAnswer]] {
        let draws = Self.draws.scoped(seed)
        return (0..<(1 + draws.below(50, -1))).map { object in
            var stream = draws.scoped(object).stream
            let some = Array(0..<workers).shuffled(using: &stream).prefix(draws.below(6, object))
            let truth = draws.below(classes, object, -2)
            return some.map { worker in
                let isRight = draws.uniform(object, worker) < 0.7
                return ClassificationAnswer(
                    worker: worker, label: isRight ? truth : draws.below(classes, object, worker, 1))
            }
        }
    }

    @Test(arguments: 0..<50)
    func renamingWorkersChangesNothing(seed: Int) {
        let call = drawnCall(seed, classes: 2 + seed % 5)
        let renamed = call.map { $0.map { ClassificationAnswer(worker: 1000 - 7 * $0.worker, label: $0.label) } }
        #expect(
            ClassificationConsolidation.consolidate(call, classes: 2 + seed % 5, workersAsked: 5)
                == ClassificationConsolidation.consolidate(renamed, classes: 2 + seed % 5, workersAsked: 5))
    }

    @Test(arguments: 0..<50)
    func renamingClassesRenamesTheLabels(seed: Int) throws {
        let classes = 2 + seed % 5
        let call = drawnCall(seed, classes: classes)
        let turned = call.map {
            $0.map { ClassificationAnswer(worker: $0.worker, label: ($0.label + 1) % classes) }
        }
        let plain = ClassificationConsolidation.posteriors(call, classes: classes)
        let other = ClassificationConsolidation.posteriors(turned, classes: classes)
        for (left, right) in zip(plain, other) {
            guard let left else {
                #expect(right == nil)
                continue
            }
            let right = try #require(right)
            for index in left.indices { #expect(abs(left[index] - right[(index + 1) % classes]) < 1e-12) }
        }
    }

    @Test(arguments: 0..<50)
    func posteriorsAreProbabilities(seed: Int) throws {
        let classes = 2 + seed % 9
        for (answers, posterior) in zip(
            drawnCall(seed, classes: classes),
            ClassificationConsolidation.posteriors(drawnCall(seed, classes: classes), classes: classes))
        {
            #expect((posterior == nil) == answers.isEmpty)
            guard let posterior else { continue }
            #expect(posterior.allSatisfy { $0 >= 0 && $0 <= 1 })
            #expect(abs(posterior.reduce(0, +) - 1) < 1e-12)
        }
        for result in ClassificationConsolidation.consolidate(
            drawnCall(seed, classes: classes), classes: classes, workersAsked: 5)
        {
            guard let result else { continue }
            #expect((0.05...0.95).contains(result.confidence))
            #expect((0..<classes).contains(result.label))
        }
    }

    @Test func unanimousCallsAreNotDividedByZero() {
        let call = (0..<50).map { _ in answers([(0, 1), (1, 1), (2, 1)]) }
        let joined = ClassificationConsolidation.consolidate(call, classes: 3, workersAsked: 3)
        #expect(joined.allSatisfy { $0 == ConsolidatedClass(label: 1, confidence: 0.95) })
    }

    @Test func manyClassesCostOnlyWhatIsAnswered() {
        let call = (0..<50).map { object in answers((0..<9).map { (object * 9 + $0, object * 40) }) }
        let joined = ClassificationConsolidation.consolidate(call, classes: 2000, workersAsked: 9)
        #expect(joined.map { $0?.label } == (0..<50).map { $0 * 40 })
    }
}
