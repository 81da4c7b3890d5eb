import JSON
import Kernel
import Testing

@testable import Labeling

@Suite struct MultiLabelClassificationTests {
    private let task: MultiLabelClassification

    init() throws {
        task = MultiLabelClassification(
            .imageMultiClassMultiLabel,
            try LabelCategories(names: ["dog", "cat", "horse", "cow"], bounds: (2, 50)))
    }

    @Test(arguments: [
        (TaskType.imageMultiClassMultiLabel, "crowd-image-classifier-multi-select"),
        (.textMultiClassMultiLabel, "crowd-classifier-multi-select"),
    ])
    func answersHaveTheShapeOfTheBuiltInPage(type: TaskType, widget: String) {
        let task = MultiLabelClassification(type, task.categories)
        let content = task.answerContent(for: .categories([0, 2]))
        #expect(text(content) == #"{"\#(widget)":{"labels":["dog","horse"]}}"#)
        #expect(task.annotation(inAnswer: content) == .categories([0, 2]))
    }

    @Test func labelsAreReadOnceAndInOrder() {
        #expect(
            task.annotation(inAnswer: utf8(#"{"a":{"labels":["cow","dog","cow","pig"]}}"#)) == .categories([0, 3]))
        #expect(task.annotation(inAnswer: utf8(#"{"a":{"labels":[]}}"#)) == .categories([]))
        #expect(task.annotation(inAnswer: utf8(#"{"a":{"label":"dog"}}"#)) == nil)
    }

    @Test func theLabelHasANameAndAConfidenceForEachIndex() {
        let label = task.outputLabel(
            JudgedAnnotation(annotation: .categories([1, 3]), confidence: 0.77, parts: [0.95, 0.77]),
            LabelProvenance(job: "animal-types", isHumanAnnotated: true, createdAt: .epoch))
        #expect(text(label.value) == "[1,3]")
        #expect(
            text(label.metadata)
                == #"{"class-map":{"1":"cat","3":"cow"},"confidence-map":{"1":0.95,"3":0.77},"#
                + #""job-name":"labeling-job/animal-types","human-annotated":"yes","#
                + #""creation-date":"1970-01-01T00:00:00.000000","type":"groundtruth/image-classification-multilabel"}"#
        )
    }

    @Test func truthIsAListOfNamesOrIndices() throws {
        func truth(_ value: String) -> Annotation? {
            (try? JSONValue(parsing: value)).flatMap { task.annotation(inTruth: $0, file: nil) }
        }
        #expect(truth(#"["cow","dog"]"#) == .categories([0, 3]))
        #expect(truth("[2]") == .categories([2]))
        #expect(truth("[]") == .categories([]))
        #expect(truth(#""cat""#) == .categories([1]))
        #expect(truth(#"["pig"]"#) == nil)
        #expect(truth("[4]") == nil)
    }

    @Test func whatAnyoneTickedIsListed() {
        let answers = [["dog"], ["dog", "cow"], ["dog"]].enumerated().map { worker, labels in
            SubmittedAnswer(
                worker: "w\(worker)",
                content: JSONValue.object(["x": ["labels": .array(labels.map { .string($0) })]]).compactBytes)
        }
        var statistics = WorkerStatistics()
        let judged = task.consolidate(
            [AnsweredObject(index: 0, answers: answers), AnsweredObject(index: 1, answers: [])], workersAsked: 3,
            by: .majority, draws: SeededDraws(seed: 1), &statistics)
        #expect(judged[0]?.annotation == .categories([0, 3]))
        #expect(judged[0]?.parts == [1, 0.33])
        #expect(judged[1] == nil)
    }

    @Test func aLabelThatTheJobDoesNotHaveIsTold() {
        func fault(_ content: String) -> String? {
            task.fault(inAnswer: utf8(content), to: .text(""), imageSize: nil)
        }
        #expect(fault(#"{"a":{"labels":["dog","zebra"]}}"#) == "the label \"zebra\" is none of the job's")
        #expect(fault(#"{"a":{"labels":[]}}"#) == nil)
    }
}
