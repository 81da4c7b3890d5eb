// Telling of changes: a bucket with a notification configuration hands its changes an announcer, which the writer asks
// inside the transaction. So an event is kept exactly when its change is.

internal import JSON
package import Kernel
internal import Store

extension ObjectStorage {
    /// The bucket, for a change to its objects that others may want to know of.
    func reference(
        _ bucket: BucketRecord, _ cause: EventCause, _ caller: Caller
    ) -> BucketReference {
        guard bucket.documents[.notification] != nil else { return bucket.reference }
        let configuration = rules(of: bucket).notifications
        let ownerID = accounts[bucket.owner].canonicalID, entropy = entropy
        var reference = bucket.reference
        reference.announcer = ChangeAnnouncer { change, ordinal in
            let name = "s3:" + cause.name(isDeleteMarker: change.isDeleteMarker)
            let event = ObjectEvent(
                cause: cause, bucket: bucket, caller: caller, ownerID: ownerID, change: change, ordinal: ordinal)
            var events: [OutgoingEvent] = []
            func add(_ target: String?, _ document: (String) -> JSONValue) {
                let id = entropy.uuid()
                events.append(
                    OutgoingEvent(
                        id: id, account: bucket.owner, time: caller.now, target: target,
                        document: document(id).compactBytes))
            }
            for rule in configuration.rules where rule.covers(name, change.key) {
                add(rule.target) { _ in event.record(configuration: rule.id) }
            }
            if configuration.sendsToEventBridge { add(nil, event.event) }
            return events
        }
        return reference
    }

    /// Sets whom events are sent to; topics and queues get a first one that only says so.
    package func putNotificationDocument(
        _ document: [UInt8], of name: String, _ caller: Caller
    ) async throws(ServiceError) {
        let bucket = try await bucket(name, .putBucketNotification, caller)
        let configuration = try NotificationConfiguration(try Self.parsed(document), limits)
        let isEmpty = configuration.rules.isEmpty && !configuration.sendsToEventBridge
        let targets = configuration.rules.map(\.target)
        let entropy = entropy
        var reference = bucket.reference
        reference.announcer = ChangeAnnouncer { _, _ in
            targets.filter { ARN($0)?.service != "lambda" }.map { target in
                let body: JSONValue = [
                    "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": .string(caller.now.iso8601Milliseconds),
                    "Bucket": .string(name), "RequestId": .string(caller.facts?.requestID ?? ""),
                    "HostId": .string(caller.facts?.hostID ?? ""),
                ]
                return OutgoingEvent(
                    id: entropy.uuid(), account: bucket.owner, time: caller.now, target: target,
                    document: body.compactBytes)
            }
        }
        try await change(.configure(reference, .notification, isEmpty ? nil : document), ObjectAddress(name, ""))
    }
}
