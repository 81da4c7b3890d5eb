// The server clock over the control API.

internal import Engine
package import Kernel
package import Shapes

extension ControlService {
    /// Shows the server clock.
    package func getClock(
        _ input: Control.ScopeRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.ClockState { clockState }

    /// Freezes, advances or resumes the server clock. Advancing answers when everything that fell due has happened.
    package func setClock(
        _ input: Control.SetClockRequest, _ context: RequestContext
    ) async throws(ServiceError) -> Control.ClockState {
        switch input.mode {
        case .freeze: try await internally(context, logger) { try await engine.freezeClock(at: input.at) }
        case .resume: await engine.resumeClock()
        case .advance:
            guard serverClock.mode == .manual else {
                throw .validation("The clock is live; freeze it before advancing it.")
            }
            let target = try advanceTarget(input)
            try await internally(context, logger) { try await engine.advanceClock(to: target) }
        }
        return clockState
    }

    private func advanceTarget(_ input: Control.SetClockRequest) throws(ServiceError) -> Instant {
        let now = serverClock.now()
        switch (input.at, input.advanceSeconds) {
        case (let at?, nil):
            guard at >= now else {
                throw .validation("'at' lies before now, \(now.iso8601Milliseconds); clocks never run backwards.")
            }
            return at
        case (nil, let seconds?):
            guard seconds >= 0, seconds <= 100 * 365 * 86_400 else {
                throw .validation("Value '\(seconds)' at 'advanceSeconds' must be at least 0 and at most 100 years.")
            }
            return now + .microseconds(Int64(seconds * 1_000_000))
        default: throw .validation("Advancing takes exactly one of 'at' and 'advanceSeconds'.")
        }
    }

    private var clockState: Control.ClockState {
        Control.ClockState(mode: serverClock.mode == .live ? .live : .manual, now: serverClock.now())
    }
}
