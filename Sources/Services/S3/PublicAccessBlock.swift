// What a bucket refuses for being public.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Sets what is refused or overlooked for being public. AWS reference: PutPublicAccessBlock.
    package func putPublicAccessBlock(
        _ input: S3.PutPublicAccessBlockRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await put(
            .publicAccessBlock, input.publicAccessBlockConfiguration, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
    }

    /// Shows what is refused or overlooked for being public. AWS reference: GetPublicAccessBlock.
    package func getPublicAccessBlock(
        _ input: S3.GetPublicAccessBlockRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetPublicAccessBlockOutput {
        let configuration = try await get(
            .publicAccessBlock, S3.PublicAccessBlockConfiguration.self, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetPublicAccessBlockOutput(publicAccessBlockConfiguration: configuration)
    }

    /// Lets a bucket be public. AWS reference: DeletePublicAccessBlock.
    package func deletePublicAccessBlock(
        _ input: S3.DeletePublicAccessBlockRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await delete(
            .publicAccessBlock, of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
    }
}
