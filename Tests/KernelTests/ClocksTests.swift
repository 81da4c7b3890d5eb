import Kernel
import Testing

@Suite struct ClocksTests {
    private let wall = FixedClock(Instant(seconds: 1000))

    @Test func aLiveClockFollowsTheWallButNeverBack() {
        let clock = ServerClock(wall: wall)
        #expect(clock.now() == Instant(seconds: 1000))
        wall.set(Instant(seconds: 990))
        #expect(clock.now() == Instant(seconds: 1000))
        wall.set(Instant(seconds: 1001))
        #expect(clock.now() == Instant(seconds: 1001))
    }

    @Test func aFrozenClockMovesByHandOnly() {
        let clock = ServerClock(wall: wall, frozenAt: Instant(seconds: 50))
        wall.set(Instant(seconds: 2000))
        #expect(clock.mode == .manual)
        #expect(clock.now() == Instant(seconds: 50))
        clock.move(to: Instant(seconds: 60))
        #expect(clock.now() == Instant(seconds: 60))
        clock.move(to: Instant(seconds: 55))
        #expect(clock.now() == Instant(seconds: 60))
    }

    @Test func aClockThatRunsOnKeepsItsPlace() {
        let clock = ServerClock(wall: wall)
        clock.freeze(at: Instant(seconds: 5000))
        clock.resume()
        #expect(clock.mode == .live)
        #expect(clock.now() == Instant(seconds: 5000))
        wall.set(Instant(seconds: 1010))
        #expect(clock.now() == Instant(seconds: 5010))
    }

    @Test func freezingAtAnEarlierInstantStopsWhereItStands() {
        let clock = ServerClock(wall: wall)
        clock.freeze(at: Instant(seconds: 1))
        #expect(clock.now() == Instant(seconds: 1000))
    }

    @Test func movingALiveClockDoesNothing() {
        let clock = ServerClock(wall: wall)
        clock.move(to: Instant(seconds: 9000))
        #expect(clock.now() == Instant(seconds: 1000))
    }

    @Test func entropyDrawsFromTheWholeAlphabet() {
        let entropy = CountingEntropy()
        let text = entropy.text(5000, from: Alphabet.lowerHex)
        #expect(Set(text.utf8) == Set(Alphabet.lowerHex))
        #expect(CountingEntropy().hex(16) == CountingEntropy().hex(16))
        #expect(SystemEntropy().hex(16) != SystemEntropy().hex(16))
    }
}
