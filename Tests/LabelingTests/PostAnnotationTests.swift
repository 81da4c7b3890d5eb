import JSON
import Kernel
import Labeling
import Testing

/// The contract of post-annotation functions, after the developer guide ("Post-annotation Lambda") and real requests.
@Suite struct PostAnnotationTests {
    private func request(kmsKey: String? = nil) throws -> JSONValue {
        let request = PostAnnotationRequest(
            job: try #require(ARN("arn:aws:sagemaker:us-east-1:111122223333:labeling-job/job-1")),
            categories: ["cat", "dog"], attribute: "animal", role: "arn:aws:iam::111122223333:role/r",
            output: "s3://b/out/Job-1/annotations", kmsKey: kmsKey, payload: "s3://b/out/Job-1/annotations/x.json")
        return try JSONValue(parsing: request.bytes)
    }

    @Test func theRequestHasTheMembersOfRealOnes() throws {
        #expect(
            try request().compactText
                == #"{"version":"2018-10-16","#
                + #""labelingJobArn":"arn:aws:sagemaker:us-east-1:111122223333:labeling-job/job-1","#
                + #""labelCategories":["cat","dog"],"labelAttributeName":"animal","#
                + #""roleArn":"arn:aws:iam::111122223333:role/r","outputConfig":"s3://b/out/Job-1/annotations","#
                + #""payload":{"s3Uri":"s3://b/out/Job-1/annotations/x.json"}}"#)
        #expect(try request(kmsKey: "key")["kmsKeyId"] == "key")
    }

    // MARK: Answers

    private func parse(_ text: String, asked: [Int] = [0, 1, 2]) throws -> PostAnnotationAnswer {
        try PostAnnotationAnswer(Array(text.utf8), asked: asked, attribute: "animal")
    }

    private func entry(_ id: String, _ content: String) -> String {
        #"{"datasetObjectId":\#(id),"consolidatedAnnotation":{"content":\#(content)}}"#
    }

    private func cause(_ answer: PostAnnotationAnswer, _ object: Int = 0) throws -> String {
        guard case .failure(let error) = answer.label(of: object) else { return "a label" }
        return error.cause
    }

    @Test func labelsAreWhateverTheFunctionSays() throws {
        let answer = try parse(
            "[\(entry(#""1""#, #"{"animal":{"x":[1.50]},"animal-metadata":{"confidence":0.1}}"#)),"
                + "\(entry(#""0""#, #"{"animal":"cat"}"#)),\(entry(#""2""#, #"{"animal":null}"#))]")
        let first = try answer.label(of: 0).get(), second = try answer.label(of: 1).get()
        #expect(first.value == Array(#""cat""#.utf8) && first.metadata.isEmpty && first.surplus.isEmpty)
        #expect(second.value == Array(#"{"x":[1.50]}"#.utf8) && second.metadata == ["confidence": 0.1])
        #expect(second.entry["datasetObjectId"] == "1")
        #expect(try answer.label(of: 2).get().value == Array("null".utf8))
    }

    @Test func whatStandsBesideLabelAndMetadataIsNamed() throws {
        let answer = try parse("[\(entry(#""0""#, #"{"animal":1,"other":2}"#))]", asked: [0])
        #expect(try answer.label(of: 0).get().surplus == ["other"])
    }

    @Test(arguments: ["", "{}", #"{"errorMessage":"x"}"#, "null", "\"[]\""])
    func anAnswerThatIsNoListFailsAll(text: String) { #expect(throws: BrokenContract.self) { try parse(text) } }

    @Test func objectsMissingFromTheAnswerHaveNoLabel() throws {
        let answer = try parse("[\(entry(#""1""#, #"{"animal":1}"#))]")
        #expect(try cause(answer, 0).contains(#"no entry with the datasetObjectId "0""#))
        #expect(try answer.label(of: 1).get().value == [UInt8(ascii: "1")])
    }

    @Test func anEntryForAnObjectThatWasNotAskedForIsNamed() throws {
        let answer = try parse("[\(entry(#""7""#, #"{"animal":1}"#))]", asked: [0])
        #expect(try cause(answer).contains(#"one with "7", which was not asked for"#))
    }

    @Test func twoEntriesForOneObjectContradictEachOther() throws {
        let one = entry(#""0""#, #"{"animal":1}"#)
        for text in ["[\(one),\(one)]", "[\(one),\(one),\(one)]"] {
            #expect(try cause(parse(text)).contains("more than one entry"))
        }
    }

    @Test(arguments: [
        (#"{"datasetObjectId":"0"}"#, "no consolidatedAnnotation.content"),
        (#"{"datasetObjectId":"0","consolidatedAnnotation":{"content":[1]}}"#, "content is an array"),
        (#"{"datasetObjectId":"0","consolidatedAnnotation":{"content":{"Animal":1}}}"#, "no member animal"),
        (
            #"{"datasetObjectId":"0","consolidatedAnnotation":{"content":{"animal":1,"animal-metadata":"x"}}}"#,
            "animal-metadata is a string"
        ),
        (#"{"datasetObjectId":0,"consolidatedAnnotation":{"content":{"animal":1}}}"#, "datasetObjectId is not a text"),
        ("7", "no entry"), (#"{"consolidatedAnnotation":{"content":{"animal":1}}}"#, "one with null"),
    ])
    func aMalformedEntryFailsItsObject(text: String, expected: String) throws {
        let answer = try parse("[\(text),\(entry(#""1""#, #"{"animal":1}"#))]")
        #expect(try cause(answer).contains(expected))
        #expect(throws: Never.self) { try answer.label(of: 1).get() }
    }

    // MARK: Metadata

    @Test func metadataIsTheUsualWithTheFunctionsOwnOverIt() throws {
        let provenance = LabelProvenance(
            job: "Job-1", isHumanAnnotated: true, createdAt: Instant(microseconds: 1_609_181_998_321_456))
        #expect(
            String(decoding: Uninterpreted.metadata(provenance), as: UTF8.self)
                == #"{"type":"groundtruth/custom","job-name":"labeling-job/job-1","human-annotated":"yes","#
                + #""creation-date":"2020-12-28T18:59:58.321000"}"#)
        let own = try JSONValue(parsing: Uninterpreted.metadata(provenance, own: ["type": "mine", "confidence": 0.5]))
        #expect(own["type"] == "mine" && own["confidence"] == 0.5 && own["human-annotated"] == "yes")
    }
}
