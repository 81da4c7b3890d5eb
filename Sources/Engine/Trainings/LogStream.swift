// What jobs have said, as CloudWatch Logs keeps it: a stream of lines for each, in groups by the kind of job. A stream
// is small (some dozen lines), so it is kept as one document and written anew when it grows.

internal import JSON
package import Kernel
package import Store

/// The lines of one job.
package struct LogStream: Hashable, Sendable {
    /// A line and when it was said.
    package struct Event: Hashable, Sendable {
        /// Server time.
        package var at: Instant
        /// Without a line end.
        package var message: String

        package init(at: Instant, message: String) {
            self.at = at
            self.message = message
        }
    }

    /// The groups that SageMaker writes to (developer guide: "Log groups and streams").
    package enum Group: String, Hashable, Sendable, CaseIterable {
        case trainingJobs = "/aws/sagemaker/TrainingJobs"
        case transformJobs = "/aws/sagemaker/TransformJobs"
        case labelingJobs = "/aws/sagemaker/LabelingJobs"
    }

    /// Where it belongs.
    package var group: Group
    /// Begins with the job's name.
    package var name: String
    /// Of its first line.
    package var created: Instant
    /// In the order in which they were said.
    package var events: [Event]

    package init(group: Group, name: String, created: Instant, events: [Event] = []) {
        self.group = group
        self.name = name
        self.created = created
        self.events = events
    }

    /// A stream that was stored; nil for a document of another kind.
    package init?(_ resource: Resource) {
        guard let document = try? JSONValue(parsing: resource.document),
            let group = document["group"]?.string.flatMap({ Group(rawValue: $0) }),
            let name = document["name"]?.string, let rows = document["events"]?.array
        else { return nil }
        self.init(
            group: group, name: name, created: resource.created,
            events: rows.compactMap { row in
                guard let pair = row.array, pair.count == 2, let at = pair[0].number?.integer,
                    let message = pair[1].string
                else { return nil }
                return Event(at: Instant(microseconds: at), message: message)
            })
    }

    /// The stream as a resource of an account.
    package func resource(of account: AccountID, _ region: Region) -> Resource {
        let rows = events.map { JSONValue.array([.integer($0.at.microseconds), .string($0.message)]) }
        let document: JSONValue = [
            "group": .string(group.rawValue), "name": .string(name), "events": .array(rows),
        ]
        return Resource(
            name: ResourceName(.logStream, account: account, region: region, name: "\(group.rawValue)/\(name)"),
            created: created, updated: events.last?.at ?? created, document: document.compactBytes)
    }
}
