// Whom a bucket notifies of its events. Events are kept for the control API; those for EventBridge are also sent.

internal import JSON
package import Kernel
internal import Objects
package import Shapes
internal import Store

extension S3Service {
    /// Sets whom events are sent to; a destination without a name gets one. AWS reference:
    /// PutBucketNotificationConfiguration.
    package func putBucketNotificationConfiguration(
        _ input: S3.PutBucketNotificationConfigurationRequest, _ context: RequestContext
    ) async throws(ServiceError) -> EmptyShape {
        var configuration = input.notificationConfiguration
        configuration.topicConfigurations = configuration.topicConfigurations.map { list in
            list.map { named($0, \.id) }
        }
        configuration.queueConfigurations = configuration.queueConfigurations.map { list in
            list.map { named($0, \.id) }
        }
        configuration.lambdaFunctionConfigurations = configuration.lambdaFunctionConfigurations.map { list in
            list.map { named($0, \.id) }
        }
        try await objects.putNotificationDocument(
            JSONValue.object(configuration.document).compactBytes, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
        return EmptyShape()
    }

    private func named<Destination>(
        _ destination: Destination, _ id: WritableKeyPath<Destination, String?>
    ) -> Destination {
        var destination = destination
        destination[keyPath: id] = destination[keyPath: id] ?? objects.makeRuleID()
        return destination
    }

    /// Shows whom events are sent to. AWS reference: GetBucketNotificationConfiguration.
    package func getBucketNotificationConfiguration(
        _ input: S3.GetBucketNotificationConfigurationRequest, _ context: RequestContext
    ) async throws(ServiceError) -> S3.NotificationConfiguration {
        try await get(
            .notification, S3.NotificationConfiguration.self, of: input.bucket,
            caller(context, expectedOwner: input.expectedBucketOwner))
    }
}
