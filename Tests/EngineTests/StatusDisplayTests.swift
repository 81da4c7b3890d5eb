import Kernel
import Store
import Synchronization
import Testing

@testable import Engine

@Suite struct StatusDisplayTests {
    /// A clock that stands where it is put.
    private final class StandingClock: Clock {
        private let instant = Mutex(Instant.epoch)
        func now() -> Instant { instant.withLock { $0 } }
        func advance(by duration: Duration) { instant.withLock { $0 = $0 + duration } }
    }

    private let clock = StandingClock()
    private let display: StatusDisplay
    private let job: JobID

    init() {
        display = StatusDisplay(minimum: .milliseconds(500), clock: clock)
        job = JobID(1)
    }

    private func shown(_ actual: String) -> String { display.visible(actual, of: job, isDescribe: true) }

    @Test func eachStatusLastsAMinimumOrUntilItWasDescribed() {
        display.note("Initializing", of: job)
        display.note("InProgress", of: job)
        display.note("Completed", of: job)
        #expect(shown("Completed") == "Initializing")
        #expect(shown("Completed") == "InProgress")
        #expect(shown("Completed") == "Completed")
        #expect(display.visible("Completed", of: job, isDescribe: false) == "Completed")
    }

    /// The store may be read between a change and the note of it.
    @Test func whatWasShownIsNeverTakenBack() {
        display.note("InProgress", of: job)
        #expect(display.visible("Failed", of: job, isDescribe: false) == "InProgress")
        display.note("Failed", of: job)
        clock.advance(by: .milliseconds(499))
        #expect(display.visible("Failed", of: job, isDescribe: false) == "InProgress")
        clock.advance(by: .milliseconds(1))
        #expect(shown("Failed") == "Failed")
        #expect(shown("Failed") == "Failed")
    }

    @Test func aReadThatCameTooEarlyShowsWhatItRead() {
        display.note("InProgress", of: job)
        display.note("Completed", of: job)
        #expect(shown("InProgress") == "InProgress")
    }
}
