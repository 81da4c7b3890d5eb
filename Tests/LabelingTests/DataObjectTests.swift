import Kernel
import Labeling
import Testing

/// The rows of the transition table at the head of DataObject.swift.
@Suite struct DataObjectTests {
    private static let start = Instant(seconds: 100)

    private func at(_ second: Int64) -> Instant { Instant(seconds: 100 + second) }

    private func answer(_ worker: String, _ second: Int64 = 5) -> DataObject.Answer {
        DataObject.Answer(
            worker: worker, content: Array("{}".utf8), accepted: at(1), submitted: at(second), timeSpent: .seconds(3))
    }

    private func accept(_ worker: String, _ second: Int64 = 1) -> DataObject.Event {
        .accepted(worker: worker, at: at(second), until: at(second + 300))
    }

    /// An object after some events, none of which may have an effect.
    private func object(_ workers: Int = 2, _ events: DataObject.Event...) -> DataObject {
        var object = DataObject(workersAsked: workers)
        for event in events { #expect(object.apply(event) == []) }
        return object
    }

    @Test func acceptingTakesAFreeSlot() {
        let object = object(2, accept("a"))
        #expect(object.openSlots == 1 && object.leases.map(\.worker) == ["a"])
        #expect(!object.isNew(to: "a") && object.isNew(to: "b"))
    }

    @Test func acceptingWithoutAFreeSlotOrTwiceIsIgnored() {
        var full = object(1, accept("a"))
        let before = full
        #expect(full.apply(accept("b")) == [] && full == before)
        var twice = object(3, accept("a"))
        let once = twice
        #expect(twice.apply(accept("a")) == [] && twice == once)
        var declined = object(3, accept("a"), .declined(worker: "a", at: at(2)))
        let after = declined
        #expect(declined.apply(accept("a", 3)) == [] && declined == after)
    }

    @Test func theLastAnswerFinishesTheObject() {
        var object = object(2, accept("a"), accept("b"))
        #expect(object.apply(.submitted(answer("a", 5))) == [])
        #expect(object.phase == .open)
        #expect(object.apply(.submitted(answer("b", 9))) == [.finished(at: at(9))])
        #expect(object.phase == .answered(at(9)) && object.leases.isEmpty)
        #expect(object.answers.map(\.worker) == ["a", "b"])
    }

    @Test func anAnswerWithoutALeaseIsLate() {
        var object = object(2, accept("a"))
        let before = object
        #expect(object.apply(.submitted(answer("b"))) == [] && object == before)
    }

    @Test func asManyDeclinesAsWorkersCloseTheObject() {
        var object = object(2, accept("a"), .declined(worker: "a", at: at(2)), accept("b", 3))
        #expect(object.apply(.declined(worker: "b", at: at(4))) == [.gaveUp(ObjectFailureText.declined)])
        #expect(object.phase == .failed(ObjectFailureText.declined))
        #expect(object.openSlots == 0)
    }

    @Test func aClosedObjectWaitsForThoseAtWorkAndKeepsTheirAnswers() {
        var object = object(
            3, accept("a"), accept("b"), accept("c"), .declined(worker: "a", at: at(2)), accept("d", 2),
            .declined(worker: "b", at: at(3)), accept("e", 3), .declined(worker: "c", at: at(4)))
        #expect(object.openSlots == 0 && object.phase == .open)
        #expect(object.apply(.submitted(answer("d", 6))) == [])
        #expect(object.apply(.returned(worker: "e", at: at(9))) == [.finished(at: at(9))])
    }

    @Test func aReturnedTaskIsFreeAgainForEverybody() {
        let object = object(1, accept("a"), .returned(worker: "a", at: at(2)))
        #expect(object.openSlots == 1 && object.isNew(to: "a"))
    }

    @Test func theEndOfTheLifetimeKeepsWhatThereIs() {
        var some = object(3, accept("a"), .submitted(answer("a")), accept("b"))
        #expect(some.apply(.lifetimeEnded(at: at(60))) == [.finished(at: at(60))])
        #expect(some.phase == .answered(at(60)) && some.leases.isEmpty)
        var none = object(3, accept("a"))
        #expect(none.apply(.lifetimeEnded(at: at(60))) == [.gaveUp(ObjectFailureText.expired)])
        #expect(none.phase == .failed(ObjectFailureText.expired))
    }

    @Test func rejectionFailsWhatIsOpenOrAnswered() {
        var open = object()
        #expect(open.apply(.rejected("x")) == [.gaveUp("x")])
        #expect(open.phase == .failed("x"))
        var answered = object(1, accept("a"))
        _ = answered.apply(.submitted(answer("a")))
        #expect(answered.apply(.rejected("y")) == [.gaveUp("y")])
        #expect(answered.phase == .failed("y"))
    }

    @Test func cancellationTakesWhatIsOpenAndLeavesWhatIsAnswered() {
        var open = object(2, accept("a"))
        #expect(open.apply(.cancelled) == [] && open.phase == .cancelled && open.leases.isEmpty)
        var answered = object(1, accept("a"))
        _ = answered.apply(.submitted(answer("a")))
        let before = answered
        #expect(answered.apply(.cancelled) == [] && answered == before)
    }

    @Test func everythingElseChangesNothing() {
        var answered = object(1, accept("a"))
        _ = answered.apply(.submitted(answer("a")))
        var labeled = answered
        #expect(labeled.apply(.labeled) == [] && labeled.phase == .labeled)
        var failed = object()
        _ = failed.apply(.rejected("x"))
        var cancelled = object()
        _ = cancelled.apply(.cancelled)
        let all: [DataObject.Event] = [
            accept("z"), .submitted(answer("a")), .declined(worker: "a", at: at(9)),
            .returned(worker: "a", at: at(9)), .lifetimeEnded(at: at(9)), .labeled, .rejected("late"), .cancelled,
        ]
        for ended in [labeled, failed, cancelled] {
            for event in all {
                var after = ended
                #expect(after.apply(event) == [] && after == ended, "\(event) in \(ended.phase)")
            }
        }
        for event in all where event != .labeled && event != .rejected("late") {
            var after = answered
            #expect(after.apply(event) == [] && after == answered, "\(event) when answered")
        }
        var open = object()
        let before = open
        #expect(open.apply(.labeled) == [] && open == before)
    }

    @Test func whatIsStoredIsReadBack() {
        var open = object(
            3, accept("a"), accept("b"), .submitted(answer("a")), .declined(worker: "b", at: at(4)), accept("c"))
        var objects = [object(), open]
        _ = open.apply(.lifetimeEnded(at: at(9)))
        objects.append(open)
        _ = open.apply(.labeled)
        objects.append(open)
        var failed = object()
        _ = failed.apply(.rejected("é😀"))
        objects.append(failed)
        var cancelled = object()
        _ = cancelled.apply(.cancelled)
        objects.append(cancelled)
        for object in objects {
            let bytes = object.encoded
            #expect(bytes.withUnsafeBytes { DataObject(decoding: $0) } == object)
            for count in 0..<bytes.count {
                #expect(bytes.prefix(count).withUnsafeBytes { DataObject(decoding: $0) } == nil, "cut at \(count)")
            }
            #expect((bytes + [0]).withUnsafeBytes { DataObject(decoding: $0) } == nil)
        }
    }
}
