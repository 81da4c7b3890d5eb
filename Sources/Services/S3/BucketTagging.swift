// The tags of a bucket: PutBucketTagging, GetBucketTagging, DeleteBucketTagging.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Replaces the tags of a bucket. AWS reference: PutBucketTagging.
    package func putBucketTagging(
        _ input: S3.PutBucketTaggingRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await objects.putBucketTags(
            FieldList(input.tagging), of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        return EmptyShape()
    }

    /// Shows the tags of a bucket. AWS reference: GetBucketTagging.
    package func getBucketTagging(
        _ input: S3.GetBucketTaggingRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketTaggingOutput {
        let tags = try await objects.bucketTags(
            of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetBucketTaggingOutput(tagSet: tags.tagSet)
    }

    /// Takes the tags off a bucket. AWS reference: DeleteBucketTagging.
    package func deleteBucketTagging(
        _ input: S3.DeleteBucketTaggingRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await objects.deleteBucketTags(
            of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        return EmptyShape()
    }
}
