// What an earlier run left in the data directory when it was killed: bytes whose row was never written, or is gone.
// Looked for once, beside normal work, so that a large store does not hold up the start.

import Logging
import ServiceLifecycle
import Store

/// Removes the leftovers of earlier runs.
struct OrphanSweep: Service {
    let store: LocalStore
    let logger: Logger

    func run() async throws {
        do {
            let removed = try await store.sweepOrphans()
            if removed > 0 {
                logger.info("Leftovers of an earlier run were removed", metadata: ["count": "\(removed)"])
            }
        } catch StoreBusy.closing {
            // The next start looks again.
        } catch {
            logger.warning("Leftovers of an earlier run could not be removed", metadata: ["error": "\(error)"])
        }
    }
}
