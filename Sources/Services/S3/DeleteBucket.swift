// DeleteBucket. Only objects make a bucket count as full; uploads in progress go with it.

package import Kernel
internal import Objects
package import Shapes

extension S3Service {
    /// Deletes an empty bucket. AWS reference: DeleteBucket.
    package func deleteBucket(
        _ input: S3.DeleteBucketRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await objects.deleteBucket(input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        return EmptyShape()
    }
}
