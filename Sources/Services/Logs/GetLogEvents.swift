// GetLogEvents: a stream page by page, in both directions. Tokens say where a page begins or ends; a page behind the
// last event answers with the token it was asked with, which is how readers know the end.

internal import Engine
package import Kernel
package import Shapes

extension LogsService {
    /// Reads a stream. AWS reference: GetLogEvents.
    package func getLogEvents(
        _ input: Logs.GetLogEventsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Logs.GetLogEventsResponse {
        let group = try group(input.logGroupName, input.logGroupIdentifier)
        guard
            let stream = try await streams(of: group, prefix: input.logStreamName, context)
                .first(where: { $0.name == input.logStreamName })
        else {
            // Which of the two is missing decides the text.
            throw try await streams(of: group, context).isEmpty ? Self.noGroup : Self.noStream
        }
        let events = stream.events.filter { $0.isBetween(input.startTime, input.endTime) }
        let limit = input.limit ?? 10_000
        let range: Range<Int>
        if let token = input.nextToken {
            guard let place = PageEnd(token), place.position <= events.count else {
                throw .invalidParameter("The specified nextToken is invalid.")
            }
            range =
                place.isForward
                ? place.position..<min(events.count, place.position + limit)
                : max(0, place.position - limit)..<place.position
        } else if input.startFromHead == true {
            range = 0..<min(events.count, limit)
        } else {
            range = max(0, events.count - limit)..<events.count
        }
        return Logs.GetLogEventsResponse(
            events: events[range].map { event in
                Logs.OutputLogEvent(
                    timestamp: event.at.milliseconds, message: event.message, ingestionTime: event.at.milliseconds)
            }, nextForwardToken: PageEnd(isForward: true, position: range.upperBound).text,
            nextBackwardToken: PageEnd(isForward: false, position: range.lowerBound).text)
    }
}

/// A place between two events of a stream, and the direction in which to read on from there.
private struct PageEnd {
    var isForward: Bool
    var position: Int

    init(isForward: Bool, position: Int) {
        self.isForward = isForward
        self.position = position
    }

    /// Nil for a text that no answer has given.
    init?(_ token: String) {
        guard token.hasPrefix("f/") || token.hasPrefix("b/"), let position = Int(token.dropFirst(2)), position >= 0
        else { return nil }
        self.init(isForward: token.hasPrefix("f/"), position: position)
    }

    var text: String { "\(isForward ? "f" : "b")/\(position)" }
}

extension LogStream.Event {
    /// From `start` on, and before `end`, in milliseconds (API reference).
    func isBetween(_ start: Int64?, _ end: Int64?) -> Bool {
        (start.map { at.milliseconds >= $0 } ?? true) && (end.map { at.milliseconds < $0 } ?? true)
    }
}
