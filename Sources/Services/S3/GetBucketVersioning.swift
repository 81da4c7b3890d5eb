// GetBucketVersioning. Tools ask before they sync or delete, so it is served although versions are not.

package import Kernel
internal import Objects
package import Shapes

extension S3Service {
    /// Says whether a bucket keeps versions: none does, which is an empty answer. AWS reference: GetBucketVersioning.
    package func getBucketVersioning(
        _ input: S3.GetBucketVersioningRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketVersioningOutput {
        _ = try await objects.headBucket(input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetBucketVersioningOutput()
    }
}
