// Where a bucket's access log goes: kept and shown; the server writes its own.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Sets where the access log goes. AWS reference: PutBucketLogging.
    package func putBucketLogging(
        _ input: S3.PutBucketLoggingRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await put(
            .logging, input.bucketLoggingStatus, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
    }

    /// Shows where the access log goes. AWS reference: GetBucketLogging.
    package func getBucketLogging(
        _ input: S3.GetBucketLoggingRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketLoggingOutput {
        let configuration = try await get(
            .logging, S3.BucketLoggingStatus.self, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetBucketLoggingOutput(loggingEnabled: configuration.loggingEnabled)
    }
}
