// The seam of what others are told: events that are kept in the transaction of the change they tell of, listed, and
// sent to whoever wants them. What stands in an event is the business of whoever writes it.

package import Kernel

/// Events in the order in which they came about.
package protocol EventStore: Sendable {
    /// Events of an account, or of all, behind an ordinal; oldest first.
    func events(of account: AccountID?, after ordinal: Int64, limit: Int) async throws -> [KeptEvent]
    /// The highest ordinal that has been given; 0 before the first.
    func newest() async throws -> Int64
    /// Events that are still to be sent; oldest first.
    func unsent(limit: Int) async throws -> [KeptEvent]
    /// Notes that an event was sent, or that sending it was given up.
    func markSent(_ ordinal: Int64) async throws
    /// Forgets the events of one account, or all.
    func reset(_ account: AccountID?) async throws
}

/// An event for one receiver.
package struct OutgoingEvent: Hashable, Sendable {
    /// Receivers know a repetition by it.
    package var id: String
    /// Whose bucket or job it tells of.
    package var account: AccountID
    /// Server time of what it tells of.
    package var time: Instant
    /// Nil is EventBridge; otherwise the ARN of a topic, queue or function.
    package var target: String?
    /// What the receiver gets: a JSON document.
    package var document: [UInt8]
    /// Whether the service is documented to send it; what it does not say stands beside what it says.
    package var isDocumented: Bool

    package init(
        id: String, account: AccountID, time: Instant, target: String? = nil, document: [UInt8],
        isDocumented: Bool = true
    ) {
        self.isDocumented = isDocumented
        self.id = id
        self.account = account
        self.time = time
        self.target = target
        self.document = document
    }
}

/// An event as it was kept.
package struct KeptEvent: Hashable, Sendable {
    /// Rises with every event, and is given once.
    package var ordinal: Int64
    /// What was kept.
    package var event: OutgoingEvent

    package init(ordinal: Int64, event: OutgoingEvent) {
        self.ordinal = ordinal
        self.event = event
    }
}

// MARK: Changes that are told of

/// Makes the events of a change, inside its transaction: only there it is known which version came about.
package struct ChangeAnnouncer: Sendable {
    /// `ordinal` rises from change to change. Runs on the writer's thread: it must neither wait nor fail.
    package typealias Make = @Sendable (_ change: AnnouncedChange, _ ordinal: Int64) -> [OutgoingEvent]
    let make: Make

    package init(_ make: @escaping Make) { self.make = make }
}

/// What a change did to one object, or to a bucket's configuration.
package struct AnnouncedChange: Hashable, Sendable {
    /// Empty where the change is to the bucket.
    package var key = ""
    /// Of the object that was written or changed; of a removed one what it was.
    package var etag: String?, size: Int64?
    /// Nil is the null version.
    package var version: String?
    /// Whether a delete marker came about instead of a removal.
    package var isDeleteMarker = false
}
