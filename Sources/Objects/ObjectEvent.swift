// What S3 says of a change to an object, in its two shapes: the record that topics, queues and functions get (user
// guide: event message structure), and the event of EventBridge (user guide: EventBridge event message structure).
// Versions 2.6 and 1.2 of the shapes are those that were observed in October 2026.

internal import Digests
internal import JSON
internal import Kernel
internal import Signing
internal import Store

/// What brought a change about.
enum EventCause: Sendable {
    case putObject, postObject, copyObject, completeUpload, deleteObject, expiration
    case putTagging, deleteTagging, putACL
    case putRetention(ObjectLock)

    /// The event's name, without `s3:`.
    func name(isDeleteMarker: Bool) -> String {
        switch self {
        case .putObject: "ObjectCreated:Put"
        case .postObject: "ObjectCreated:Post"
        case .copyObject: "ObjectCreated:Copy"
        case .completeUpload: "ObjectCreated:CompleteMultipartUpload"
        case .deleteObject: isDeleteMarker ? "ObjectRemoved:DeleteMarkerCreated" : "ObjectRemoved:Delete"
        case .expiration: isDeleteMarker ? "LifecycleExpiration:DeleteMarkerCreated" : "LifecycleExpiration:Delete"
        case .putTagging: "ObjectTagging:Put"
        case .deleteTagging: "ObjectTagging:Delete"
        case .putACL: "ObjectAcl:Put"
        case .putRetention: "ObjectRetention:Put"
        }
    }

    /// The type and, where there is one, the reason that EventBridge shows.
    fileprivate var detail: (type: String, reason: String?) {
        switch self {
        case .putObject: ("Object Created", "PutObject")
        case .postObject: ("Object Created", "POST Object")
        case .copyObject: ("Object Created", "CopyObject")
        case .completeUpload: ("Object Created", "CompleteMultipartUpload")
        case .deleteObject: ("Object Deleted", "DeleteObject")
        case .expiration: ("Object Deleted", "Lifecycle Expiration")
        case .putTagging: ("Object Tags Added", nil)
        case .deleteTagging: ("Object Tags Deleted", nil)
        case .putACL: ("Object ACL Updated", nil)
        case .putRetention: ("Object Retention Updated", nil)
        }
    }

    /// Whether the object's bytes came or went: only such events have an order.
    fileprivate var isOnBytes: Bool {
        switch self {
        case .putTagging, .deleteTagging, .putACL, .putRetention: false
        default: true
        }
    }

    fileprivate var isRemoval: Bool {
        switch self {
        case .deleteObject, .expiration: true
        default: false
        }
    }
}

/// One change to an object, as far as others are told of it.
struct ObjectEvent {
    let cause: EventCause
    let bucket: BucketRecord
    let caller: Caller
    /// The owner's canonical id, which stands for the account in records.
    let ownerID: String
    let change: AnnouncedChange
    let ordinal: Int64

    /// What is in the place of somebody who asked, where nobody did.
    private static let service = "s3.amazonaws.com"

    private var isByService: Bool {
        if case .expiration = cause { true } else { false }
    }

    private var sourceAddress: String { isByService ? Self.service : caller.facts?.sourceAddress ?? Self.service }
    private var requestID: String { caller.facts?.requestID ?? "" }

    /// Sorts by time, and by the order of changes within a second.
    private var sequencer: String {
        func digits(_ value: Int64, _ count: Int) -> String {
            let text = String(value, radix: 16, uppercase: true)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        return digits(caller.now.seconds, 10) + digits(ordinal & 0xFFFF_FFFF, 8)
    }

    private var version: String? { bucket.versioning == .never ? nil : change.version }

    /// Size and ETag are those of new or changed bytes; a delete marker has those of nothing.
    private var etag: String? {
        guard cause.isRemoval else { return change.etag }
        return change.isDeleteMarker ? Hex.text(MD5Digest.of([UInt8]())) : nil
    }

    private var size: Int64? {
        switch cause {
        case .putTagging, .deleteTagging, .putACL, .deleteObject, .expiration: nil
        default: change.size
        }
    }

    /// The message that a topic, queue or function gets.
    func record(configuration id: String) -> JSONValue {
        var object: JSONObject = [
            // As in a form: blanks become plus signs.
            "key": .string(
                PercentEncoding.encode(change.key, keepingSlashes: true).split(
                    separator: "%20", omittingEmptySubsequences: false
                ).joined(separator: "+"))
        ]
        object["size"] = size.map { .integer($0) }
        object["eTag"] = etag.map { .string($0) }
        object["versionId"] = version.map { .string($0) }
        if cause.isOnBytes { object["sequencer"] = .string(sequencer) }
        var record: JSONObject = [
            "eventVersion": "2.6", "eventSource": "aws:s3", "awsRegion": .string(bucket.region.description),
            "eventTime": .string(caller.now.iso8601Milliseconds),
            "eventName": .string(cause.name(isDeleteMarker: change.isDeleteMarker)),
            "userIdentity": ["principalId": .string(principal)],
            "requestParameters": ["sourceIPAddress": .string(sourceAddress)],
            "responseElements": [
                "x-amz-request-id": .string(requestID), "x-amz-id-2": .string(caller.facts?.hostID ?? ""),
            ],
            "s3": [
                "s3SchemaVersion": "1.0", "configurationId": .string(id),
                "bucket": [
                    "name": .string(bucket.name), "ownerIdentity": ["principalId": .string(ownerID)],
                    "arn": .string("arn:aws:s3:::" + bucket.name),
                ],
                "object": .object(object),
            ],
        ]
        if case .putRetention(let lock) = cause, let mode = lock.mode, let until = lock.until {
            record["objectRetentionEventData"] = [
                "mode": .string(mode), "retainUntilDate": .string(until.iso8601Milliseconds),
            ]
        }
        return ["Records": [.object(record)]]
    }

    private var principal: String {
        if isByService { return Self.service }
        return caller.principal.isAnonymous ? "Anonymous" : "AWS:" + (caller.principal.accessKey ?? requester)
    }

    private var requester: String {
        isByService ? Self.service : caller.principal.isAnonymous ? "anonymous" : caller.principal.account.description
    }

    /// The event that EventBridge gets.
    func event(id: String) -> JSONValue {
        var object: JSONObject = ["key": .string(change.key)]
        object["size"] = size.map { .integer($0) }
        object["etag"] = etag.map { .string($0) }
        object["version-id"] = version.map { .string($0) }
        if cause.isOnBytes { object["sequencer"] = .string(sequencer) }
        var detail: JSONObject = [
            "version": "0", "event-version": "1.2", "bucket": ["name": .string(bucket.name)],
            "object": .object(object), "request-id": .string(requestID), "requester": .string(requester),
        ]
        if !isByService { detail["source-ip-address"] = .string(sourceAddress) }
        detail["reason"] = cause.detail.reason.map { .string($0) }
        if cause.isRemoval {
            detail["deletion-type"] =
                change.isDeleteMarker ? "Delete Marker Created" : "Permanently Deleted"
        }
        if case .putRetention(let lock) = cause, let mode = lock.mode, let until = lock.until {
            detail["object-retention-event-data"] = [
                "mode": .string(mode), "retain-until-date": .string(until.iso8601Milliseconds),
            ]
        }
        return [
            "version": "0", "id": .string(id), "detail-type": .string(cause.detail.type), "source": "aws.s3",
            "account": .string(bucket.owner.description), "time": .string(caller.now.iso8601Seconds),
            "region": .string(bucket.region.description),
            "resources": [.string("arn:aws:s3:::" + bucket.name)], "detail": .object(detail),
        ]
    }
}
