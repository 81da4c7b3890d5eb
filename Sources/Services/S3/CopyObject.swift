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
        let source = try copySource(input.copySource)
        var request = CopyObjectRequest(
            from: source.address, to: ObjectAddress(input.bucket, input.key),
            caller(context, expectedOwner: input.expectedBucketOwner))
        request.sourceVersion = source.version
        request.access = input.access
        request.expectedSourceOwner = input.expectedSourceBucketOwner
        request.sourceConditions = ReadConditions(
            ifMatch: input.copySourceIfMatch, ifNoneMatch: input.copySourceIfNoneMatch,
            ifModifiedSince: input.copySourceIfModifiedSince, ifUnmodifiedSince: input.copySourceIfUnmodifiedSince)
        request.conditions = WriteConditions(ifMatch: input.ifMatch, ifNoneMatch: input.ifNoneMatch)
        request.metadata = input.metadataDirective == .replace ? .replace : .copy
        request.tagging = input.taggingDirective == .replace ? .replace : .copy
        request.attributes = try input.attributes(contentEncoding: input.contentEncoding)
        request.checksumAlgorithm = try input.checksumAlgorithm?.served()
        let copy = try await objects.copyObject(request), answer = copy.object
        var result = S3.CopyObjectResult(eTag: quoted(answer.etag), lastModified: answer.modified.wholeSecond)
        result.setChecksum(answer.checksum)
        var output = S3.CopyObjectOutput(
            copyObjectResult: result, copySourceVersionId: copy.sourceVersion, versionId: answer.version)
        output.sseKMSEncryptionContext = input.sseKMSEncryptionContext
        output.showEncryption(answer.fields)
        return output
    }
}
