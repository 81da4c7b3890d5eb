// What pollers see. A job may run through Initializing and InProgress faster than any client polls, and tools wait for
// these words: so each visible status lasts a minimum of real time, or until one Describe has returned it. Only the
// display lags, never the job. Kept in memory: after a restart the display is where the job is.

internal import Kernel
internal import Store
internal import Synchronization

/// The visible statuses of the jobs that moved lately.
final class StatusDisplay: Sendable {
    private struct Shown {
        var status: String
        /// When it became or becomes visible.
        var from: Instant
        var isSeen = false
    }

    private let minimum: Duration
    private let clock: any Clock
    private let lanes = Mutex<[JobID: [Shown]]>([:])

    init(minimum: Duration, clock: any Clock) {
        self.minimum = minimum
        self.clock = clock
    }

    /// Notes that a job has come to a status.
    func note(_ status: String, of job: JobID) {
        let now = clock.now()
        lanes.withLock { lanes in lanes[job] = following(lanes[job] ?? [], status, at: now) }
    }

    private func following(_ lane: [Shown], _ status: String, at now: Instant) -> [Shown] {
        guard let latest = lane.last else { return [Shown(status: status, from: now)] }
        guard latest.status != status else { return lane }
        return lane + [Shown(status: status, from: latest.isSeen ? now : max(now, latest.from + minimum))]
    }

    /// How far a job with that status has come: it never goes back.
    private static func progress(_ status: String) -> Int {
        switch status {
        case "Initializing": 0
        case "InProgress": 1
        case "Stopping": 2
        default: 3
        }
    }

    /// The status to show for a job that is at `actual`.
    /// - Parameter isDescribe: the answer goes to a Describe call, after which the status need not last.
    func visible(_ actual: String, of job: JobID, isDescribe: Bool) -> String {
        let now = clock.now()
        return lanes.withLock { lanes in
            guard var lane = lanes[job], let latest = lane.last?.status else { return actual }
            if latest != actual {
                // Read before the change that was noted last.
                guard Self.progress(latest) < Self.progress(actual) else { return actual }
                // Read after the change, but before it was noted here.
                lane = following(lane, actual, at: now)
            }
            while lane.count > 1, lane[1].from <= now { lane.removeFirst() }
            let status = lane[0].status
            if isDescribe, !lane[0].isSeen {
                lane[0].isSeen = true
                // What waited only for this one to be seen may follow at once.
                for place in lane.indices.dropFirst() {
                    lane[place].from = place == 1 ? now : max(now, lane[place - 1].from + minimum)
                }
            }
            lanes[job] = lane.count == 1 && lane[0].isSeen ? nil : lane
            return status
        }
    }

    /// When a job's actual status will be visible; nil when it is.
    func pending(of job: JobID) -> Instant? {
        let now = clock.now()
        return lanes.withLock { lanes in lanes[job]?.last.flatMap { $0.from > now ? $0.from : nil } }
    }

    func forget(_ job: JobID) { lanes.withLock { $0[job] = nil } }
}
