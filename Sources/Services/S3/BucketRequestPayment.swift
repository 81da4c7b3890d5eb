// Who pays for requests to a bucket: kept and shown; nobody does.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Sets who pays. AWS reference: PutBucketRequestPayment.
    package func putBucketRequestPayment(
        _ input: S3.PutBucketRequestPaymentRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await put(
            .requestPayment, input.requestPaymentConfiguration, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
    }

    /// Shows who pays. AWS reference: GetBucketRequestPayment.
    package func getBucketRequestPayment(
        _ input: S3.GetBucketRequestPaymentRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketRequestPaymentOutput {
        let configuration = try await get(
            .requestPayment, S3.RequestPaymentConfiguration.self, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetBucketRequestPaymentOutput(payer: configuration.payer)
    }
}
