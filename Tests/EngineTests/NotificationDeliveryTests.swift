import Engine
import Kernel
import Logging
import Store
import Synchronization
import TestSupport
import Testing

/// Sending of events: in order, each until it is taken, and again when nobody noted that it was.
@Suite struct NotificationDeliveryTests {
    /// A receiver that answers as it is told, and then takes everything.
    final class Receiver: NotificationSender {
        private let state: Mutex<(answers: [NotificationFailure?], received: [String])>

        init(_ answers: [NotificationFailure?]) { state = Mutex((answers, [])) }

        var received: [String] { state.withLock { $0.received } }

        func send(_ event: OutgoingEvent) async throws(NotificationFailure) {
            let failure = state.withLock { state in
                state.received.append(event.id)
                return state.answers.isEmpty ? nil : state.answers.removeFirst()
            }
            if let failure { throw failure }
        }
    }

    /// An event store in memory that can forget to note what was sent.
    final class MemoryEvents: EventStore {
        struct Full: Error {}
        private let state: Mutex<(unsent: [KeptEvent], failures: Int)>

        init(_ count: Int, failures: Int = 0) throws {
            let events = (1...count).map { number in
                KeptEvent(
                    ordinal: Int64(number),
                    event: OutgoingEvent(id: "\(number)", account: .standard, time: .epoch, document: []))
            }
            state = Mutex((events, failures))
        }

        func events(of account: AccountID?, after ordinal: Int64, limit: Int) async throws -> [KeptEvent] { [] }
        func newest() async throws -> Int64 { 0 }
        func unsent(limit: Int) async throws -> [KeptEvent] { Array(state.withLock { $0.unsent }.prefix(limit)) }
        func markSent(_ ordinal: Int64) async throws {
            try state.withLock { state in
                if state.failures > 0 {
                    state.failures -= 1
                    throw Full()
                }
                state.unsent.removeAll { $0.ordinal == ordinal }
            }
        }
        func reset(_ account: AccountID?) async throws {}
    }

    /// Runs until everything is sent; answers the waits between.
    private func deliver(_ events: MemoryEvents, to receiver: Receiver) async throws -> [Duration] {
        let waits = Monitor<[Duration]>([])
        let delivery = NotificationDelivery(
            events: events, sender: receiver, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { duration in
            waits.withLock { $0.append(duration) }
            // With nothing left to send the loop would only look again.
            if let unsent = try? await events.unsent(limit: 1), unsent.isEmpty {
                withUnsafeCurrentTask { $0?.cancel() }
            }
        }
        try await delivery.run()
        return waits.withLock { $0 }.dropLast()
    }

    @Test func eventsAreSentInOrderAndOnce() async throws {
        let receiver = Receiver([])
        #expect(try await deliver(MemoryEvents(3), to: receiver).isEmpty)
        #expect(receiver.received == ["1", "2", "3"])
    }

    @Test func anEventIsSentUntilItIsTaken() async throws {
        let receiver = Receiver([.unreachable("down"), .refused(status: 503), .unreachable("down"), nil])
        let waits = try await deliver(MemoryEvents(2), to: receiver)
        #expect(receiver.received == ["1", "1", "1", "1", "2"])
        #expect(waits == [.milliseconds(200), .milliseconds(400), .milliseconds(800)])
    }

    @Test func aReceiverThatIsDownIsWaitedForWithoutEnd() async throws {
        let receiver = Receiver(Array(repeating: .unreachable("down"), count: 40))
        let waits = try await deliver(MemoryEvents(1), to: receiver)
        #expect(receiver.received.count == 41 && waits.max() == .seconds(30))
    }

    @Test func whatIsRefusedTooOftenIsGivenUp() async throws {
        let receiver = Receiver(Array(repeating: .refused(status: 400), count: Limits().notificationAttempts))
        _ = try await deliver(MemoryEvents(2), to: receiver)
        #expect(receiver.received == Array(repeating: "1", count: Limits().notificationAttempts) + ["2"])
    }

    @Test func whatNobodyNotedIsSentAgainWithTheSameID() async throws {
        let receiver = Receiver([])
        _ = try await deliver(MemoryEvents(2, failures: 1), to: receiver)
        #expect(receiver.received == ["1", "1", "2"])
    }
}
