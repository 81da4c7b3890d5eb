// Lifecycle rules of a bucket. Expiry has an effect; transitions are kept and shown.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Sets the lifecycle rules; a rule without a name gets one. AWS reference: PutBucketLifecycleConfiguration.
    package func putBucketLifecycleConfiguration(
        _ input: S3.PutBucketLifecycleConfigurationRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.PutBucketLifecycleConfigurationOutput {
        guard var configuration = input.lifecycleConfiguration else { throw .missingRequestBodyError() }
        for place in configuration.rules.indices where configuration.rules[place].id == nil {
            configuration.rules[place].id = objects.makeRuleID()
        }
        _ = try await put(
            .lifecycle, configuration, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.PutBucketLifecycleConfigurationOutput(
            transitionDefaultMinimumObjectSize: input.transitionDefaultMinimumObjectSize ?? .allStorageClasses128k)
    }

    /// Shows the lifecycle rules. AWS reference: GetBucketLifecycleConfiguration.
    package func getBucketLifecycleConfiguration(
        _ input: S3.GetBucketLifecycleConfigurationRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketLifecycleConfigurationOutput {
        let configuration = try await get(
            .lifecycle, S3.BucketLifecycleConfiguration.self, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetBucketLifecycleConfigurationOutput(
            rules: configuration.rules, transitionDefaultMinimumObjectSize: .allStorageClasses128k)
    }

    /// Removes the lifecycle rules. AWS reference: DeleteBucketLifecycle.
    package func deleteBucketLifecycle(
        _ input: S3.DeleteBucketLifecycleRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await delete(.lifecycle, of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
    }
}
