import JSON
import Kernel
import Testing

@testable import Labeling

@Suite struct AnswerFilesTests {
    private func answer(
        _ worker: String, _ content: String, at milliseconds: Int, account: WorkerIdentity.Account? = nil
    ) -> WorkerAnswer {
        let start = Instant(microseconds: 1_609_181_998_000_000)
        return WorkerAnswer(
            worker: WorkerIdentity(id: worker, account: account), content: utf8(content), acceptedAt: start,
            submittedAt: start + .milliseconds(milliseconds), timeSpent: .milliseconds(milliseconds))
    }

    @Test func aPublicWorkersAnswer() {
        let file = WorkerResponseFile.bytes([
            answer("public.us-east-1.ABC", #"{"crowd-image-classifier":{"label":"Duck"}}"#, at: 3_042)
        ])
        let expected =
            #"{"answers":[{"acceptanceTime":"2020-12-28T18:59:58.000Z","#
            + #""answerContent":{"crowd-image-classifier":{"label":"Duck"}},"#
            + #""submissionTime":"2020-12-28T19:00:01.042Z","timeSpentInSeconds":3.042,"#
            + #""workerId":"public.us-east-1.ABC"}]}"#
        #expect(text(file) == expected)
    }

    @Test func membersOfPrivateTeamsAreIdentified() throws {
        let account = WorkerIdentity.Account(provider: "Cognito", issuer: "https://idp/pool", subject: "1-2-3")
        let file = try JSONValue(
            parsing: WorkerResponseFile.bytes([answer("private.us-east-1.0a", "{}", at: 40_005, account: account)]))
        let first = try #require(file["answers"]?.array?.first)
        let expected: JSONValue = [
            "identityData": ["identityProviderType": "Cognito", "issuer": "https://idp/pool", "sub": "1-2-3"]
        ]
        #expect(first["workerMetadata"] == expected)
        #expect(first["timeSpentInSeconds"]?.number?.literal == "40.005")
    }

    @Test func answersStandInTheOrderOfSubmission() throws {
        let answers = [
            answer("c", "{}", at: 30), answer("a", "{}", at: 10), answer("b", "{}", at: 30), answer("d", "{}", at: 20),
        ]
        let file = try JSONValue(parsing: WorkerResponseFile.bytes(answers))
        #expect(file["answers"]?.array?.compactMap { $0["workerId"]?.string } == ["a", "d", "c", "b"])
        #expect(text(WorkerResponseFile.bytes([])) == #"{"answers":[]}"#)
    }

    @Test func requestsCarryContentAsAString() {
        let request = ConsolidationFiles.request([
            .init(
                object: 7, source: .reference("s3://b/k"),
                answers: [answer("w", #"{"c":{"label":"say \"x\""}}"#, at: 1), answer("v", "{}", at: 2)]),
            .init(object: 8, source: .text("a\nb"), answers: []),
        ])
        let expected =
            #"[{"datasetObjectId":"7","dataObject":{"s3Uri":"s3://b/k"},"annotations":["#
            + #"{"workerId":"w","annotationData":{"content":"{\"c\":{\"label\":\"say \\\"x\\\"\"}}"}},"#
            + #"{"workerId":"v","annotationData":{"content":"{}"}}]},"#
            + #"{"datasetObjectId":"8","dataObject":{"content":"a\nb"},"annotations":[]}]"#
        #expect(text(request) == expected)
    }

    @Test func responsesHoldLabelAndMetadata() {
        let label = OutputLabel(value: utf8("1"), metadata: utf8(#"{"confidence":0.9}"#))
        let response = ConsolidationFiles.response([(7, label)], for: OutputManifest(attribute: "L"))
        #expect(
            text(response)
                == #"[{"datasetObjectId":"7","consolidatedAnnotation":"#
                + #"{"content":{"L":1,"L-metadata":{"confidence":0.9}}}}]"#
        )
        #expect(text(ConsolidationFiles.response([], for: OutputManifest(attribute: "L"))) == "[]")
    }

    @Test func creationDatesOfOneCallDifferByMicroseconds() {
        let at = Instant(seconds: 1_609_181_998)
        let dates = (0..<3).map { ConsolidationFiles.creationDate(at: $0, ofCallAt: at).creationDateText }
        #expect(
            dates == ["2020-12-28T18:59:58.000000", "2020-12-28T18:59:58.000001", "2020-12-28T18:59:58.000002"])
    }
}

@Suite struct FailureTextTests {
    @Test func textsNameFileLineAndValue() {
        #expect(
            FailureText.manifest("s3://b/m", .notAnObject(line: 3))
                == "ClientError: Line 3 of s3://b/m is not a valid JSON object.")
        #expect(
            FailureText.manifest("s3://b/m", .lineTooLong(line: 3, most: 100_000))
                == "ClientError: Line 3 of s3://b/m has more than 100000 characters.")
        #expect(
            FailureText.manifestUnreadable("s3://b/m", cause: "the object does not exist")
                == "ClientError: The input manifest s3://b/m could not be read: the object does not exist.")
        #expect(
            FailureText.tooFewObjectsToAutomate(1249, minimum: 1250)
                == "ClientError: Automated data labeling needs at least 1250 objects; the manifest has 1249.")
        #expect(
            FailureText.firstSampleFailed(2, of: 10)
                == "ClientError: 2 of 10 objects in the first sample failed, above the limit of 10 percent.")
        #expect(
            FailureText.labelCategories("s3://b/c", cause: "it has one label; this task type needs at least 2")
                == "ClientError: The label category file s3://b/c is not valid: it has one label; this task type "
                + "needs at least 2.")
        #expect(
            FailureText.tooManyObjects(100_001, most: 100_000)
                == "ClientError: The input manifest has 100001 objects; this task type allows 100000.")
    }

    @Test func reasonsFitTheirMember() {
        for length in [10, 900, 2000] {
            let text = FailureText.manifestUnreadable(String(repeating: "é", count: length), cause: "x")
            #expect(text.unicodeScalars.count <= 1024)
            #expect(text.hasPrefix("ClientError: "))
        }
        #expect(FailureText.internalError(String(repeating: "a", count: 5000)).unicodeScalars.count == 1024)
    }

    @Test func expiredObjectsAreFoundByTheirFirstWords() {
        #expect(ObjectFailureText.expired.hasPrefix("ClientError: Annotation tasks expired."))
        #expect(ObjectFailureText.declined.hasPrefix("ClientError: Annotation tasks expired."))
    }
}
