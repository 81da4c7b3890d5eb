import Digests
import Kernel
import Objects
import Services
import Shapes
import Synchronization
import TestSupport
import Testing

struct ObjectOperationsTests {
    private let fixture: S3ServiceFixture
    private var service: S3Service { fixture.service }
    private var context: RequestContext { fixture.context() }

    init() async throws { fixture = try await S3ServiceFixture() }

    @Test func whatIsPutWithAnObjectIsShownAgain() async throws {
        let expires = "Mon, 28 Dec 2020 18:59:58 GMT"
        let output = try await fixture.put("k", Array("hello".utf8)) {
            $0.cacheControl = "no-cache"
            $0.contentDisposition = "inline"
            $0.contentLanguage = "de"
            $0.contentType = "text/plain"
            $0.expires = expires
            $0.metadata = ["Mtime": "1", "a": "b"]
            $0.storageClass = .glacierIR
            $0.websiteRedirectLocation = "/there"
            $0.serverSideEncryption = .aes256
            $0.tagging = "x=1&y=2"
        }
        // The MD5 and the CRC64NVME of "hello", from md5sum and from awscrt.
        #expect(output.eTag == "\"5d41402abc4b2a76b9719d911017c592\"")
        #expect(output.checksumCRC64NVME == "M3eFcAZSQlc=")
        #expect(output.checksumType == .fullObject)
        #expect(output.serverSideEncryption == .aes256)

        let shown = try fixture.get("k") { $0.checksumMode = .enabled }
        #expect(try readAll(shown.body) == Array("hello".utf8))
        #expect(!shown.isPartial)
        let object = shown.output
        #expect(object.cacheControl == "no-cache")
        #expect(object.contentDisposition == "inline")
        #expect(object.contentLanguage == "de")
        #expect(object.contentType == "text/plain")
        #expect(object.expires == expires)
        #expect(object.metadata == ["mtime": "1", "a": "b"])
        #expect(object.storageClass == .glacierIR)
        #expect(object.websiteRedirectLocation == "/there")
        #expect(object.serverSideEncryption == .aes256)
        #expect(object.tagCount == 2)
        #expect(object.acceptRanges == "bytes")
        #expect(object.contentLength == 5)
        #expect(object.lastModified == fixture.now.wholeSecond)
        #expect(object.checksumCRC64NVME == output.checksumCRC64NVME)
        #expect(try fixture.get("k").output.checksumCRC64NVME == nil)
    }

    @Test func anObjectOfUnknownKindIsOctets() async throws {
        try await fixture.put("k", [1])
        let object = try fixture.get("k").output
        #expect(object.contentType == "binary/octet-stream")
        #expect(object.storageClass == nil)
        #expect(object.metadata == nil)
        #expect(object.tagCount == nil)
    }

    @Test func theContentEncodingIsTheObjectsOwn() async throws {
        var context = fixture.context([1])
        context.contentEncoding = "gzip"
        let input = S3.PutObjectRequest(bucket: "bkt", contentEncoding: "gzip,aws-chunked", key: "k")
        let reader = try service.objects.makeReader()
        _ = try await withCheckedThrowingContinuation { continuation in
            service.putObject(input, context, reader: reader) { continuation.resume(with: $0) }
        }
        #expect(try fixture.get("k").output.contentEncoding == "gzip")
    }

    @Test func theQueryOverridesWhatIsShown() async throws {
        try await fixture.put("k", [1]) { $0.contentType = "a/b" }
        let object = try fixture.get("k") {
            $0.responseContentType = "text/css"
            $0.responseCacheControl = "max-age=1"
            $0.responseContentDisposition = "attachment"
            $0.responseContentEncoding = "br"
            $0.responseContentLanguage = "fr"
            $0.responseExpires = "tomorrow"
        }.output
        #expect(object.contentType == "text/css")
        #expect(object.cacheControl == "max-age=1")
        #expect(object.contentDisposition == "attachment")
        #expect(object.contentEncoding == "br")
        #expect(object.contentLanguage == "fr")
        #expect(object.expires == "tomorrow")
    }

    @Test func aRangeIsPartialAndHeadSaysTheSame() async throws {
        try await fixture.put("k", Array(0..<100))
        let part = try fixture.get("k") {
            $0.range = "bytes=10-19"
            $0.checksumMode = .enabled
        }
        #expect(part.isPartial)
        #expect(part.output.contentRange == "bytes 10-19/100")
        #expect(part.output.contentLength == 10)
        #expect(part.output.checksumCRC64NVME == nil)
        let seen = Mutex<ShownObject?>(nil)
        service.headObject(
            S3.HeadObjectRequest(bucket: "bkt", key: "k", range: "bytes=10-19"), context,
            reader: try service.objects.makeReader()
        ) { result in
            let shown = try? result.get()
            seen.withLock { $0 = shown }
        }
        let head = try #require(seen.withLock { $0 })
        #expect(head.isPartial)
        #expect(head.output.contentLength == 10)
        #expect(head.output.contentRange == "bytes 10-19/100")
    }

    @Test func onlyTheNullVersionExists() async throws {
        try await fixture.put("k", [1])
        _ = try fixture.get("k") { $0.versionId = "null" }
        await expectCode("InvalidArgument") { try fixture.get("k") { $0.versionId = "other" } }
        await expectCode("NoSuchVersion") {
            try fixture.get("k") { $0.versionId = String(repeating: "v", count: 32) }
        }
        await expectCode("InvalidArgument") {
            try await service.deleteObject(
                S3.DeleteObjectRequest(bucket: "bkt", key: "k", versionId: "other"), context)
        }
    }

