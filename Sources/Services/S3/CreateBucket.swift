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
        var request = CreateBucketRequest(
            input.bucket, constraint: input.createBucketConfiguration?.locationConstraint, region: context.region,
            caller(context, expectedOwner: nil))
        request.ownership = input.objectOwnership.flatMap { ObjectOwnership(rawValue: $0.rawValue) }
        request.allowsLocks = input.objectLockEnabledForBucket ?? false
        request.access = input.access(canned: input.acl?.rawValue)
        let bucket = try await objects.createBucket(request)
        return S3.CreateBucketOutput(location: "/" + bucket.name, bucketArn: "arn:aws:s3:::" + bucket.name)
    }
}
