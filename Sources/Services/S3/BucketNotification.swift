// Whom a bucket notifies of its events: kept and shown.

package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Sets whom events are sent to. AWS reference: PutBucketNotificationConfiguration.
    package func putBucketNotificationConfiguration(
        _ input: S3.PutBucketNotificationConfigurationRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        try await put(
            .notification, input.notificationConfiguration, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
    }

    /// Shows whom events are sent to. AWS reference: GetBucketNotificationConfiguration.
    package func getBucketNotificationConfiguration(
        _ input: S3.GetBucketNotificationConfigurationRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.NotificationConfiguration {
        let configuration = try await get(
            .notification, S3.NotificationConfiguration.self, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return configuration
    }
}
