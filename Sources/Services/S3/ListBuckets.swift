// ListBuckets: the buckets of one account, in pages only where the request asks for that.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Lists the caller's buckets. AWS reference: ListBuckets.
    package func listBuckets(
        _ input: S3.ListBucketsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.ListBucketsOutput {
        let page = try await objects.listBuckets(
            prefix: input.prefix ?? "", region: input.bucketRegion, continuationToken: input.continuationToken,
            maxBuckets: input.maxBuckets, caller(context, expectedOwner: nil))
        // The service names regions only to those who ask for something beyond the plain list.
        let isPlain =
            input.prefix == nil && input.bucketRegion == nil && input.continuationToken == nil
            && input.maxBuckets == nil
        return S3.ListBucketsOutput(
            buckets: page.buckets.map { bucket in
                S3.Bucket(
                    name: bucket.name, creationDate: bucket.created.wholeSecond,
                    bucketRegion: isPlain ? nil : bucket.region.description)
            },
            owner: owner(context.account), continuationToken: page.continuationToken, prefix: input.prefix)
    }
}
