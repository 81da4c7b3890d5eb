// What keeps versions from being deleted: the configuration of a bucket, retention and legal hold of a version.

internal import JSON
package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Sets what new versions are locked with. AWS reference: PutObjectLockConfiguration.
    package func putObjectLockConfiguration(
        _ input: S3.PutObjectLockConfigurationRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.PutObjectLockConfigurationOutput {
        guard let configuration = input.objectLockConfiguration else { throw .missingRequestBodyError() }
        try await objects.putObjectLockDocument(
            JSONValue.object(configuration.document).compactBytes, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.PutObjectLockConfigurationOutput()
    }

    /// Shows what new versions are locked with. AWS reference: GetObjectLockConfiguration.
    package func getObjectLockConfiguration(
        _ input: S3.GetObjectLockConfigurationRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetObjectLockConfigurationOutput {
        S3.GetObjectLockConfigurationOutput(
            objectLockConfiguration: try await get(
                .objectLock, S3.ObjectLockConfiguration.self, of: input.bucket,
                caller(context, expectedOwner: input.expectedBucketOwner)))
    }

    /// Retains a version. AWS reference: PutObjectRetention.
    package func putObjectRetention(
        _ input: S3.PutObjectRetentionRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.PutObjectRetentionOutput {
        guard let retention = input.retention else { throw .missingRequestBodyError() }
        guard (retention.mode == nil) == (retention.retainUntilDate == nil) else { throw .malformedXML() }
        try await objects.putRetention(
            retention.mode?.rawValue, until: retention.retainUntilDate, of: ObjectAddress(input.bucket, input.key),
            version: try version(input.versionId), bypassingGovernance: input.bypassGovernanceRetention ?? false,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.PutObjectRetentionOutput()
    }

    /// Shows how long a version is retained. AWS reference: GetObjectRetention.
    package func getObjectRetention(
        _ input: S3.GetObjectRetentionRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetObjectRetentionOutput {
        let lock = try await objects.retention(
            of: ObjectAddress(input.bucket, input.key), version: try version(input.versionId),
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetObjectRetentionOutput(
            retention: S3.ObjectLockRetention(
                mode: lock.mode.flatMap(S3.ObjectLockRetentionMode.init(rawValue:)), retainUntilDate: lock.until))
    }

    /// Holds a version, or lets it go. AWS reference: PutObjectLegalHold.
    package func putObjectLegalHold(
        _ input: S3.PutObjectLegalHoldRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.PutObjectLegalHoldOutput {
        guard let status = input.legalHold?.status else { throw .malformedXML() }
        try await objects.putLegalHold(
            status == .on, of: ObjectAddress(input.bucket, input.key), version: try version(input.versionId),
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.PutObjectLegalHoldOutput()
    }

    /// Says whether a version is held. AWS reference: GetObjectLegalHold.
    package func getObjectLegalHold(
        _ input: S3.GetObjectLegalHoldRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.GetObjectLegalHoldOutput {
        let isHeld = try await objects.legalHold(
            of: ObjectAddress(input.bucket, input.key), version: try version(input.versionId),
            caller(context, expectedOwner: input.expectedBucketOwner))
        return S3.GetObjectLegalHoldOutput(legalHold: S3.ObjectLockLegalHold(status: isHeld ? .on : .off))
    }
}
