import Kernel
import Labeling
import Testing

@Suite struct TaskLeasesTests {
    private func task(_ worker: String, _ object: Int, until seconds: Int64) -> TaskLeases.Held {
        TaskLeases.Held(
            worker: worker, object: object, accepted: .epoch + .seconds(1), until: .epoch + .seconds(seconds))
    }

    private var leases: TaskLeases {
        var leases = TaskLeases(round: 3)
        leases.add(task("a", 7, until: 50))
        leases.add(task("b", 8, until: 20))
        leases.add(task("c", 7, until: 20))
        return leases
    }

    @Test func leasesEndInOrderAndAtTheirInstant() {
        #expect(leases.nextEnd == .epoch + .seconds(20))
        #expect(leases.ended(by: .epoch + .seconds(20) - .microseconds(1)).isEmpty)
        #expect(leases.ended(by: .epoch + .seconds(20)).map(\.worker) == ["b", "c"])
        #expect(leases.ended(by: .epoch + .seconds(99)).map(\.worker) == ["b", "c", "a"])
        #expect(TaskLeases(round: 1).nextEnd == nil)
    }

    @Test func aWorkerHoldsOneTask() {
        var leases = leases
        #expect(leases.task(of: "b")?.object == 8)
        leases.remove(of: "b")
        #expect(leases.task(of: "b") == nil && leases.held.map(\.worker) == ["a", "c"])
    }

    @Test func whatIsStoredIsReadAgain() {
        #expect(TaskLeases(decoding: leases.encoded) == leases)
        #expect(TaskLeases(decoding: TaskLeases(round: 1).encoded) == TaskLeases(round: 1))
        let bytes = leases.encoded
        for length in 0..<bytes.count { #expect(TaskLeases(decoding: Array(bytes[..<length])) == nil) }
        #expect(TaskLeases(decoding: bytes + [0]) == nil)
    }
}
