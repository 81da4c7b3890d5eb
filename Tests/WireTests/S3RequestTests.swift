// What S3 requests may and may not hold: XML as clients write it, hostile XML, values that S3 has its own codes for.

import Kernel
import Shapes
import Testing
import Wire

@Suite struct S3RequestTests {
    private func decode<Wanted: Operation>(
        _ operation: Wanted.Type, _ request: String, _ headers: [(String, String)] = [], body: String = ""
    ) throws -> Wanted.Input {
        let parts = request.split(separator: " ").map(String.init)
        let head = RequestHead(
            method: parts[0], target: parts[1], headers: HeaderFields(headers.map { (name: $0.0, value: $0.1) }))
        guard case .served(let route) = WireRouter().route(head), route.operation === Wanted.schema else {
            throw ServiceError("NotRouted", status: 0, request)
        }
        return try RequestDecoder().decode(operation, head: head, route: route, body: Array(body.utf8))
    }

    private func complete(_ body: String) throws -> S3.CompleteMultipartUploadRequest {
        try decode(S3.CompleteMultipartUpload.self, "POST /b/k?uploadId=u", body: body)
    }

    @Test(
        arguments: [
            #"<?xml version="1.0"?><CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Part><ETag>"e"</ETag><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>"#,
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;e&quot;</ETag></Part></CompleteMultipartUpload>",
            "<CompleteMultipartUpload>\n <Part>\n  <PartNumber> 1 </PartNumber>\n  <ETag>&#34;e&#34;</ETag>\n </Part>\n</CompleteMultipartUpload>\n",
            "<CompleteMultipartUpload><Part><ETag><![CDATA[\"e\"]]></ETag><PartNumber>1</PartNumber><Colour>red</Colour></Part></CompleteMultipartUpload>",
        ])
    func completionsOfAllClientsAreRead(_ body: String) throws {
        #expect(try complete(body).multipartUpload?.parts == [.init(eTag: "\"e\"", partNumber: 1)])
    }

    @Test(
        arguments: [
            "<CompleteMultipartUpload>", "text", "<Other></Other>",
            "<CompleteMultipartUpload><Part><PartNumber>one</PartNumber></Part></CompleteMultipartUpload>",
            "<!DOCTYPE x [<!ENTITY a \"b\">]><CompleteMultipartUpload><Part><ETag>&a;</ETag></Part></CompleteMultipartUpload>",
            "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><CompleteMultipartUpload></CompleteMultipartUpload>",
            "<CompleteMultipartUpload><Part><ETag>&undefined;</ETag></Part></CompleteMultipartUpload>",
            "<CompleteMultipartUpload><Part><ETag><b/></ETag></Part></CompleteMultipartUpload>",
        ])
    func whatDoesNotFitTheSchemaIsMalformedXML(_ body: String) {
        #expect(throws: ServiceError.malformedXML()) { try complete(body) }
    }

    @Test func deleteKeepsBlanksInKeys() throws {
        let input = try decode(
            S3.DeleteObjects.self, "POST /b?delete",
            body: "<Delete><Object><Key> </Key></Object><Object><Key> a\n</Key></Object><Quiet>true</Quiet></Delete>")
        #expect(input.delete.objects.map(\.key) == [" ", " a\n"])
        #expect(input.delete.quiet == true)
    }

