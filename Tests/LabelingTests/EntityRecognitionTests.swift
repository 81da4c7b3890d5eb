import JSON
import Kernel
import Testing

@testable import Labeling

@Suite struct EntityRecognitionTests {
    private let task: EntityRecognition

    init() throws {
        task = EntityRecognition(
            categories: try LabelCategories(
                names: ["person", "place"], bounds: (1, nil), shortDisplayNames: ["PER", nil]))
    }

    @Test func answersHaveTheShapeOfTheBuiltInPage() {
        let spans = Annotation.spans([LabeledSpan(category: 0, start: 0, end: 4)])
        let content = task.answerContent(for: spans)
        #expect(
            text(content)
                == #"{"crowd-entity-annotation":{"entities":[{"endOffset":4,"label":"person","startOffset":0}]}}"#)
        #expect(task.annotation(inAnswer: content) == spans)
    }

    @Test(arguments: [
        #"{"label":"thing","startOffset":0,"endOffset":4}"#, #"{"label":"person","startOffset":4,"endOffset":4}"#,
        #"{"label":"person","startOffset":-1,"endOffset":4}"#, #"{"label":"person","endOffset":4}"#,
    ])
    func entitiesThatMarkNothingAreLeftOut(entity: String) {
        #expect(task.annotation(inAnswer: utf8(#"{"e":{"entities":["# + entity + "]}}")) == .spans([]))
        #expect(task.annotation(inAnswer: utf8(#"{"e":{"entities":"x"}}"#)) == nil)
    }

    @Test func theLabelHasLabelsEntitiesAndAConfidenceForEach() {
        let judged = JudgedAnnotation(
            annotation: .spans([
                LabeledSpan(category: 1, start: 10, end: 16), LabeledSpan(category: 0, start: 0, end: 4),
            ]), confidence: 0.4, parts: [0.67, 0.4])
        let label = task.outputLabel(judged, LabelProvenance(job: "N", isHumanAnnotated: true, createdAt: .epoch))
        #expect(
            text(label.value)
                == #"{"annotations":{"labels":[{"label":"person","shortDisplayName":"PER"},{"label":"place"}],"#
                + #""entities":[{"label":"place","startOffset":10,"endOffset":16},"#
                + #"{"label":"person","startOffset":0,"endOffset":4}]}}"#)
        #expect(
            text(label.metadata)
                == #"{"entities":[{"confidence":0.67},{"confidence":0.4}],"job-name":"labeling-job/n","#
                + #""human-annotated":"yes","creation-date":"1970-01-01T00:00:00.000000","#
                + #""type":"groundtruth/text-span"}"#)
    }

    @Test func theOutputServesAsTruth() throws {
        let value = try JSONValue(
            parsing: #"{"annotations":{"labels":[],"entities":[{"label":"place","startOffset":1,"endOffset":3}]}}"#)
        #expect(
            task.annotation(inTruth: value, file: nil) == .spans([LabeledSpan(category: 1, start: 1, end: 3)]))
        let list = try JSONValue(parsing: #"[{"label":"nowhere","startOffset":1,"endOffset":3}]"#)
        #expect(task.annotation(inTruth: list, file: nil) == nil)
    }

    @Test func theCategoryFileNeedsInstructionsAndMayAbbreviate() throws {
        func read(_ file: String) throws(LabelCategories.Invalid) -> LabelCategories {
            try LabelCategories(parsing: utf8(file), for: .namedEntityRecognition)
        }
        let file = #"{"document-version":"2018-11-28","labels":[{"label":"person","shortDisplayName":"PER"}]"#
        let instructions = #","instructions":{"shortInstruction":"<p>a</p>","fullInstruction":"b"}}"#
        #expect(try read(file + instructions).shortDisplayNames == ["PER"])
        #expect(throws: LabelCategories.Invalid.self) { try read(file + "}") }
        #expect(throws: LabelCategories.Invalid.self) {
            try read(file + #","instructions":{"shortInstruction":"a"}}"#)
        }
    }

    @Test(arguments: [
        (#"{"label":"thing","startOffset":0,"endOffset":2}"#, "thing"),
        (#"{"label":"person","startOffset":2,"endOffset":2}"#, "entity 1"),
        (#"{"label":"person","startOffset":0,"endOffset":9223372036854775807}"#, "end by 4"),
    ])
    func whatCanBeCorrectedIsTold(entity: String, words: String) throws {
        let content = utf8(#"{"e":{"entities":["# + entity + "]}}")
        let fault = task.fault(inAnswer: content, to: .text("Łódź"), imageSize: nil)
        #expect(try #require(fault).contains(words))
    }

    @Test func whatLiesBehindTheTextIsLeftOut() {
        let content = utf8(
            #"{"e":{"entities":[{"label":"person","startOffset":0,"endOffset":4},"#
                + #"{"label":"person","startOffset":0,"endOffset":5}]}}"#)
        #expect(task.fault(inAnswer: content, to: .text("Łódź"), imageSize: nil) != nil)
        var statistics = WorkerStatistics()
        let judged = task.consolidate(
            [
                AnsweredObject(
                    index: 0, source: .text("Łódź"), answers: [SubmittedAnswer(worker: "w", content: content)])
            ],
            workersAsked: 1, by: .service, draws: SeededDraws(seed: 1), &statistics)
        #expect(judged[0]?.annotation == .spans([LabeledSpan(category: 0, start: 0, end: 4)]))
    }
}
