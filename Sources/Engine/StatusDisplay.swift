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

    private struct State {
        var lanes: [JobID: [Shown]] = [:]
        /// Jobs that came to their end, oldest first. Their lanes go once they hold nothing back, described or not.
        var ended: [JobID] = []
    }

    private let minimum: Duration
    private let clock: any Clock
    private let state = Mutex(State())

    init(minimum: Duration, clock: any Clock) {
        self.minimum = minimum
        self.clock = clock
    }

    /// Notes that a job has come to a status.
    func note(_ status: String, of job: JobID) {
        let now = clock.now()
        state.withLock { state in
            dropEnded(&state, at: now)
            follow(status, of: job, &state, at: now)
        }
    }

    private func follow(_ status: String, of job: JobID, _ state: inout State, at now: Instant) {
        let lane = state.lanes[job] ?? []
        guard lane.last?.status != status else { return }
        state.lanes[job] = following(lane, status, at: now)
        if Self.progress(status) == Self.ended { state.ended.append(job) }
    }

    /// At most two at a time: each job ends once and is noted more often than that.
    private func dropEnded(_ state: inout State, at now: Instant) {
        for _ in 0..<2 {
            guard let job = state.ended.first else { return }
            if let last = state.lanes[job]?.last {
                guard last.from + minimum <= now else { return }
                state.lanes[job] = nil
            }
            state.ended.removeFirst()
        }
    }

    private func following(_ lane: [Shown], _ status: String, at now: Instant) -> [Shown] {
        guard let latest = lane.last else { return [Shown(status: status, from: now)] }
        return lane + [Shown(status: status, from: latest.isSeen ? now : max(now, latest.from + minimum))]
    }

    /// How far a job with that status has come: it never goes back.
    private static func progress(_ status: String) -> Int {
        switch status {
        case "Initializing": 0
        case "InProgress": 1
        case "Stopping": 2
        default: ended
        }
    }

    private static let ended = 3

    /// The status to show for a job that is at `actual`.
    /// - Parameter isDescribe: the answer goes to a Describe call, after which the status need not last.
    func visible(_ actual: String, of job: JobID, isDescribe: Bool) -> String {
        let now = clock.now()
        return state.withLock { state in
            guard let latest = state.lanes[job]?.last?.status else { return actual }
            if latest != actual {
                // Read before the change that was noted last.
                guard Self.progress(latest) < Self.progress(actual) else { return actual }
                // Read after the change, but before it was noted here.
                follow(actual, of: job, &state, at: now)
            }
            guard var lane = state.lanes[job] else { return actual }
            while lane.count > 1, lane[1].from <= now { lane.removeFirst() }
            let status = lane[0].status
            if isDescribe, !lane[0].isSeen {
                lane[0].isSeen = true
                // What waited only for this one to be seen may follow at once.
                for place in lane.indices.dropFirst() {
                    lane[place].from = place == 1 ? now : max(now, lane[place - 1].from + minimum)
                }
            }
            state.lanes[job] = lane.count == 1 && lane[0].isSeen ? nil : lane
            return status
        }
    }

    /// When a job's actual status will be visible; nil when it is.
    func pending(of job: JobID) -> Instant? {
        let now = clock.now()
        return state.withLock { state in state.lanes[job]?.last.flatMap { $0.from > now ? $0.from : nil } }
    }

    func forget(_ job: JobID) { state.withLock { $0.lanes[job] = nil } }

    /// How many jobs are kept in memory.
    var count: Int { state.withLock { $0.lanes.count } }
}
