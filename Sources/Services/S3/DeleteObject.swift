// DeleteObject. Without versions there are no delete markers to report, and no version to name but the null one.

package import Kernel
internal import Objects
package import Shapes

extension S3Service {
    /// Deletes an object. AWS reference: DeleteObject.
    package func deleteObject(
        _ input: S3.DeleteObjectRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.DeleteObjectOutput {
        try requireNullVersion(input.versionId)
        try await objects.deleteObject(
            ObjectAddress(input.bucket, input.key), ifMatch: input.ifMatch,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.DeleteObjectOutput()
    }
}
