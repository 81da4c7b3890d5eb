// UploadPartCopy: a part whose bytes are those of another object, read here and not sent by the client.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Makes a part of an object, or of a range of one. AWS reference: UploadPartCopy.
    package func uploadPartCopy(
        _ input: S3.UploadPartCopyRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.UploadPartCopyOutput {
        let source = try copySource(input.copySource)
        let answer = try await objects.uploadPartCopy(
            PartAddress(ObjectAddress(input.bucket, input.key), upload: input.uploadId, number: input.partNumber),
            from: source.address, version: source.version, range: input.copySourceRange,
            conditions: ReadConditions(
                ifMatch: input.copySourceIfMatch, ifNoneMatch: input.copySourceIfNoneMatch,
                ifModifiedSince: input.copySourceIfModifiedSince,
                ifUnmodifiedSince: input.copySourceIfUnmodifiedSince),
            expectedSourceOwner: input.expectedSourceBucketOwner,
            caller(context, expectedOwner: input.expectedBucketOwner))
        let part = answer.part
        var result = S3.CopyPartResult(eTag: quoted(part.etag), lastModified: part.modified.wholeSecond)
        result.setChecksum(part.checksum)
        var output = S3.UploadPartCopyOutput(copyPartResult: result)
        output.showEncryption(answer.fields)
        return output
    }
}
