import Kernel
import Synchronization
import Testing

struct ThreadsTests {
    @Test func aQueueGivesBackInOrderAcrossItsInnerSteps() {
        var queue = FIFO<Int>()
        var expected = 0
        for round in 0..<5 {
            for number in 0..<1500 { queue.append(round * 1500 + number) }
            for _ in 0..<1400 {
                #expect(queue.popFirst() == expected)
                expected += 1
            }
        }
        #expect(queue.count == 500)
        #expect(queue.removeAll() == Array(expected..<7500))
        #expect(queue.popFirst() == nil)
    }

    @Test func aWaitingThreadGoesOnWhenTheValueIsThere() throws {
        let monitor = Monitor(0)
        let seen = Atomic(0)
        let thread = try SystemThread {
            let value = monitor.wait { $0 == 3 ? $0 : nil }
            seen.store(value, ordering: .releasing)
        }
        for value in 1...3 { monitor.update { $0 = value } }
        thread.join()
        #expect(seen.load(ordering: .acquiring) == 3)
    }

    @Test func workersFinishWhatIsQueuedAndRefuseWhatComesLater() throws {
        let made = Atomic(0), done = Atomic(0)
        let workers = try WorkerThreads(count: 3) { made.add(1, ordering: .relaxed).newValue }
        for _ in 0..<1000 {
            workers.submit { resource in
                // Each thread keeps its own resource from job to job.
                precondition((1...3).contains(resource))
                done.add(1, ordering: .relaxed)
            }
        }
        workers.close()
        #expect(done.load(ordering: .relaxed) == 1000)
        #expect(made.load(ordering: .relaxed) == 3)
        #expect(!workers.submit { _ in })
        workers.close()
    }
}
