import FoundationEssentials
import JSON
import Kernel
import Testing

@testable import Labeling

/// The alternatives to the service's rule, held to references made by crowd-kit and by an independent numpy version.
@Suite struct ConsolidationMethodTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/fixtures/consolidation")
    static let isThere = FileManager.default.fileExists(atPath: folder.path())

    struct Fixture: Sendable {
        var objects: [[ClassificationAnswer]] = []
        var workers = 0, classes = 0
        /// Columns of the reference by name.
        var reference: [String: [Double]] = [:]

        init(_ path: String) throws {
            for row in try Self.rows(path + ".annotations.csv").dropFirst() {
                let (item, worker, label) = (Int(row[0]) ?? 0, Int(row[1]) ?? 0, Int(row[2]) ?? 0)
                while objects.count <= item { objects.append([]) }
                objects[item].append(ClassificationAnswer(worker: worker, label: label))
                workers = max(workers, worker + 1)
                classes = max(classes, label + 1)
            }
            let rows = try Self.rows(path + ".reference.csv"), names = rows[0]
            for (place, name) in names.enumerated() {
                reference[name] = rows.dropFirst().map { Double($0[place]) ?? .nan }
            }
        }

        private static func rows(_ path: String) throws -> [[String]] {
            let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
            return text.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
        }

        func column(_ name: String) throws -> [Double] { try #require(reference[name]) }

        func labels(_ posteriors: [[Double]]) -> [Int] {
            posteriors.map { posterior in posterior.firstIndex(of: posterior.max() ?? 0) ?? 0 }
        }

        func agreement(_ labels: [Int], with name: String) throws -> Double {
            Double(zip(labels, try column(name)).filter { Double($0) == $1 }.count) / Double(labels.count)
        }

        /// The pooled model through its interface: in one call, or in calls of a size.
        func pooled(batch size: Int) -> [Int] {
            var statistics = WorkerStatistics(), labels: [Int] = []
            for start in stride(from: 0, to: objects.count, by: size) {
                let judged = ConsolidationMethod.pooled.consolidate(
                    Array(objects[start..<min(start + size, objects.count)]), by: (0..<workers).map(String.init),
                    classes: classes, workersAsked: 3, &statistics)
                labels += judged.map { $0?.label ?? -1 }
            }
            return labels
        }
    }

    static let simulated = ["sim_k2_r3", "sim_k2_r5", "sim_k2_r9", "sim_k5_r3", "sim_k5_r5", "sim_k5_r9"]

    @Test(.enabled(if: isThere, "the shared fixtures are absent"), arguments: simulated)
    func dawidSkeneIsThatOfCrowdKit(_ name: String) throws {
        let fixture = try Fixture("classification/" + name)
        var maximisation = ExpectationMaximisation(
            .confusion, fixture.objects, classes: fixture.classes, workers: fixture.workers)
        var before = -Double.infinity
        for _ in 0..<50 {
            let likelihood = maximisation.advance()
            #expect(likelihood >= before - 1e-6)
            before = likelihood
        }
        for label in 0..<(fixture.classes - 1) {
            let wanted = try fixture.column("ds50_p\(label)")
            let gap = zip(maximisation.posteriors, wanted).map { abs($0[label] - $1) }.max() ?? 1
            #expect(gap <= 1e-5)
        }
    }

    @Test(.enabled(if: isThere, "the shared fixtures are absent"), arguments: simulated)
    func oneCoinIsThatOfCrowdKit(_ name: String) throws {
        let fixture = try Fixture("classification/" + name)
        var maximisation = ExpectationMaximisation(
            .oneCoin, fixture.objects, classes: fixture.classes, workers: fixture.workers)
        for _ in 0..<50 { maximisation.advance() }
        #expect(try fixture.agreement(fixture.labels(maximisation.posteriors), with: "oc50") >= 0.998)
        let gap = zip(maximisation.posteriors, try fixture.column("oc50_pmax")).map { abs(($0.max() ?? 0) - $1) }.max()
        #expect(try #require(gap) <= 1e-5)
    }

    @Test(.enabled(if: isThere, "the shared fixtures are absent"), arguments: simulated)
    func theMajorityIsThatOfTheVotes(_ name: String) throws {
        let fixture = try Fixture("classification/" + name), wanted = try fixture.column("mv")
        var statistics = WorkerStatistics()
        let judged = ConsolidationMethod.majority.consolidate(
            fixture.objects, by: [], classes: fixture.classes, workersAsked: 3, &statistics)
        for (place, answers) in fixture.objects.enumerated() {
            let votes = ExpectationMaximisation.shares(answers, fixture.classes)
            guard votes.filter({ $0 == votes.max() }).count == 1 else { continue }
            #expect(judged[place].map { Double($0.label) } == wanted[place])
        }
    }

    /// Accuracies of the facts: `map` of targets.json for all at once; calls of 50 that know what earlier ones have
    /// learnt are no worse than calls of 50 alone (section 3.5).
    @Test(
        .enabled(if: isThere, "the shared fixtures are absent"),
        arguments: zip(
            simulated, [(0.876, 0.803), (0.931, 0.891), (0.988, 0.985), (0.912, 0.854), (0.956, 0.909), (0.998, 0.987)])
    )
    func thePooledPriorReachesItsAccuracy(_ name: String, _ wanted: (whole: Double, batches: Double)) throws {
        let fixture = try Fixture("classification/" + name)
        #expect(abs(try fixture.agreement(fixture.pooled(batch: 1000), with: "truth") - wanted.whole) <= 0.01)
        #expect(try fixture.agreement(fixture.pooled(batch: 50), with: "truth") >= wanted.batches)
    }

    /// Tests/Golden/make-consolidation.py is the independent version.
    @Test(.enabled(if: isThere, "the shared fixtures are absent"), arguments: simulated)
    func thePooledPriorIsThatOfNumpy(_ name: String) throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Golden/consolidation.json")
        let golden = try JSONValue(parsing: Array(Data(contentsOf: path)))
        let wanted = try #require(golden["posteriors"]?[name]?.array)
        let fixture = try Fixture("classification/" + name)
        var maximisation = ExpectationMaximisation(
            .pooled, fixture.objects, classes: fixture.classes, workers: fixture.workers)
        for _ in 0..<(golden["rounds"]?.integer ?? 0) { maximisation.advance() }
        #expect(wanted.count == 60)
        for (posterior, row) in zip(maximisation.posteriors, wanted) {
            let gaps = zip(posterior, row.array ?? []).map { abs($0 - ($1.double ?? .nan)) }
            #expect(gaps.count == fixture.classes && gaps.allSatisfy { $0 <= 1e-9 })
        }
    }

    /// The classes' shares in Dawid and Skene's own table.
    @Test(.enabled(if: isThere, "the shared fixtures are absent"))
    func theTableOfTheirPaper() throws {
        let fixture = try Fixture("real/anesthesia")
        var maximisation = ExpectationMaximisation(
            .confusion, fixture.objects, classes: fixture.classes, workers: fixture.workers)
        for _ in 0..<50 { maximisation.advance() }
        for (share, wanted) in zip(maximisation.totals, [0.39955, 0.42198, 0.1118, 0.06667]) {
            #expect(abs(share / Double(fixture.objects.count) - wanted) <= 1e-5)
        }
    }

    @Test(arguments: ConsolidationMethod.allCases.filter { $0.fits(.imageMultiClass) })
    func aSingleWorkerIsBelieved(_ method: ConsolidationMethod) {
        var statistics = WorkerStatistics()
        let judged = method.consolidate(
            [[ClassificationAnswer(worker: 0, label: 1)], []], by: ["w"], classes: 3, workersAsked: 1, &statistics)
        #expect(judged == [ConsolidatedClass(label: 1, confidence: 0), nil])
    }

    @Test(arguments: ConsolidationMethod.allCases.filter { $0.fits(.imageMultiClass) && $0 != .service })
    func namesAndOrderOfWorkersDoNotMatter(_ method: ConsolidationMethod) {
        let draws = SeededDraws(seed: 3)
        var answers: [[ClassificationAnswer]] = []
        for object in 0..<40 {
            answers.append(
                (0..<4).map { worker in
                    ClassificationAnswer(
                        worker: worker,
                        label: draws.scoped(object).scoped(worker).uniform() < 0.7 ? object % 3 : worker % 3)
                })
        }
        let turned = answers.map { $0.map { ClassificationAnswer(worker: 3 - $0.worker, label: $0.label) } }
        var one = WorkerStatistics(), other = WorkerStatistics()
        let names = ["a", "b", "c", "d"]
        #expect(
            method.consolidate(answers, by: names, classes: 3, workersAsked: 4, &one)
                == method.consolidate(turned, by: names.reversed(), classes: 3, workersAsked: 4, &other))
    }

    @Test func statisticsKeepEveryDigit() {
        let statistics = WorkerStatistics(
            counts: ["b": [0.1, 1.0 / 3], "a": [1e-17, 12_345.678]], classes: [2.0 / 7, 3])
        #expect(WorkerStatistics(decoding: statistics.encoded) == statistics)
        #expect(WorkerStatistics(decoding: Array("{}".utf8)) == nil)
    }

    @Test func tiesGoToTheMoreFrequentClassAndThenToTheFirst() {
        func answers(_ labels: Int...) -> [ClassificationAnswer] {
            labels.enumerated().map { ClassificationAnswer(worker: $0, label: $1) }
        }
        var statistics = WorkerStatistics()
        let judged = ConsolidationMethod.majority.consolidate(
            [answers(0, 2), answers(2, 2), answers(0, 1)], by: ["a", "b"], classes: 3, workersAsked: 2, &statistics)
        #expect(judged.map { $0?.label } == [2, 2, 0])
        #expect(judged.map { $0?.confidence } == [0.5, 1, 0.5])
    }
}
