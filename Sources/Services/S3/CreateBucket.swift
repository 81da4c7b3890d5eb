// CreateBucket. Which names, regions and repetitions are allowed is decided in Objects.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Creates a bucket. AWS reference: CreateBucket.
    package func createBucket(
        _ input: S3.CreateBucketRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.CreateBucketOutput {
        let bucket = try await objects.createBucket(
            input.bucket, constraint: input.createBucketConfiguration?.locationConstraint, region: context.region,
            caller(context, expectedOwner: nil))
        return S3.CreateBucketOutput(location: "/" + bucket.name, bucketArn: "arn:aws:s3:::" + bucket.name)
    }
}
