// GetBucketLocation: how older tools ask for a region; HeadBucket answers it in a header.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Names the region of a bucket as its creator did; us-east-1 has no name here. AWS reference: GetBucketLocation.
    package func getBucketLocation(
        _ input: S3.GetBucketLocationRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketLocationOutput {
        let bucket = try await objects.bucketLocation(
            input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetBucketLocationOutput(
            locationConstraint: bucket.region == .standard ? nil : bucket.regionAlias ?? bucket.region.description)
    }
}
