// The events that are listed, as a stream of server-sent events (HTML standard, 9.2): one for each that is committed,
// its ordinal as `id`, so that a client that comes again with `Last-Event-ID` goes on where it was.

internal import Engine
internal import JSON
package import Kernel
package import Shapes
internal import Store

extension ControlService {
    /// Follows the events of one account (`?account=`), or of all: from now on, or behind `Last-Event-ID` or `?after=`.
    package func streamEvents(
        _ input: Control.StreamEventsRequest, _ context: RequestContext
    ) async throws(ServiceError) -> (output: Control.StreamEventsResponse, body: BodyResult) {
        let account: AccountID? = input.account == nil ? nil : try self.account(input.account, context)
        let newest = try await internally(context, logger) { try await events.newest() }
        // A client that comes again has the old address and the new header.
        let start = input.lastEventId ?? input.after ?? newest
        guard start <= newest else {
            throw .validation(
                "The events behind \(start) cannot be followed: the newest is \(newest). If the server has been "
                    + "started anew, so have its events.")
        }
        guard let stream = feed.open(of: account, after: start, { kept in Self.serverSent(kept) }) else {
            throw ServiceError(
                "TooManyEventStreams", status: 503,
                "At most \(limits.eventStreams) streams of events are open at a time.")
        }
        let output = Control.StreamEventsResponse(contentType: "text/event-stream", cacheControl: "no-store")
        return (output, .stream(stream, endsWithInput: true))
    }

    private static func serverSent(_ kept: KeptEvent) -> [UInt8] {
        let shown = shown(kept)
        let isJob = shown["event"]?["source"]?.string == "aws.sagemaker"
        var text = Array("id: \(kept.ordinal)\nevent: \(isJob ? "labeling-job-state-change" : "s3")\ndata: ".utf8)
        // Compact JSON has no line ends.
        text += shown.compactBytes
        text += Array("\n\n".utf8)
        return text
    }
}
