import JSON
import Kernel
import Labeling
import Testing

/// The contract of pre-annotation functions, after the developer guide ("Pre-annotation Lambda") and AWS's samples.
@Suite struct PreAnnotationTests {
    private let job = ARN("arn:aws:sagemaker:us-east-1:111122223333:labeling-job/job-1")

    private func request(_ line: String) throws -> String {
        String(decoding: try PreAnnotation.request(job: try #require(job), line: Array(line.utf8)), as: UTF8.self)
    }

    private func answer(_ text: String) throws -> PreAnnotation { try PreAnnotation(answer: Array(text.utf8)) }

    @Test func theRequestHoldsTheWholeLineAsItStands() throws {
        #expect(
            try request(#"{"source-ref": "s3://b/a.png",  "n":1.50, "ü":["\u00e4"]}"#)
                == #"{"version":"2018-10-16","#
                + #""labelingJobArn":"arn:aws:sagemaker:us-east-1:111122223333:labeling-job/job-1","#
                + #""dataObject":{"source-ref": "s3://b/a.png",  "n":1.50, "ü":["\u00e4"]}}"#)
    }

    @Test func truthForSimulatedPeopleIsNoPartOfIt() throws {
        let text = try request(#"{"groundwork-truth":"cat","source":"a","label":1,"label-metadata":{}}"#)
        #expect(try JSONValue(parsing: text)["dataObject"] == ["source": "a", "label": 1, "label-metadata": [:]])
    }

    @Test(arguments: [
        #"{"taskInput":{"a":[1]}}"#, #"{"taskInput":{"a":[1]},"isHumanAnnotationRequired":true}"#,
        #"{"taskInput":{"a":[1]},"humanAnnotationRequired":"true"}"#,
        #"{"taskInput":{"a":[1]},"isHumanAnnotationRequired":"true"}"#,
        #"{"taskInput":{"a":[1]},"isHumanAnnotationRequired":null}"#,
        #"{"taskInput":{"a":[1]},"isHumanAnnotationRequired":true,"humanAnnotationRequired":"false"}"#,
        #" { "taskInput" : { "a" : [ 1 ] } , "more" : 1 } "#,
    ])
    func objectsGoToPeopleUnlessTheFunctionSaysOtherwise(text: String) throws {
        #expect(try answer(text) == .task(input: Array(#"{"a":[1]}"#.utf8)))
    }

    @Test(arguments: [
        #"{"taskInput":{},"isHumanAnnotationRequired":false}"#, #"{"isHumanAnnotationRequired":false}"#,
        #"{"taskInput":{},"humanAnnotationRequired":"false"}"#, #"{"taskInput":{},"humanAnnotationRequired":false}"#,
        #"{"taskInput":{},"isHumanAnnotationRequired":"False"}"#,
    ])
    func bothSpellingsOfTheFlagLeaveAnObjectOut(text: String) throws { #expect(try answer(text) == .noHumanNeeded) }

    @Test(arguments: [
        ("", "not JSON"), ("nothing", "not JSON"), ("[]", "an array, not an object"), ("null", "null, not an object"),
        ("{}", "has no taskInput"), (#"{"taskInput":"x"}"#, "taskInput is a string"),
        (#"{"taskInput":null}"#, "taskInput is null"),
        (#"{"taskInput":{},"isHumanAnnotationRequired":0}"#, "isHumanAnnotationRequired is 0"),
        (#"{"taskInput":{},"humanAnnotationRequired":"no"}"#, #"humanAnnotationRequired is "no""#),
    ])
    func anAnswerThatBreaksTheContractIsNamed(text: String, cause: String) throws {
        let error = try #require(throws: BrokenContract.self) { try answer(text) }
        #expect(error.cause.contains(cause), "\(error.cause)")
    }
}
