// `/_groundwork/live`, `ready` and `version`: for whoever starts the program and waits for it. They need no token and
// answer on the event loop, so they answer even when everything else is busy.

internal import JSON
internal import Kernel

/// Answers the health paths.
package struct HealthPaths: PipelineStep {
    private let version: String
    private let isReady: @Sendable () -> Bool

    /// `isReady` is asked on an event loop, so it must not wait.
    package init(version: String, isReady: @escaping @Sendable () -> Bool) {
        self.version = version
        self.isReady = isReady
    }

    package func process(_ request: inout ServerRequest, _ responder: Responder) -> PipelineVerdict {
        guard request.head.path.utf8.starts(with: ControlPaths.prefix.utf8) else { return .goOn }
        switch request.head.path.dropFirst(ControlPaths.prefix.count) {
        case "live": answer(200, ["status": "live"], request, responder)
        case "ready":
            let isReady = isReady()
            answer(isReady ? 200 : 503, ["status": isReady ? "ready" : "starting"], request, responder)
        case "version": answer(200, ["version": .string(version)], request, responder)
        default: return .goOn
        }
        return .answered
    }

    private func answer(_ status: Int, _ document: JSONValue, _ request: ServerRequest, _ responder: Responder) {
        guard ["GET", "HEAD"].contains(request.head.method) else {
            return responder.respond(status: 405, headers: HeaderFields([("Allow", "GET, HEAD")]))
        }
        let headers = HeaderFields([("Content-Type", "application/json"), ("Cache-Control", "no-store")])
        responder.respond(status: status, headers: headers, body: .bytes(document.compactBytes))
    }
}
