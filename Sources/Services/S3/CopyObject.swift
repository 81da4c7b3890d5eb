// CopyObject: two sets of conditions, two directives and the new attributes, which count as far as they replace. The
// copy's ETag and date stand in the answer's document.

package import Kernel
internal import Objects
package import Shapes

extension S3Service {
    /// Copies an object. AWS reference: CopyObject.
    package func copyObject(
        _ input: S3.CopyObjectRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.CopyObjectOutput {
        var request = CopyObjectRequest(
            from: try copySource(input.copySource), to: ObjectAddress(input.bucket, input.key),
            caller(context, expectedOwner: input.expectedBucketOwner))
        request.expectedSourceOwner = input.expectedSourceBucketOwner
        request.sourceConditions = ReadConditions(
            ifMatch: input.copySourceIfMatch, ifNoneMatch: input.copySourceIfNoneMatch,
            ifModifiedSince: input.copySourceIfModifiedSince, ifUnmodifiedSince: input.copySourceIfUnmodifiedSince)
        request.conditions = WriteConditions(ifMatch: input.ifMatch, ifNoneMatch: input.ifNoneMatch)
        request.metadata = input.metadataDirective == .replace ? .replace : .copy
        request.tagging = input.taggingDirective == .replace ? .replace : .copy
        request.attributes = try input.attributes(contentEncoding: input.contentEncoding)
        request.checksumAlgorithm = try input.checksumAlgorithm?.served()
        let answer = try await objects.copyObject(request)
        var result = S3.CopyObjectResult(eTag: quoted(answer.etag), lastModified: answer.modified.wholeSecond)
        result.setChecksum(answer.checksum)
        return S3.CopyObjectOutput(
            copyObjectResult: result, serverSideEncryption: input.serverSideEncryption, sseKMSKeyId: input.sseKMSKeyId,
            sseKMSEncryptionContext: input.sseKMSEncryptionContext, bucketKeyEnabled: input.bucketKeyEnabled)
    }
}