    @Test func deletingManyAnswersForEach() async throws {
        try await fixture.put("a", [1])
        let objects = [
            S3.ObjectIdentifier(key: "a"), S3.ObjectIdentifier(key: "none"),
            S3.ObjectIdentifier(key: "v", versionId: "x"),
        ]
        var input = S3.DeleteObjectsRequest(bucket: "bkt", delete: S3.Delete(objects: objects))
        await expectCode("InvalidRequest") { try await service.deleteObjects(input, context) }
        var digested = context
        digested.expectations.md5 = MD5Digest.of([])
        let output = try await service.deleteObjects(input, digested)
        #expect(output.deleted?.map(\.key) == ["a", "none"])
        #expect(output.errors?.map(\.code) == ["InvalidArgument"])
        input.delete.quiet = true
        #expect(try await service.deleteObjects(input, digested).deleted == [])
    }

    @Test(arguments: [
        ("bkt/a%20b", "a b"), ("/bkt/a%20b", "a b"), ("bkt/a+b", "a b"), ("bkt/a%2Bb", "a+b"),
        ("bkt/a%3Fb?versionId=null", "a?b"),
        ("bkt/d%C3%BC/x", "dü/x"), ("bkt%2Fa%20b", "a b"),
    ])
    func copySourcesAreDecoded(_ source: String, _ key: String) async throws {
        try await fixture.put(key, Array(key.utf8))
        let output = try await service.copyObject(
            S3.CopyObjectRequest(bucket: "bkt", copySource: source, key: "copy"), context)
        #expect(try readAll(try fixture.get("copy").body) == Array(key.utf8))
        #expect(output.copyObjectResult?.eTag == (try fixture.get(key).output.eTag))
        #expect(output.copyObjectResult?.lastModified == fixture.now.wholeSecond)
    }

    @Test(arguments: ["bkt", "/bkt/", "bkt/%", "bkt/%zz", "bkt/%FF", "/", "bkt/k?version=1", "bkt/k?versionId=x"])
    func brokenCopySourcesAreRefused(_ source: String) async {
        await expectCode("InvalidArgument") {
            try await service.copyObject(
                S3.CopyObjectRequest(bucket: "bkt", copySource: source, key: "copy"), context)
        }
    }

    @Test func uploadsInPartsGoThroughAllTheirOperations() async throws {
        let upload = try await service.createMultipartUpload(
            S3.CreateMultipartUploadRequest(
                bucket: "bkt", contentType: "a/b", key: "up", checksumAlgorithm: .crc32), context)
        #expect(upload.checksumType == .composite)
        let id = try #require(upload.uploadId)
        var sent = fixture.context(Array("hello".utf8))
        let checksum = try #require(Checksum(.crc32, base64: "NhCmhg=="))
        sent.expectations.checksum = .value(checksum)
        let part = try await service.uploadPart(
            S3.UploadPartRequest(bucket: "bkt", key: "up", partNumber: 1, uploadId: id), sent)
        #expect(part.checksumCRC32 == "NhCmhg==")
        for shown in [upload.serverSideEncryption, part.serverSideEncryption] { #expect(shown == .aes256) }
        let listed = try await service.listParts(
            S3.ListPartsRequest(bucket: "bkt", key: "up", uploadId: id), context)
        #expect(listed.parts?.map(\.eTag) == [part.eTag])
        #expect(listed.parts?.map(\.checksumCRC32) == ["NhCmhg=="])
        #expect(listed.owner?.id?.utf8.count == 64)
        let uploads = try await service.listMultipartUploads(
            S3.ListMultipartUploadsRequest(bucket: "bkt"), context)
        #expect(uploads.uploads?.map(\.uploadId) == [id])
        let done = try await service.completeMultipartUpload(
            S3.CompleteMultipartUploadRequest(
                bucket: "bkt", key: "up",
                multipartUpload: S3.CompletedMultipartUpload(
                    parts: [S3.CompletedPart(eTag: part.eTag, checksumCRC32: "NhCmhg==", partNumber: 1)]),
                uploadId: id), fixture.context(headers: [("Host", "127.0.0.1:4566")]))
        #expect(done.location == "http://127.0.0.1:4566/bkt/up")
        #expect(done.eTag?.hasSuffix("-1\"") == true)
        #expect(done.checksumType == .composite)
        #expect(done.serverSideEncryption == .aes256)
        #expect(try fixture.get("up").output.contentType == "a/b")
        await expectCode("NoSuchUpload") {
            try await service.abortMultipartUpload(
                S3.AbortMultipartUploadRequest(bucket: "bkt", key: "up", uploadId: id), context)
        }
    }

    @Test func aListedPartWithoutNumberIsMalformed() async throws {
        let upload = try await service.createMultipartUpload(
            S3.CreateMultipartUploadRequest(bucket: "bkt", key: "up"), context)
        let id = try #require(upload.uploadId)
        await expectCode("MalformedXML") {
            try await service.completeMultipartUpload(
                S3.CompleteMultipartUploadRequest(
                    bucket: "bkt", key: "up",
                    multipartUpload: S3.CompletedMultipartUpload(parts: [S3.CompletedPart(eTag: "x")]), uploadId: id),
                context)
        }
    }
}
