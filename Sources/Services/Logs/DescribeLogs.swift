// DescribeLogGroups and DescribeLogStreams: a group is there once something was said in it.

internal import Engine
package import Kernel
package import Shapes

extension LogsService {
    /// Lists groups. AWS reference: DescribeLogGroups.
    package func describeLogGroups(
        _ input: Logs.DescribeLogGroupsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Logs.DescribeLogGroupsResponse {
        if input.logGroupNamePrefix != nil, input.logGroupNamePattern != nil {
            throw .invalidParameter("Only one of 'logGroupNamePrefix' and 'logGroupNamePattern' may be given.")
        }
        var groups: [Logs.LogGroup] = []
        for group in LogStream.Group.allCases.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard group.rawValue.hasPrefix(input.logGroupNamePrefix ?? ""),
                input.logGroupNamePattern.map({ group.rawValue.lowercased().contains($0.lowercased()) }) ?? true
            else { continue }
            let streams = try await streams(of: group, context)
            guard let created = streams.map(\.created).min() else { continue }
            let arn = Self.arn(group, context)
            groups.append(
                Logs.LogGroup(
                    logGroupName: group.rawValue, creationTime: created.milliseconds, metricFilterCount: 0,
                    arn: arn + ":*", storedBytes: streams.reduce(0) { $0 + $1.storedBytes }, logGroupClass: .standard,
                    logGroupArn: arn))
        }
        let page = try Page(of: groups, size: input.limit ?? 50, token: input.nextToken)
        return Logs.DescribeLogGroupsResponse(logGroups: page.elements, nextToken: page.nextToken)
    }

    /// Lists the streams of a group. AWS reference: DescribeLogStreams.
    package func describeLogStreams(
        _ input: Logs.DescribeLogStreamsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Logs.DescribeLogStreamsResponse {
        let group = try group(input.logGroupName, input.logGroupIdentifier)
        if input.orderBy == .lastEventTime, input.logStreamNamePrefix != nil {
            throw .invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
        }
        let all = try await streams(of: group, prefix: input.logStreamNamePrefix ?? "", context)
        if all.isEmpty {
            // A prefix that nothing fits is no error in a group that is there.
            guard input.logStreamNamePrefix != nil, try await !streams(of: group, context).isEmpty else {
                throw Self.noGroup
            }
        }
        var streams = all
        if input.orderBy == .lastEventTime {
            streams.sort { ($0.events.last?.at ?? $0.created, $0.name) < ($1.events.last?.at ?? $1.created, $1.name) }
        }
        if input.descending == true { streams.reverse() }
        let page = try Page(of: streams, size: input.limit ?? 50, token: input.nextToken)
        return Logs.DescribeLogStreamsResponse(
            logStreams: page.elements.map { stream in
                Logs.LogStream(
                    logStreamName: stream.name, creationTime: stream.created.milliseconds,
                    firstEventTimestamp: stream.events.first?.at.milliseconds,
                    lastEventTimestamp: stream.events.last?.at.milliseconds,
                    lastIngestionTime: stream.events.last?.at.milliseconds, uploadSequenceToken: nil,
                    arn: "\(Self.arn(group, context)):log-stream:\(stream.name)", storedBytes: stream.storedBytes)
            }, nextToken: page.nextToken)
    }
}
