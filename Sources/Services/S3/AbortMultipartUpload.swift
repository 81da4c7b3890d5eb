// AbortMultipartUpload: what was uploaded is let go at once, and the id is unknown from then on.

package import Kernel
internal import Objects
package import Shapes

extension S3Service {
    /// Forgets an upload and its parts. AWS reference: AbortMultipartUpload.
    package func abortMultipartUpload(
        _ input: S3.AbortMultipartUploadRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.AbortMultipartUploadOutput {
        try await objects.abortUpload(
            input.uploadId, ObjectAddress(input.bucket, input.key),
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.AbortMultipartUploadOutput()
    }
}
