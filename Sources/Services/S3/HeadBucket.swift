// HeadBucket: tools ask it for existence, for access and for the region, all at once.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Says whether a bucket exists and may be used. AWS reference: HeadBucket.
    package func headBucket(
        _ input: S3.HeadBucketRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.HeadBucketOutput {
        let bucket = try await objects.headBucket(
            input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.HeadBucketOutput(
            bucketArn: "arn:aws:s3:::" + bucket.name, bucketRegion: bucket.region.description, accessPointAlias: false)
    }
}
