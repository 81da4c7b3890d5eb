import JSON
import Kernel
import Testing

@testable import Labeling

@Suite struct UninterpretedTests {
    private let task = Uninterpreted(.passThrough, .none)

    @Test func allAnswersBecomeTheLabel() throws {
        var statistics = WorkerStatistics()
        let object = AnsweredObject(
            index: 0,
            answers: [
                SubmittedAnswer(worker: "a", content: utf8(#"{"q": {"text": "x"}}"#)),
                SubmittedAnswer(worker: "b", content: utf8("not JSON")),
                SubmittedAnswer(worker: "c", content: utf8(#"{"q":{"text":"y"}}"#)),
            ])
        let judged = try #require(
            task.consolidate(
                [object], workersAsked: 3, by: .service, draws: SeededDraws(seed: 1), &statistics)[0])
        let created = Instant(microseconds: 1_000_177_999)
        let label = task.outputLabel(judged, LabelProvenance(job: "P", isHumanAnnotated: true, createdAt: created))
        #expect(
            text(label.value)
                == #"{"annotationsFromAllWorkers":[{"workerId":"a","annotationData":{"content":"#
                + #""{\"q\":{\"text\":\"x\"}}"}},{"workerId":"c","annotationData":{"content":"#
                + #""{\"q\":{\"text\":\"y\"}}"}}]}"#)
        #expect(
            text(label.metadata)
                == #"{"type":"groundtruth/custom","job-name":"labeling-job/p","human-annotated":"yes","#
                + #""creation-date":"1970-01-01T00:16:40.177000"}"#)
    }

    @Test func onlyObjectsAreAnswers() {
        for content in ["", "[]", "3", "\"x\"", "{"] { #expect(task.annotation(inAnswer: utf8(content)) == nil) }
        #expect(task.annotation(inAnswer: utf8(#"{ "a" : 1 }"#)) == .content(utf8(#"{"a":1}"#)))
    }

    @Test func objectsWithoutAnswersHaveNoLabel() {
        var statistics = WorkerStatistics()
        let judged = task.consolidate(
            [AnsweredObject(index: 0, answers: [])], workersAsked: 3, by: .service, draws: SeededDraws(seed: 1),
            &statistics)
        #expect(judged == [nil])
    }

    @Test func truthIsTheAnswerOrWhatItNames() throws {
        let categories = try LabelCategories(names: ["a", "b"], bounds: (0, nil))
        let named = Uninterpreted(.passThrough, categories)
        #expect(task.annotation(inTruth: ["q": "x"], file: nil) == .content(utf8(#"{"q":"x"}"#)))
        #expect(task.annotation(inTruth: "x", file: nil) == .content(utf8(#"{"answer":"x"}"#)))
        #expect(
            named.annotation(inTruth: "b", file: nil) == .content(utf8(#"{"crowd-classifier":{"label":"b"}}"#)))
    }
}
