// What happens to a request before it reaches the services, as a list that can be read. Limits on heads, and on how
// many connections there are, belong to the connection and come before all of this.

package import Kernel

/// One step on the way of a request. Steps are small, synchronous and run on the event loop.
package protocol PipelineStep: Sendable {
    /// Either answers the request, or leaves it (changed or not) to the steps that follow.
    func process(_ request: inout ServerRequest, _ responder: Responder) -> PipelineVerdict
}

/// Whether a step has dealt with a request.
package enum PipelineVerdict: Sendable { case goOn, answered }

/// Leads requests through the steps to the services.
package struct Pipeline: RequestHandler {
    private let steps: [any PipelineStep]
    private let services: any RequestHandler

    /// Steps are asked in order; `services` gets what none of them has answered.
    package init(_ steps: [any PipelineStep], services: any RequestHandler) {
        self.steps = steps
        self.services = services
    }

    /// The server's way of a request, in order.
    /// - Parameters:
    ///   - crossOrigin: answers preflights and adds what browsers need, by bucket.
    ///   - control: takes every path below `/_groundwork/` but the health paths.
    ///   - services: takes everything else.
    package static func standard(
        logsAccess: Bool, crossOrigin: (any PipelineStep)?, health: HealthPaths, control: any RequestHandler,
        services: any RequestHandler
    ) -> Pipeline {
        var steps: [any PipelineStep] = []
        if logsAccess { steps.append(AccessLogging()) }
        if let crossOrigin { steps.append(crossOrigin) }
        steps.append(health)
        steps.append(ControlPaths(control))
        return Pipeline(steps, services: services)
    }

    package func handle(_ request: ServerRequest, _ responder: Responder) {
        var request = request
        for step in steps where step.process(&request, responder) == .answered { return }
        services.handle(request, responder)
    }

    package func refuse(_ error: ServiceError, _ responder: Responder) { services.refuse(error, responder) }
}

/// Opens the request's line in the access log; the connection completes and writes it.
package struct AccessLogging: PipelineStep {
    package init() {}

    package func process(_ request: inout ServerRequest, _ responder: Responder) -> PipelineVerdict {
        responder.exchange.log = AccessLogEntry(
            receivedAt: request.receivedAt, method: request.head.method, path: request.head.path,
            requestID: request.id, remoteAddress: request.remoteAddress)
        return .goOn
    }
}

/// Sends the paths below `/_groundwork/` to the control API.
package struct ControlPaths: PipelineStep {
    /// No bucket can have this name, so no S3 path begins with it.
    package static let prefix = "/_groundwork/"

    private let control: any RequestHandler

    /// `control` answers every request below the prefix, unknown paths too.
    package init(_ control: any RequestHandler) { self.control = control }

    package func process(_ request: inout ServerRequest, _ responder: Responder) -> PipelineVerdict {
        guard request.head.path.utf8.starts(with: Self.prefix.utf8) else { return .goOn }
        control.handle(request, responder)
        return .answered
    }
}
