import Kernel
import Testing

@testable import Labeling

@Suite struct ClassificationTests {
    private let task: Classification

    init() throws {
        let categories = try LabelCategories(names: ["Duck", "Say \"quack\"", "Érable"], bounds: (2, nil))
        task = Classification(.imageMultiClass, categories)
    }

    @Test func theTableServesIt() throws {
        for type in TaskType.allCases { #expect(type.task(task.categories)?.type == (type.isServed ? type : nil)) }
    }

    @Test func answersHaveTheShapeOfTheBuiltInPage() {
        #expect(
            text(task.answerContent(for: .category(0))) == #"{"crowd-image-classifier":{"label":"Duck"}}"#)
        #expect(
            text(task.answerContent(for: .category(1)))
                == #"{"crowd-image-classifier":{"label":"Say \"quack\""}}"#)
    }

    @Test func ownAnswersAreReadBack() {
        for index in 0..<3 {
            #expect(task.annotation(inAnswer: task.answerContent(for: .category(index))) == .category(index))
        }
    }

    @Test(arguments: [
        (#"{"my-widget":{"label":"Duck"}}"#, 0),
        (#"{"comment":"x","c":{"label":"\u00c9rable","workerComment":""}}"#, 2),
        (#"{"other":{"label":"Goose"},"crowd-image-classifier":{"label":"Duck"}}"#, 0),
    ])
    func answersOfOwnTemplatesAreRead(content: String, label: Int) {
        #expect(task.annotation(inAnswer: utf8(content)) == .category(label))
    }

    @Test(arguments: [
        "", "null", "[]", "{}", #"{"crowd-image-classifier":"Duck"}"#, #"{"crowd-image-classifier":{"label":"Goose"}}"#,
        #"{"crowd-image-classifier":{"label":0}}"#, #"{"label":"Duck"}"#, #"{"a":{"label":"Duck"}"#,
    ])
    func contentWithoutAKnownLabelIsNoAnswer(content: String) {
        #expect(task.annotation(inAnswer: utf8(content)) == nil)
    }

    @Test func theLabelIsAnIndexWithMetadataInTheServicesOrder() {
        let provenance = LabelProvenance(
            job: "MyJob-1", isHumanAnnotated: true, createdAt: Instant(microseconds: 1_555_605_659_217_995))
        let label = task.outputLabel(JudgedAnnotation(annotation: .category(2), confidence: 0.95), provenance)
        #expect(text(label.value) == "2")
        let expected =
            #"{"confidence":0.95,"job-name":"labeling-job/myjob-1","class-name":"Érable","human-annotated":"yes","#
            + #""creation-date":"2019-04-18T16:40:59.217995","type":"groundtruth/image-classification"}"#
        #expect(text(label.metadata) == expected)
    }

    @Test(arguments: [(0.0, "0"), (0.6, "0.6"), (0.95, "0.95"), (1.0, "1")])
    func confidencesAreWrittenShortest(confidence: Double, written: String) {
        let provenance = LabelProvenance(job: "j", isHumanAnnotated: false, createdAt: .epoch)
        let label = task.outputLabel(JudgedAnnotation(annotation: .category(0), confidence: confidence), provenance)
        #expect(text(label.metadata).hasPrefix(#"{"confidence":\#(written),"#))
        #expect(text(label.metadata).contains(#""human-annotated":"no""#))
    }

    @Test func aSecondAnswerReplacesTheFirst() {
        let first = answer("w", 0), second = answer("w", 2), other = answer("v", 2)
        #expect(joined([[first, other, second]], 3) == joined([[other, second]], 3))
        #expect(joined([[first, second]], 1) == [JudgedAnnotation(annotation: .category(2), confidence: 0)])
    }

    @Test func objectsWithoutAnswersHaveNoLabel() {
        let labels = joined([[], [answer("w", 1)], []], 3)
        #expect(labels.map { $0?.annotation } == [nil, .category(1), nil])
        #expect(joined([], 3).isEmpty)
    }

    @Test func textsAreAskedForOnAPageOfTheirOwn() {
        let task = Classification(.textMultiClass, task.categories)
        #expect(text(task.answerContent(for: .category(0))) == #"{"crowd-classifier":{"label":"Duck"}}"#)
        let label = task.outputLabel(
            JudgedAnnotation(annotation: .category(0), confidence: 0.5),
            LabelProvenance(job: "j", isHumanAnnotated: true, createdAt: .epoch))
        #expect(text(label.metadata).hasSuffix(#""type":"groundtruth/text-classification"}"#))
    }

    private func answer(_ worker: String, _ label: Int) -> SubmittedAnswer {
        SubmittedAnswer(worker: worker, content: task.answerContent(for: .category(label)))
    }

    private func joined(_ objects: [[SubmittedAnswer]], _ workersAsked: Int) -> [JudgedAnnotation?] {
        var statistics = WorkerStatistics()
        return task.consolidate(
            objects.enumerated().map { AnsweredObject(index: $0, answers: $1) }, workersAsked: workersAsked,
            by: .service, draws: SeededDraws(seed: 1), &statistics)
    }
}
