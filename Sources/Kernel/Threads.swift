// Plain threads, for work that blocks: the store's one writer, its readers, file hashing. Nothing here runs on an event
// loop or the cooperative pool, and nothing that runs here may keep those waiting.

internal import Glibc

/// A value behind a lock that threads can wait on.
///
/// `@unchecked Sendable`: `state` is touched only while `mutex` is held.
package final class Monitor<State>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    /// Starts out with a value.
    package init(_ state: State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Reads or changes the value; wakes nobody.
    package func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Changes the value and wakes every waiting thread.
    package func update<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        // After the lock is free: who wakes need not wait for it.
        defer { pthread_cond_broadcast(condition) }
        return try withLock(body)
    }

    /// Changes the value and wakes one waiting thread: for values that any one of those that wait may take.
    package func updateForOne<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        defer { pthread_cond_signal(condition) }
        return try withLock(body)
    }

    /// Blocks the calling thread until `body` has an answer; asks again after every update.
    package func wait<Result>(_ body: (inout State) -> Result?) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            pthread_cond_wait(condition, mutex)
        }
    }
}

/// A started thread of the operating system.
package struct SystemThread: Sendable {
    private let handle: pthread_t

    /// The system refused to start a thread.
    package struct StartFailure: Error { package let code: Int32 }

    private final class Start {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// Starts a thread.
    package init(_ body: @escaping @Sendable () -> Void) throws {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(body))
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw StartFailure(code: code)
        }
        handle = thread
    }

    /// Blocks until the thread has ended. To be called once, and never from the thread itself.
    package func join() { pthread_join(handle, nil) }
}

/// A few threads with one queue, each with a resource of its own (a connection, a buffer) that it hands to its jobs.
package final class WorkerThreads<Resource>: Sendable {
    /// A piece of work. What it changes in the thread's resource, later jobs find changed.
    package typealias Job = @Sendable (inout Resource) -> Void

    private struct Queue {
        var jobs = FIFO<Job>()
        var isClosed = false

        /// A job, nil to wait on, or `.some(nil)` at the end.
        mutating func next() -> Job?? {
            if let job = jobs.popFirst() { return .some(job) }
            return isClosed ? .some(nil) : nil
        }
    }

    private let queue: Monitor<Queue>
    private let threads: [SystemThread]

    /// Starts the threads; `makeResource` runs here, once for each.
    package init(count: Int, makeResource: () throws -> Resource) throws {
        let queue = Monitor(Queue())
        self.queue = queue
        threads = try (0..<count).map { _ in
            let resource = Monitor(try makeResource())
            return try SystemThread {
                while let job = queue.wait({ $0.next() }) { resource.withLock { job(&$0) } }
            }
        }
    }

    /// Queues a job, and says whether it was taken: after `close` none is.
    @discardableResult
    package func submit(_ job: @escaping Job) -> Bool {
        queue.updateForOne { queue in
            guard !queue.isClosed else { return false }
            queue.jobs.append(job)
            return true
        }
    }

    /// Finishes what is queued and ends the threads; blocks until they have ended.
    package func close() {
        guard
            queue.update({ queue in
                defer { queue.isClosed = true }
                return !queue.isClosed
            })
        else { return }
        for thread in threads { thread.join() }
    }
}
