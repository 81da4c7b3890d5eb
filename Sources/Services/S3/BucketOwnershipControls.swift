// Who owns what others write into a bucket.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Sets who owns what others write. AWS reference: PutBucketOwnershipControls.
    package func putBucketOwnershipControls(
        _ input: S3.PutBucketOwnershipControlsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await put(
            .ownershipControls, input.ownershipControls, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
    }

    /// Shows who owns what others write. AWS reference: GetBucketOwnershipControls.
    package func getBucketOwnershipControls(
        _ input: S3.GetBucketOwnershipControlsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketOwnershipControlsOutput {
        let configuration = try await get(
            .ownershipControls, S3.OwnershipControls.self, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetBucketOwnershipControlsOutput(ownershipControls: configuration)
    }

    /// Leaves objects to whoever writes them. AWS reference: DeleteBucketOwnershipControls.
    package func deleteBucketOwnershipControls(
        _ input: S3.DeleteBucketOwnershipControlsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await delete(
            .ownershipControls, of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
    }
}
