// Which features lie in which slot of one extractor's files, and which go first when room is wanted. A value without
// files; `FeatureCache` keeps one for each extractor, under its lock.
//
//  slot       claimed by           becomes
//  free       claim                reserved: being written, known to nobody
//  reserved   publish | abandon    live and pinned | free
//  live       evict                free; only where nobody has it pinned
//  live       forget               gone: under no key any more, and free with its last pin

internal import Digests

/// What features were made of: a content, wherever it lies.
package struct FeatureKey: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    /// The key of an object's content.
    package init(eTag: String, size: Int64) {
        let digest = SHA256Digest.of(Array("\(size) \(eTag)".utf8))
        (high, low) = digest.withUnsafeBytes {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// What is known of a slot: also what is written of it.
struct FeatureRecord: Hashable, Sendable {
    var key: FeatureKey
    /// CRC32C of the features; nil where the content cannot be read, so that there are none.
    var checksum: UInt32?
    /// Grows with every use of any slot: the smallest goes first.
    var lastUse: UInt64
}

/// The slots of one extractor.
struct FeatureIndex: Sendable {
    private struct Place: Sendable {
        var record: FeatureRecord?
        /// -1 where the slot is gone but still pinned by one, -2 by two, and so on.
        var pins: Int32 = 0
        var isVerified = false
        /// Neighbours in the order of use; -1 at its ends. Of no meaning where the slot is pinned.
        var older: Int32 = -1
        var newer: Int32 = -1
    }

    private var places: [Place] = []
    private var slots: [FeatureKey: Int32] = [:]
    private var free: [Int32] = []
    /// The unpinned slot that was not used for longest, and the one that was used last; -1 where there is none.
    private var oldest: Int32 = -1
    private var newest: Int32 = -1
    /// Live slots that hold features, and those that hold a mark only.
    private(set) var usable = 0
    private(set) var unusable = 0

    init() {}

    /// What a start finds in the files. Of two slots with one key the one used last counts.
    init(_ records: [FeatureRecord?]) {
        places = records.map { Place(record: $0) }
        for (slot, record) in records.enumerated() {
            guard let record else { continue }
            if let other = slots[record.key], let known = places[Int(other)].record {
                let loser = known.lastUse > record.lastUse ? slot : Int(other)
                places[loser].record = nil
                if loser == slot { continue }
            }
            slots[record.key] = Int32(slot)
        }
        let live = slots.values.sorted { left, right in
            (places[Int(left)].record?.lastUse ?? 0, left) < (places[Int(right)].record?.lastUse ?? 0, right)
        }
        for slot in live {
            count(slot, 1)
            link(slot)
        }
        free = places.indices.reversed().filter { places[$0].record == nil }.map { Int32($0) }
    }

    /// The slot that goes first, with its record; nil where every one is pinned.
    var next: (slot: Int32, record: FeatureRecord)? {
        guard oldest >= 0, let record = places[Int(oldest)].record else { return nil }
        return (oldest, record)
    }

    /// Largest use of any slot.
    var lastUse: UInt64 { places.reduce(0) { max($0, $1.record?.lastUse ?? 0) } }

    func slot(of key: FeatureKey) -> Int32? { slots[key] }

    func record(of slot: Int32) -> FeatureRecord? { places[Int(slot)].record }

    /// Whether the features have been compared with their checksum by this process.
    func isVerified(_ slot: Int32) -> Bool { places[Int(slot)].isVerified }

    mutating func setVerified(_ slot: Int32) { places[Int(slot)].isVerified = true }

    // MARK: Slots

    mutating func claim() -> Int32 {
        if let slot = free.popLast() { return slot }
        places.append(Place())
        return Int32(places.count - 1)
    }

    mutating func abandon(_ slot: Int32) { free.append(slot) }

    /// Makes a reserved slot live, pinned once. There must be none with its key.
    mutating func publish(_ slot: Int32, _ record: FeatureRecord) {
        precondition(slots[record.key] == nil && places[Int(slot)].record == nil, "the slot is reserved for a new key")
        places[Int(slot)] = Place(record: record, pins: 1, isVerified: true)
        slots[record.key] = slot
        count(slot, 1)
    }

    mutating func pin(_ slot: Int32, lastUse: UInt64) {
        if places[Int(slot)].pins == 0 { unlink(slot) }
        places[Int(slot)].pins += 1
        places[Int(slot)].record?.lastUse = lastUse
    }

    mutating func unpin(_ slot: Int32) {
        precondition(places[Int(slot)].pins != 0, "the slot is pinned")
        if places[Int(slot)].pins > 0 {
            places[Int(slot)].pins -= 1
            if places[Int(slot)].pins == 0 { link(slot) }
        } else {
            places[Int(slot)].pins += 1
            if places[Int(slot)].pins == 0 { free.append(slot) }
        }
    }

    /// Empties an unpinned slot.
    mutating func evict(_ slot: Int32) {
        guard let record = places[Int(slot)].record else { return }
        precondition(places[Int(slot)].pins == 0, "nobody has the slot pinned")
        unlink(slot)
        count(slot, -1)
        slots[record.key] = nil
        places[Int(slot)] = Place()
        free.append(slot)
    }

    /// Takes a pinned slot whose features are damaged out of use.
    mutating func forget(_ slot: Int32) {
        guard let record = places[Int(slot)].record, places[Int(slot)].pins > 0 else { return }
        count(slot, -1)
        slots[record.key] = nil
        places[Int(slot)].record = nil
        places[Int(slot)].pins.negate()
    }

    private mutating func count(_ slot: Int32, _ change: Int) {
        if places[Int(slot)].record?.checksum == nil { unusable += change } else { usable += change }
    }

    // MARK: Order of use

    private mutating func link(_ slot: Int32) {
        places[Int(slot)].older = newest
        places[Int(slot)].newer = -1
        if newest >= 0 { places[Int(newest)].newer = slot } else { oldest = slot }
        newest = slot
    }

    private mutating func unlink(_ slot: Int32) {
        let place = places[Int(slot)]
        if place.older >= 0 { places[Int(place.older)].newer = place.newer } else { oldest = place.newer }
        if place.newer >= 0 { places[Int(place.newer)].older = place.older } else { newest = place.older }
    }
}
