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

    @Test func jobsThatNobodyDescribesAreForgottenSomeTimeAfterTheirEnd() {
        for number in 1...50 {
            for status in ["Initializing", "InProgress", "Completed"] { display.note(status, of: JobID(Int64(number))) }
            clock.advance(by: .milliseconds(100))
        }
        // A job holds its last status back for a second, and is kept half a second more.
        #expect(display.count == 15)
        #expect(display.pending(of: JobID(50)) != nil)
        clock.advance(by: .seconds(2))
        for number in 51...60 { display.note("Initializing", of: JobID(Int64(number))) }
        #expect(display.count == 10, "these have not ended")
        clock.advance(by: .seconds(3600))
        display.note("InProgress", of: JobID(51))
        #expect(display.count == 10)
    }
}
