// Transfer acceleration of a bucket: kept and shown; nothing is far away here.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Sets whether transfers are accelerated. AWS reference: PutBucketAccelerateConfiguration.
    package func putBucketAccelerateConfiguration(
        _ input: S3.PutBucketAccelerateConfigurationRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await put(
            .accelerate, input.accelerateConfiguration, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
    }

    /// Shows whether transfers are accelerated. AWS reference: GetBucketAccelerateConfiguration.
    package func getBucketAccelerateConfiguration(
        _ input: S3.GetBucketAccelerateConfigurationRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketAccelerateConfigurationOutput {
        let configuration = try await get(
            .accelerate, S3.AccelerateConfiguration.self, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetBucketAccelerateConfigurationOutput(status: configuration.status)
    }
}
