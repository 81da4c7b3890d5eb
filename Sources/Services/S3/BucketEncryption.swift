// What new objects of a bucket are said to be encrypted with; nothing is.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Sets what new objects are encrypted with. AWS reference: PutBucketEncryption.
    package func putBucketEncryption(
        _ input: S3.PutBucketEncryptionRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await put(
            .encryption, input.serverSideEncryptionConfiguration, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
    }

    /// Shows what new objects are encrypted with; AES256 where nothing was said. AWS reference: GetBucketEncryption.
    package func getBucketEncryption(
        _ input: S3.GetBucketEncryptionRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketEncryptionOutput {
        let configuration = try await get(
            .encryption, S3.ServerSideEncryptionConfiguration.self, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetBucketEncryptionOutput(serverSideEncryptionConfiguration: configuration)
    }

    /// Goes back to what every bucket has. AWS reference: DeleteBucketEncryption.
    package func deleteBucketEncryption(
        _ input: S3.DeleteBucketEncryptionRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await delete(.encryption, of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
    }
}
