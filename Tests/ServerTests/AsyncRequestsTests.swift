import Logging
import Server
import ServiceLifecycle
import Synchronization
import Testing

/// Counts how many run at once, and lets them go together.
private actor Gate {
    private(set) var running = 0
    private(set) var most = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func pass() async {
        running += 1
        most = max(most, running)
        await withCheckedContinuation { waiting.append($0) }
        running -= 1
    }

    func open() {
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}

@Test func onlySoManyRunAtATimeAndTheRestWaitTheirTurn() async throws {
    let requests = AsyncRequests(concurrency: 3, lineLength: 4)
    let gate = Gate()
    let done = Mutex(0)
    let runner = Task { try await requests.run() }
    let taken = (0..<9).map { _ in
        requests.submit {
            await gate.pass()
            done.withLock { $0 += 1 }
        }
    }
    #expect(taken == [true, true, true, true, true, true, true, false, false])
    while done.withLock({ $0 }) < 7 {
        await gate.open()
        await Task.yield()
    }
    #expect(await gate.most == 3)
    #expect(requests.submit {})
    runner.cancel()
    try await runner.value
    #expect(!requests.submit {})
}

@Test func workTakenOnIsDoneBeforeTheEnd() async throws {
    let requests = AsyncRequests(concurrency: 1)
    let gate = Gate()
    let done = Mutex(0)
    let group = ServiceGroup(services: [requests], logger: Logger(label: "test"))
    async let run: Void = group.run()
    for _ in 0..<3 {
        _ = requests.submit {
            await gate.pass()
            done.withLock { $0 += 1 }
        }
    }
    while await gate.running == 0 { await Task.yield() }
    await group.triggerGracefulShutdown()
    while requests.submit({}) { await Task.yield() }
    while done.withLock({ $0 }) < 3 {
        await gate.open()
        await Task.yield()
    }
    try await run
    #expect(done.withLock { $0 } == 3)
}
