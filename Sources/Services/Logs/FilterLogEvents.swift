// FilterLogEvents: the events of a group's streams by time, narrowed by words.

internal import Engine
package import Kernel
package import Shapes

extension LogsService {
    /// Searches a group. AWS reference: FilterLogEvents.
    package func filterLogEvents(
        _ input: Logs.FilterLogEventsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Logs.FilterLogEventsResponse {
        let group = try group(input.logGroupName, input.logGroupIdentifier)
        if input.logStreamNames != nil, input.logStreamNamePrefix != nil {
            throw .invalidParameter("Only one of 'logStreamNames' and 'logStreamNamePrefix' may be given.")
        }
        let pattern = try FilterPattern(input.filterPattern ?? "")
        var streams = try await streams(of: group, prefix: input.logStreamNamePrefix ?? "", context)
        if streams.isEmpty, try await self.streams(of: group, context).isEmpty { throw Self.noGroup }
        if let names = input.logStreamNames {
            guard names.allSatisfy({ name in streams.contains { $0.name == name } }) else { throw Self.noStream }
            streams = streams.filter { names.contains($0.name) }
        }
        var events: [(at: Instant, stream: String, place: Int, message: String)] = []
        for stream in streams {
            for (place, event) in stream.events.enumerated()
            where event.isBetween(input.startTime, input.endTime) && pattern.matches(event.message) {
                events.append((event.at, stream.name, place, event.message))
            }
        }
        events.sort { ($0.at, $0.stream, $0.place) < ($1.at, $1.stream, $1.place) }
        if input.startFromHead == false { events.reverse() }
        let page = try Page(of: events, size: input.limit ?? 10_000, token: input.nextToken)
        return Logs.FilterLogEventsResponse(
            events: page.elements.map { event in
                Logs.FilteredLogEvent(
                    logStreamName: event.stream, timestamp: event.at.milliseconds, message: event.message,
                    ingestionTime: event.at.milliseconds, eventId: Self.identifier(event.at, event.place))
            }, searchedLogStreams: [], nextToken: page.nextToken)
    }

    /// 56 digits, as the service's have; the same for the same event.
    private static func identifier(_ at: Instant, _ place: Int) -> String {
        let digits = String(at.milliseconds) + String(repeating: "0", count: 10)
        return digits + String(repeating: "0", count: max(0, 56 - digits.count - String(place).count)) + String(place)
    }
}

/// A filter of words (user guide: "Filter pattern syntax for unstructured log events"). A word must occur; of those
/// behind a question mark one must; one behind a minus sign must not. Words are told apart by case.
struct FilterPattern {
    private var all: [String] = []
    private var any: [String] = []
    private var none: [String] = []

    init(_ text: String) throws(ServiceError) {
        guard let first = text.first else { return }
        guard !"{[%".contains(first) else {
            throw .notImplemented("A filterPattern for JSON, fields or regular expressions, '\(text)',")
        }
        var rest = Substring(text)
        while let start = rest.firstIndex(where: { $0 != " " }) {
            rest = rest[start...]
            let sign = rest.first
            if sign == "?" || sign == "-" { rest.removeFirst() }
            let word: Substring
            if rest.first == "\"" {
                rest.removeFirst()
                guard let end = rest.firstIndex(of: "\"") else {
                    throw .invalidParameter("Invalid filter pattern: a quotation mark is not closed.")
                }
                word = rest[..<end]
                rest = rest[rest.index(after: end)...]
            } else {
                let end = rest.firstIndex(of: " ") ?? rest.endIndex
                word = rest[..<end]
                rest = rest[end...]
            }
            switch sign {
            case "?": any.append(String(word))
            case "-": none.append(String(word))
            default: all.append(String(word))
            }
        }
    }

    func matches(_ message: String) -> Bool {
        all.allSatisfy { message.contains($0) } && !none.contains { message.contains($0) }
            && (any.isEmpty || any.contains { message.contains($0) })
    }
}
