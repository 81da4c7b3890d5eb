// DeleteObject: a version for good, or the object as far as anybody sees.

package import Kernel
internal import Objects
package import Shapes

extension S3Service {
    /// Deletes an object or one of its versions. AWS reference: DeleteObject.
    package func deleteObject(
        _ input: S3.DeleteObjectRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.DeleteObjectOutput {
        let deletion = try await objects.deleteObject(
            ObjectAddress(input.bucket, input.key), version: try version(input.versionId), ifMatch: input.ifMatch,
            bypassingGovernance: input.bypassGovernanceRetention ?? false,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.DeleteObjectOutput(
            deleteMarker: deletion.isDeleteMarker ? true : nil, versionId: deletion.version)
    }
}
