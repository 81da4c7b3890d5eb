import JSON
import Kernel
import Testing

@testable import Labeling

@Suite struct BoundingBoxesTests {
    private let task: BoundingBoxes
    private let size = ImageSize(width: 500, height: 400)

    init() throws { task = BoundingBoxes(categories: try LabelCategories(names: ["dog", "cat"], bounds: (1, 50))) }

    private func boxes(_ boxes: [LabeledBox], _ size: ImageSize? = ImageSize(width: 500, height: 400)) -> Annotation {
        .boxes(BoxAnnotation(size: size, boxes: boxes))
    }

    @Test func answersHaveTheShapeOfTheBuiltInPage() {
        let content = task.answerContent(
            for: boxes([LabeledBox(category: 1, left: 2, top: 3, width: 61, height: 50)]))
        let expected =
            #"{"boundingBox":{"boundingBoxes":[{"height":50,"label":"cat","left":2,"top":3,"width":61}],"#
            + #""inputImageProperties":{"height":400,"width":500}}}"#
        #expect(text(content) == expected)
        #expect(
            task.annotation(inAnswer: content)
                == boxes([LabeledBox(category: 1, left: 2, top: 3, width: 61, height: 50)]))
    }

    @Test func answersOfOwnTemplatesAreRead() {
        let content =
            #"{"note":"x","mine":{"boundingBoxes":[{"label":"cow","left":1,"top":1,"width":1,"height":1},"#
            + #"{"label":"dog","left":1.5,"top":2.4,"width":3.2,"height":4}]}}"#
        #expect(
            task.annotation(inAnswer: utf8(content))
                == boxes([LabeledBox(category: 0, left: 2, top: 2, width: 3, height: 4)], nil))
        #expect(task.annotation(inAnswer: utf8(#"{"boundingBox":{"boundingBoxes":[]}}"#)) == boxes([], nil))
    }

    @Test(arguments: ["", "null", "{}", "[]", #"{"boundingBox":{}}"#, #"{"boundingBox":{"boundingBoxes":3}}"#])
    func contentWithoutBoxesIsNoAnswer(content: String) {
        #expect(task.annotation(inAnswer: utf8(content)) == nil)
    }

    @Test func anAnswerHasABoundedNumberOfBoxes() {
        func answer(_ count: Int) -> Annotation? {
            let drawn = (0..<count).map { LabeledBox(category: 0, left: $0, top: 1, width: 1, height: 1) }
            return task.annotation(inAnswer: task.answerContent(for: boxes(drawn)))
        }
        #expect(answer(Limits().shapesPerAnswer) != nil)
        #expect(answer(Limits().shapesPerAnswer + 1) == nil)
    }

    @Test(arguments: [
        #"{"label":"dog","left":1,"top":1,"width":-1,"height":1}"#, #"{"label":"dog","left":1,"top":1,"width":1}"#,
        #"{"label":"dog","left":1e300,"top":1,"width":1,"height":1}"#,
    ])
    func boxesWithoutUsableMeasuresAreLeftOut(box: String) {
        #expect(task.annotation(inAnswer: utf8(#"{"b":{"boundingBoxes":["# + box + "]}}")) == boxes([], nil))
    }

    @Test func theLabelHasSizeBoxesAndAConfidenceForEach() {
        let judged = JudgedAnnotation(
            annotation: boxes([
                LabeledBox(category: 1, left: 111, top: 134, width: 61, height: 128),
                LabeledBox(category: 1, left: 5, top: 6, width: 7, height: 8),
            ]), confidence: 0.8, parts: [0.94, 0.8])
        let label = task.outputLabel(
            judged, LabelProvenance(job: "Dogs", isHumanAnnotated: true, createdAt: .epoch))
        #expect(
            text(label.value)
                == #"{"image_size":[{"width":500,"height":400,"depth":3}],"annotations":[{"class_id":1,"left":111,"#
                + #""top":134,"width":61,"height":128},{"class_id":1,"left":5,"top":6,"width":7,"height":8}]}"#)
        #expect(
            text(label.metadata)
                == #"{"objects":[{"confidence":0.94},{"confidence":0.8}],"class-map":{"1":"cat"},"#
                + #""job-name":"labeling-job/dogs","human-annotated":"yes","#
                + #""creation-date":"1970-01-01T00:00:00.000000","type":"groundtruth/object-detection"}"#)
    }

    @Test func anImageWithoutThingsHasALabelToo() {
        let label = task.outputLabel(
            JudgedAnnotation(annotation: boxes([]), confidence: 0),
            LabelProvenance(job: "j", isHumanAnnotated: true, createdAt: .epoch))
        #expect(text(label.value) == #"{"image_size":[{"width":500,"height":400,"depth":3}],"annotations":[]}"#)
        #expect(text(label.metadata).hasPrefix(#"{"objects":[],"class-map":{},"#))
    }

    @Test func theOutputServesAsTruth() throws {
        let line =
            #"{"source-ref":"s3://b/k","old":{"image_size":[{"width":500,"height":400,"depth":3}],"annotations":"#
            + #"[{"class_id":7,"left":1,"top":2,"width":3,"height":4}]},"old-metadata":{"class-map":{"7":"cat"}}}"#
        let entry = utf8(line).withUnsafeBytes { Truth.entry($0, attribute: "old", task: task) }
        let value = try #require(entry?.value)
        #expect(
            task.annotation(inTruth: value, file: nil)
                == boxes([LabeledBox(category: 1, left: 1, top: 2, width: 3, height: 4)]))
        let unknown = try JSONValue(parsing: #"{"annotations":[{"class_id":7,"left":1,"top":2,"width":3,"height":4}]}"#)
        #expect(task.annotation(inTruth: unknown, file: nil) == nil)
    }

    @Test func oneWorkersBoxesAreTakenAsTheyAre() {
        let drawn = [LabeledBox(category: 0, left: 10, top: 20, width: 30, height: 40)]
        let object = AnsweredObject(
            index: 0, answers: [SubmittedAnswer(worker: "w", content: task.answerContent(for: boxes(drawn)))],
            imageSize: size)
        var statistics = WorkerStatistics()
        let judged = task.consolidate(
            [object, AnsweredObject(index: 1, answers: [])], workersAsked: 1, by: .service,
            draws: SeededDraws(seed: 1), &statistics)
        #expect(judged == [JudgedAnnotation(annotation: boxes(drawn), confidence: 0, parts: [0]), nil])
    }

    @Test(arguments: [
        (#"{"label":"cow","left":1,"top":1,"width":1,"height":1}"#, "cow"),
        (#"{"left":1,"top":1,"width":1,"height":1}"#, "label is missing"),
        (#"{"label":"dog","left":1,"top":1,"width":-1,"height":1}"#, "box 1 lacks"),
        (#"{"label":"dog","left":450,"top":1,"width":51,"height":1}"#, "outside of the image, 500 x 400"),
        (#"{"label":"dog","left":0,"top":-1,"width":5,"height":5}"#, "outside"),
    ])
    func whatCanBeCorrectedIsTold(box: String, words: String) throws {
        let fault = task.fault(
            inAnswer: utf8(#"{"b":{"boundingBoxes":["# + box + "]}}"), to: .reference("s3://b/k"), imageSize: size)
        #expect(try #require(fault).contains(words))
    }

    @Test func boxesAreCutAtTheImagesEdges() {
        let box = LabeledBox(category: 1, left: -5, top: 390, width: 20, height: 1 << 30)
        let edge = LabeledBox(category: 1, left: 0, top: 390, width: 15, height: 10)
        #expect(box.within(size) == edge)
        #expect(LabeledBox(category: 1, left: 500, top: 0, width: 1, height: 1).within(size) == nil)
        let whole = LabeledBox(category: 0, left: 0, top: 0, width: 500, height: 400)
        #expect(whole.within(size) == whole)
        var statistics = WorkerStatistics()
        let object = AnsweredObject(
            index: 0, answers: [SubmittedAnswer(worker: "w", content: task.answerContent(for: boxes([box])))],
            imageSize: size)
        let judged = task.consolidate(
            [object], workersAsked: 1, by: .service, draws: SeededDraws(seed: 1), &statistics)
        #expect(judged[0]?.annotation == boxes([edge]))
    }
}