    @Test func deleteWithoutKeysOrBodyIsRefused() {
        #expect(throws: ServiceError.malformedXML()) {
            try decode(S3.DeleteObjects.self, "POST /b?delete", body: "<Delete><Object></Object></Delete>")
        }
        #expect(throws: ServiceError.malformedXML()) {
            try decode(S3.DeleteObjects.self, "POST /b?delete", body: "<Delete></Delete>")
        }
        #expect(throws: ServiceError.missingRequestBodyError()) { try decode(S3.DeleteObjects.self, "POST /b?delete") }
    }

    @Test func listsWithWrapperAreRead() throws {
        let input = try decode(
            S3.PutObjectTagging.self, "PUT /b/k?tagging",
            body:
                "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value/></Tag></TagSet></Tagging>"
        )
        #expect(input.tagging.tagSet == [.init(key: "a", value: "1"), .init(key: "b", value: "")])
        #expect(
            try decode(S3.PutBucketTagging.self, "PUT /b?tagging", body: "<Tagging><TagSet/></Tagging>").tagging.tagSet
                == [])
    }

    @Test func metadataNamesAreLowerCasedAndJoined() throws {
        let input = try decode(
            S3.PutObject.self, "PUT /b/k",
            [("X-Amz-Meta-One", "1"), ("x-amz-meta-one", "2"), ("x-amz-meta-", "empty"), ("x-amz-metal", "no")])
        #expect(input.metadata == ["one": "1,2"])
    }

    @Test func emptyValuesSayNothingWhereTheyMayNot() throws {
        let input = try decode(
            S3.ListObjectsV2.self, "GET /b?list-type=2&max-keys=&prefix=&encoding-type=&fetch-owner=true")
        #expect(input.maxKeys == nil)
        #expect(input.prefix == "")
        #expect(input.encodingType == nil)
        #expect(input.fetchOwner == true)
    }

    @Test func checksumModeIsReadInAnyCase() throws {
        #expect(
            try decode(S3.GetObject.self, "GET /b/k", [("x-amz-checksum-mode", "enabled")]).checksumMode == .enabled)
    }

    @Test func unreadableConditionDatesAreLeftOut() throws {
        let input = try decode(
            S3.GetObject.self, "GET /b/k",
            [("If-Modified-Since", "yesterday"), ("If-Unmodified-Since", "Thu, 29 Feb 2024 12:30:15 GMT")])
        #expect(input.ifModifiedSince == nil)
        #expect(input.ifUnmodifiedSince == Instant(seconds: 1_709_209_815))
    }

    @Test(
        arguments: [
            ("GET /b?max-keys=x", "InvalidArgument", "Provided max-keys not an integer or within integer range"),
            ("GET /b?encoding-type=x", "InvalidArgument", "Invalid Encoding Method specified in Request"),
        ])
    func listParametersHaveTheirOwnRefusals(_ request: String, _ code: String, _ message: String) {
        #expect { try decode(S3.ListObjects.self, request) } throws: {
            let error = $0 as? ServiceError
            return error?.code == code && error?.status == 400 && error?.message == message
                && error?.fields.first?.name == "ArgumentName"
        }
    }

    @Test(
        arguments: [
            ("x-amz-storage-class", "COLD", "InvalidStorageClass", 400),
            ("x-amz-sdk-checksum-algorithm", "CRC16", "InvalidRequest", 400),
            ("x-amz-sdk-checksum-algorithm", "SHA512", "NotImplemented", 501),
            ("x-amz-acl", "everybody", "InvalidArgument", 400),
            ("x-amz-object-lock-mode", "SOFT", "InvalidArgument", 400),
            ("x-amz-object-lock-retain-until-date", "tomorrow", "InvalidArgument", 400),
            ("x-amz-object-lock-event-hold", "ON", "NotImplemented", 501),
            ("x-amz-server-side-encryption-customer-key", "k", "NotImplemented", 501),
            ("x-amz-checksum-xxhash64", "k", "NotImplemented", 501),
            ("x-amz-expected-bucket-owner", "me", "InvalidBucketOwnerAWSAccountID", 400),
        ])
    func headersThatAreNotServedAreRefused(_ name: String, _ value: String, _ code: String, _ status: Int) {
        #expect { try decode(S3.PutObject.self, "PUT /b/k", [(name, value)]) } throws: {
            let error = $0 as? ServiceError
            return error?.code == code && error?.status == status
        }
    }

    @Test func whatAsksForNothingIsAccepted() throws {
        _ = try decode(
            S3.PutObject.self, "PUT /b/k",
            [("x-amz-object-lock-event-hold", "OFF"), ("x-amz-api-version", "2006-03-01")])
    }

    @Test func controlBodiesAreReadAndChecked() throws {
        let input = try decode(
            Control.SetClock.self, "POST /_groundwork/clock?account=123456789012",
            body: #"{"mode": "advance", "advanceSeconds": 1.5, "at": "2024-02-29T12:30:15Z"}"#)
        #expect(
            input
                == .init(
                    mode: .advance, at: Instant(seconds: 1_709_209_815), advanceSeconds: 1.5, account: "123456789012"))
        #expect { try decode(Control.SetClock.self, "POST /_groundwork/clock?account=me", body: "{}") } throws: {
            let message = ($0 as? ServiceError)?.message ?? ""
            return message.hasPrefix("2 validation errors") && message.contains("'account'")
                && message.contains("'mode'")
        }
        let rules = try decode(Control.PutRules.self, "PUT /_groundwork/rules", body: #"[{"match": {}}]"#)
        #expect(String(decoding: rules.document.bytes, as: UTF8.self) == #"[{"match": {}}]"#)
        #expect { try decode(Control.PutRules.self, "PUT /_groundwork/rules", body: "[") } throws: {
            ($0 as? ServiceError)?.code == "SerializationException"
        }
        let answers = try decode(Control.PutAnswers.self, "PUT /_groundwork/answers/job-1", body: "{}\n{}\n")
        #expect(answers.jobName == "job-1")
        #expect(answers.body == Array("{}\n{}\n".utf8))
    }
}
