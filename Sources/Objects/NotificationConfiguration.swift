// Whom a bucket notifies of what (API reference: PutBucketNotificationConfiguration; user guide: event notification
// types and destinations, filtering by key name).

internal import JSON
internal import Kernel

/// A bucket's notification configuration, read.
struct NotificationConfiguration: Sendable {
    /// A topic, queue or function, and what it wants to know.
    struct Rule: Sendable {
        var id: String, target: String
        /// As configured: `s3:ObjectCreated:*` and the like.
        var events: [String]
        var prefix = "", suffix = ""

        func covers(_ event: String, _ key: String) -> Bool {
            key.utf8.starts(with: prefix.utf8) && key.utf8.reversed().starts(with: suffix.utf8.reversed())
                && events.contains { Self.covers($0, event) }
        }

        /// Whether a name, or a family of names with `*` at its end, stands for an event.
        private static func covers(_ name: String, _ event: String) -> Bool {
            name == event || name.hasSuffix("*") && event.hasPrefix(name.dropLast())
        }

        /// Whether one event of one key could be both rules'.
        func overlaps(_ other: Rule) -> Bool {
            let sharesEvent = events.contains { own in
                other.events.contains { Self.covers(own, $0) || Self.covers($0, own) }
            }
            return sharesEvent && (prefix.hasPrefix(other.prefix) || other.prefix.hasPrefix(prefix))
                && (suffix.hasSuffix(other.suffix) || other.suffix.hasSuffix(suffix))
        }
    }

    var rules: [Rule] = []
    var sendsToEventBridge = false

    /// The lists of the document: the member that names the target, and its service.
    private static let kinds = [
        (list: "TopicConfigurations", target: "TopicArn", service: "sns"),
        (list: "QueueConfigurations", target: "QueueArn", service: "sqs"),
        (list: "LambdaFunctionConfigurations", target: "LambdaFunctionArn", service: "lambda"),
    ]

    /// Nobody wants to know anything.
    init() {}

    /// Throws what S3 refuses.
    init(_ document: JSONValue, _ limits: Limits = Limits()) throws(ServiceError) {
        sendsToEventBridge = document["EventBridgeConfiguration"] != nil
        for kind in Self.kinds {
            for entry in document[kind.list]?.array ?? [] {
                let rule = try Rule(entry, target: kind.target, service: kind.service, limits)
                guard !rules.contains(where: { $0.id == rule.id }) else {
                    throw .invalidArgument(
                        "Id", rule.id, "Same ID used for multiple configurations. IDs must be unique")
                }
                guard !rules.contains(where: { $0.overlaps(rule) }) else {
                    throw .invalidArgument(
                        "Event", rule.events.joined(separator: ","),
                        "Configurations overlap. Configurations on the same bucket cannot share a common event type.")
                }
                rules.append(rule)
            }
        }
        guard rules.count <= limits.notificationConfigurations else {
            throw .invalidRequest(
                "The notification configuration has \(rules.count) destinations; at most "
                    + "\(limits.notificationConfigurations) are allowed")
        }
    }
}

extension NotificationConfiguration.Rule {
    fileprivate init(
        _ entry: JSONValue, target member: String, service: String, _ limits: Limits
    ) throws(ServiceError) {
        id = entry["Id"]?.string ?? ""
        target = entry[member]?.string ?? ""
        guard let arn = ARN(target), arn.service == service else {
            throw .invalidArgument(member, target, "The ARN could not be parsed")
        }
        events = entry["Events"]?.array?.compactMap(\.string) ?? []
        guard !events.isEmpty else { throw .malformedXML() }
        var seen: Set<String> = []
        for rule in entry["Filter"]?["Key"]?["FilterRules"]?.array ?? [] {
            guard let name = rule["Name"]?.string, let value = rule["Value"]?.string else { throw .malformedXML() }
            guard seen.insert(name).inserted else {
                throw .invalidArgument(
                    "FilterRule.Name", name, "Cannot specify more than one \(name) rule in a filter.")
            }
            guard value.utf8.count <= limits.keyBytes else {
                throw .invalidArgument(
                    "FilterRule.Value", value, "Size of filter rule value cannot exceed \(limits.keyBytes) bytes.")
            }
            if name == "prefix" { prefix = value } else { suffix = value }
        }
    }
}
