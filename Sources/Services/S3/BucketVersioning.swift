// Whether a bucket keeps versions: PutBucketVersioning, GetBucketVersioning.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Begins or stops to keep versions. AWS reference: PutBucketVersioning.
    package func putBucketVersioning(
        _ input: S3.PutBucketVersioningRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        if input.versioningConfiguration.mfaDelete == .enabled { throw .notImplemented("MfaDelete Enabled") }
        guard let status = input.versioningConfiguration.status else {
            throw ServiceError(
                "IllegalVersioningConfigurationException", status: 400,
                "The Versioning element must be specified")
        }
        try await objects.putVersioning(
            isEnabled: status == .enabled, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return EmptyShape()
    }

    /// Says whether a bucket keeps versions; an empty answer where nobody ever asked for it. AWS reference:
    /// GetBucketVersioning.
    package func getBucketVersioning(
        _ input: S3.GetBucketVersioningRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketVersioningOutput {
        switch try await objects.versioning(
            of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        {
        case .never: S3.GetBucketVersioningOutput()
        case .enabled: S3.GetBucketVersioningOutput(status: .enabled)
        case .suspended: S3.GetBucketVersioningOutput(status: .suspended)
        }
    }
}
