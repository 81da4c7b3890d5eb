// Lifecycle rules are executed once a day, when the server clock passes midnight (UTC), and at the start. The clock may
// be moved by hand, so it is looked at every second.

import Kernel
import Logging
import Objects
import ServiceLifecycle

/// Removes what the lifecycle rules of buckets say is over.
struct LifecycleSweep: Service {
    let objects: ObjectStorage
    let clock: ServerClock
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var latest: Int64?
            while !Task.isCancelled {
                let now = clock.now(), day = now.seconds / 86_400
                if latest != day {
                    latest = day
                    await sweep(at: now)
                }
                await pause(.seconds(1))
            }
        }
    }

    private func sweep(at now: Instant) async {
        do throws(ServiceError) {
            let count = try await objects.expire(at: now)
            if count > 0 { logger.info("Lifecycle rules removed objects", metadata: ["count": "\(count)"]) }
        } catch {
            logger.warning("Lifecycle rules could not be executed", metadata: ["error": "\(error)"])
        }
    }
}
