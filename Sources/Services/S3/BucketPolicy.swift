// The policy of a bucket: PutBucketPolicy, GetBucketPolicy, DeleteBucketPolicy, GetBucketPolicyStatus.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Sets the policy. AWS reference: PutBucketPolicy.
    package func putBucketPolicy(
        _ input: S3.PutBucketPolicyRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await objects.putPolicy(
            input.policy, of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        return EmptyShape()
    }

    /// Shows the policy as it was set. AWS reference: GetBucketPolicy.
    package func getBucketPolicy(
        _ input: S3.GetBucketPolicyRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketPolicyOutput {
        S3.GetBucketPolicyOutput(
            policy: try await objects.policy(
                of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner)))
    }

    /// Removes the policy. AWS reference: DeleteBucketPolicy.
    package func deleteBucketPolicy(
        _ input: S3.DeleteBucketPolicyRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await delete(.policy, of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
    }

    /// Says whether the policy lets everybody do something. AWS reference: GetBucketPolicyStatus.
    package func getBucketPolicyStatus(
        _ input: S3.GetBucketPolicyStatusRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketPolicyStatusOutput {
        let isPublic = try await objects.isPolicyPublic(
            of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetBucketPolicyStatusOutput(policyStatus: S3.PolicyStatus(isPublic: isPublic))
    }
}
