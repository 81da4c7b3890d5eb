// The website configuration of a bucket: kept and shown; there is no website endpoint.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Sets the website configuration. AWS reference: PutBucketWebsite.
    package func putBucketWebsite(
        _ input: S3.PutBucketWebsiteRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await put(
            .website, input.websiteConfiguration, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
    }

    /// Shows the website configuration. AWS reference: GetBucketWebsite.
    package func getBucketWebsite(
        _ input: S3.GetBucketWebsiteRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketWebsiteOutput {
        let configuration = try await get(
            .website, S3.WebsiteConfiguration.self, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetBucketWebsiteOutput(
            redirectAllRequestsTo: configuration.redirectAllRequestsTo, indexDocument: configuration.indexDocument,
            errorDocument: configuration.errorDocument, routingRules: configuration.routingRules)
    }

    /// Removes the website configuration. AWS reference: DeleteBucketWebsite.
    package func deleteBucketWebsite(
        _ input: S3.DeleteBucketWebsiteRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await delete(.website, of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
    }
}
