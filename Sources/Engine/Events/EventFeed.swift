// Streams of the events that are kept, for whoever follows them. One task serves all of them: it sleeps until a commit
// has brought events or a client has taken what it was handed, then reads for each stream that waits what that has not
// had yet. A client that is slow holds up nobody, because nothing is read for it until it asks again.

package import Kernel
package import Logging
internal import ServiceLifecycle
package import Store
internal import Synchronization

/// Hands out the events of a store for as long as it runs.
package final class EventFeed: Service {
    /// How often a stream that has nothing to say shows that it is still there.
    private static let beat = Duration.seconds(15)

    private struct State {
        var streams: [UInt64: EventStream] = [:]
        var opened: UInt64 = 0
        var hasEnded = false
    }

    private let events: any EventStore
    private let limits: Limits
    private let logger: Logger
    private let wait: @Sendable (Duration) async -> Void
    private let state = Mutex(State())
    private let bell = Bell()

    /// - Parameter wait: between beats, and after an error; returns early when the task is cancelled.
    package init(
        events: any EventStore, limits: Limits = Limits(), logger: Logger,
        wait: @escaping @Sendable (Duration) async -> Void = { await pause($0) }
    ) {
        self.events = events
        self.limits = limits
        self.logger = logger
        self.wait = wait
    }

    /// To be called when events have come.
    package func wake() { bell.ring() }

    /// A stream of an account's events, or of all, behind an ordinal. Nil where there are too many, or at the end.
    /// - Parameter shown: an event as it stands in the stream.
    package func open(
        of account: AccountID?, after ordinal: Int64, _ shown: @escaping EventStream.Form
    ) -> EventStream? {
        state.withLock { state in
            guard !state.hasEnded, state.streams.count < limits.eventStreams else { return nil }
            state.opened += 1
            let number = state.opened
            let stream = EventStream(
                of: account, after: ordinal, shown, whenWaiting: { [weak self] in self?.wake() },
                whenCancelled: { [weak self] in self?.forget(number) })
            state.streams[number] = stream
            return stream
        }
    }

    /// Runs until the group shuts down; then all streams end.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.beat() }
                group.addTask { await self.serve() }
            }
        }
        let streams = state.withLock { state in
            state.hasEnded = true
            defer { state.streams = [:] }
            return Array(state.streams.values)
        }
        for stream in streams { stream.end() }
    }

    private func forget(_ number: UInt64) { state.withLock { $0.streams[number] = nil } }

    private var streams: [EventStream] { state.withLock { Array($0.streams.values) } }

    private func beat() async {
        while !Task.isCancelled {
            await wait(Self.beat)
            for stream in streams { stream.beat() }
        }
    }

    private func serve() async {
        while !Task.isCancelled {
            await bell.wait()
            let waiting = streams.filter(\.isWaiting)
            if waiting.isEmpty { continue }
            do { try await serve(waiting) } catch {
                logger.error("Events could not be read for a stream", metadata: ["error": "\(error)"])
                await wait(.seconds(1))
                bell.ring()
            }
        }
    }

    private func serve(_ waiting: [EventStream]) async throws {
        let newest = try await events.newest()
        for stream in waiting {
            let position = stream.position
            guard position < newest else { continue }
            let page = try await events.events(of: stream.account, after: position, limit: limits.eventStreamPage)
            // A page that is not full holds all there were when `newest` was asked for.
            let end = page.count < limits.eventStreamPage ? max(newest, page.last?.ordinal ?? 0) : nil
            stream.take(page, upTo: end ?? page.last?.ordinal ?? newest)
        }
    }
}
