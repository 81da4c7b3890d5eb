// Sending the events that are kept: oldest first, each until its receiver has taken it. An event may be sent twice -
// when the answer is lost, or the process ends before it is noted - and then carries the same id.

package import Kernel
package import Logging
internal import ServiceLifecycle
package import Store

/// Sends one event to whoever wants to have them.
package protocol NotificationSender: Sendable {
    /// Returns once the receiver has taken it.
    func send(_ event: OutgoingEvent) async throws(NotificationFailure)
}

/// Why an event was not taken.
package enum NotificationFailure: Error, Hashable, Sendable {
    /// Nobody answered, or not in time; the text says what happened.
    case unreachable(String)
    /// Answered with another status than 2xx.
    case refused(status: Int)
}

/// Sends the events of a store for as long as it runs.
package struct NotificationDelivery: Service {
    private let events: any EventStore
    private let sender: any NotificationSender
    private let limits: Limits
    private let logger: Logger
    private let wait: @Sendable (Duration) async -> Void

    /// - Parameter wait: between looks at the store and between attempts; returns early when the task is cancelled.
    package init(
        events: any EventStore, sender: any NotificationSender, limits: Limits = Limits(), logger: Logger,
        wait: @escaping @Sendable (Duration) async -> Void = { await pause($0) }
    ) {
        self.events = events
        self.sender = sender
        self.limits = limits
        self.logger = logger
        self.wait = wait
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let unsent = try await events.unsent(limit: 100)
                    if unsent.isEmpty { await wait(.milliseconds(200)) }
                    for kept in unsent where !Task.isCancelled {
                        if await deliver(kept.event) { try await events.markSent(kept.ordinal) }
                    }
                } catch {
                    logger.error("Events could not be read or noted as sent", metadata: ["error": "\(error)"])
                    await wait(.seconds(1))
                }
            }
        }
    }

    /// Whether the event is done with; false where the task is cancelled before.
    private func deliver(_ event: OutgoingEvent) async -> Bool {
        var delay = Duration.milliseconds(200), refusals = 0
        while !Task.isCancelled {
            do throws(NotificationFailure) {
                try await sender.send(event)
                return true
            } catch {
                if case .refused(let status) = error {
                    refusals += 1
                    if refusals >= limits.notificationAttempts {
                        logger.warning(
                            "An event was refused too often and is not sent again",
                            metadata: ["id": "\(event.id)", "status": "\(status)", "attempts": "\(refusals)"])
                        return true
                    }
                }
                logger.notice(
                    "An event was not taken; it is sent again",
                    metadata: ["id": "\(event.id)", "failure": "\(error)", "after": "\(delay)"])
            }
            await wait(delay)
            delay = min(delay * 2, .seconds(30))
        }
        return false
    }
}
