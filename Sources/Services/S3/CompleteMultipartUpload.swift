// CompleteMultipartUpload. Its checksum members speak of the finished object, not of the XML document that is its body.

internal import Digests
package import Kernel
internal import Objects
package import Shapes

extension S3Service {
    /// Makes an object of the parts of an upload. AWS reference: CompleteMultipartUpload.
    package func completeMultipartUpload(
        _ input: S3.CompleteMultipartUploadRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.CompleteMultipartUploadOutput {
        var parts: [CompleteUploadRequest.Part] = []
        for part in input.multipartUpload?.parts ?? [] { parts.append(try part.listed()) }
        var request = CompleteUploadRequest(
            input.uploadId, ObjectAddress(input.bucket, input.key),
            caller(context, expectedOwner: input.expectedBucketOwner), parts: parts)
        request.conditions = WriteConditions(ifMatch: input.ifMatch, ifNoneMatch: input.ifNoneMatch)
        request.checksum = input.given
        request.checksumType = input.checksumType?.rawValue
        request.size = input.mpuObjectSize
        let answer = try await objects.completeUpload(request)
        let host = context.head.headers["host"] ?? "localhost"
        var output = S3.CompleteMultipartUploadOutput(
            location: "\(context.facts?.isSecure == true ? "https" : "http")://\(host)/\(input.bucket)/\(input.key)",
            bucket: input.bucket, key: input.key,
            eTag: quoted(answer.etag), versionId: answer.version)
        output.showEncryption(answer.fields)
        output.setChecksum(answer.checksum)
        return output
    }
}

extension S3.CompletedPart {
    /// The part as Objects knows it. Without number or tag the document does not follow the schema.
    fileprivate func listed() throws(ServiceError) -> CompleteUploadRequest.Part {
        guard let partNumber, let eTag else { throw .malformedXML() }
        guard let (algorithm, text) = given else { return .init(number: partNumber, etag: eTag) }
        guard let checksum = Checksum(algorithm, base64: text) else {
            throw .invalidPart(partNumber: String(partNumber), eTag: eTag)
        }
        return .init(number: partNumber, etag: eTag, checksum: checksum)
    }
}
