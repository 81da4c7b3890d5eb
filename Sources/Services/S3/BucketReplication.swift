// Where a bucket's objects are replicated to: kept and shown; nothing is replicated.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Sets the replication rules. AWS reference: PutBucketReplication.
    package func putBucketReplication(
        _ input: S3.PutBucketReplicationRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await put(
            .replication, input.replicationConfiguration, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
    }

    /// Shows the replication rules. AWS reference: GetBucketReplication.
    package func getBucketReplication(
        _ input: S3.GetBucketReplicationRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetBucketReplicationOutput {
        let configuration = try await get(
            .replication, S3.ReplicationConfiguration.self, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetBucketReplicationOutput(replicationConfiguration: configuration)
    }

    /// Removes the replication rules. AWS reference: DeleteBucketReplication.
    package func deleteBucketReplication(
        _ input: S3.DeleteBucketReplicationRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await delete(.replication, of: input.bucket, caller(context, expectedOwner: input.expectedBucketOwner))
    }
}
