// The reading side of CloudWatch Logs, over what jobs have said. Nobody writes to it from outside. Training and
// transform jobs keep their lines; those of labeling jobs are drawn from their timelines.

internal import Engine
internal import JSON
package import Kernel
internal import Labeling
package import Logging
internal import Shapes
package import Store

/// The operations of CloudWatch Logs of one program.
package struct LogsService: Sendable {
    /// Where training and transform jobs keep their lines.
    package var control: any ControlStore
    /// For the timelines of labeling jobs.
    package var jobs: any JobStore
    /// Bounds on timelines.
    package var limits: Limits
    /// For errors that the client only sees as InternalFailure.
    package var logger: Logger

    package init(control: any ControlStore, jobs: any JobStore, limits: Limits = Limits(), logger: Logger) {
        self.control = control
        self.jobs = jobs
        self.limits = limits
        self.logger = logger
    }

    // MARK: Streams

    /// The streams of a group, by name; none where the group does not exist.
    func streams(
        of group: LogStream.Group, prefix: String = "", _ context: RequestContext
    ) async throws(ServiceError) -> [LogStream] {
        let streams: [LogStream]
        if group == .labelingJobs {
            streams = try await labelingStreams(prefix, context)
        } else {
            streams = try await internally(context, logger) {
                try await control.resources(.logStream, account: context.account, region: context.region)
                    .compactMap { LogStream($0) }.filter { $0.group == group && $0.name.hasPrefix(prefix) }
            }
        }
        return streams.sorted { $0.name < $1.name }
    }

    private func labelingStreams(_ prefix: String, _ context: RequestContext) async throws(ServiceError) -> [LogStream]
    {
        var query = JobQuery(account: context.account, region: context.region)
        query.order = .name
        let wanted = query
        return try await internally(context, logger) {
            var streams: [LogStream] = []
            for row in try await jobs.jobs(wanted) {
                guard let specification = LabelingJobSpecification(decoding: row.specification),
                    specification.name.hasPrefix(prefix)
                else { continue }
                let timeline = try await jobs.timeline(of: row.id, after: 0, limit: limits.timelineEntries)
                let events = timeline.compactMap { row in
                    LabelingJobLine.message(row.entry, of: specification.name).map {
                        LogStream.Event(at: row.served, message: $0)
                    }
                }
                guard let first = events.first else { continue }
                streams.append(
                    LogStream(
                        group: .labelingJobs, name: specification.name, created: first.at, events: events))
            }
            return streams
        }
    }

    /// The group that a request names, by its name or by an identifier, which may be its ARN.
    func group(_ name: String?, _ identifier: String?) throws(ServiceError) -> LogStream.Group {
        guard (name == nil) != (identifier == nil), let text = name ?? identifier else {
            throw .invalidParameter("Exactly one of 'logGroupName' and 'logGroupIdentifier' must be given.")
        }
        var wanted = text
        if name == nil, let arn = ARN(text), arn.service == "logs", arn.resource.hasPrefix("log-group:") {
            wanted = String(arn.resource.dropFirst("log-group:".count))
            if wanted.hasSuffix(":*") { wanted.removeLast(2) }
        }
        guard let group = LogStream.Group(rawValue: wanted) else { throw Self.noGroup }
        return group
    }

    static let noGroup = ServiceError(
        "ResourceNotFoundException", status: 400, "The specified log group does not exist.")
    static let noStream = ServiceError(
        "ResourceNotFoundException", status: 400, "The specified log stream does not exist.")

    static func arn(_ group: LogStream.Group, _ context: RequestContext) -> String {
        ARN(
            service: "logs", region: context.region, account: context.account,
            resource: "log-group:\(group.rawValue)"
        ).description
    }
}

extension ServiceError {
    /// Bad input, as this service calls it.
    static func invalidParameter(_ message: String) -> ServiceError {
        ServiceError("InvalidParameterException", status: 400, message)
    }
}

extension LogStream {
    /// What CloudWatch counts: the text of each event and 26 bytes beside it.
    var storedBytes: Int64 { events.reduce(0) { $0 + Int64($1.message.utf8.count) + 26 } }
}

extension Instant {
    /// Milliseconds since the epoch, the unit of this service.
    var milliseconds: Int64 { wholeMillisecond.microseconds / 1000 }
}
