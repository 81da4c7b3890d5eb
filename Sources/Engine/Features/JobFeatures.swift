// A job's view of the cached features: objects by their place in the manifest. What it has looked at stays pinned, so
// that it is there until the job lets go of it.

internal import Learning
internal import Synchronization

/// The features of one job's objects under one extractor. Safe to use from several threads at once.
package final class JobFeatures: FeatureKeeping {
    /// Whose features they are.
    package let extractor: String
    /// Size of the features of one object.
    package let bytesPerObject: Int

    private enum Place: Sendable {
        case pinned(FeatureCache.Pinned)
        /// The disk did not take them.
        case memory([UInt8])
        case unusable

        var slot: FeatureSlot {
            switch self {
            case .pinned(let pinned): pinned.checksum == nil ? .unusable : .usable
            case .memory: .usable
            case .unusable: .unusable
            }
        }
    }

    private let cache: FeatureCache
    private let shelf: Int
    private let places = Mutex<[Int: Place]>([:])

    init(cache: FeatureCache, shelf: Int, extractor: String, bytesPerObject: Int) {
        self.cache = cache
        self.shelf = shelf
        self.extractor = extractor
        self.bytesPerObject = bytesPerObject
    }

    deinit { release() }

    /// What this view holds of an object. What others have kept of the same content is `missing` until adopted.
    package func slot(of index: Int) -> FeatureSlot { places.withLock { $0[index]?.slot } ?? .missing }

    /// Takes over what is kept of a content, by this job before a restart or by another one; `missing` where that is
    /// nothing. What this view holds of the object already stays.
    package func adopt(_ index: Int, _ key: FeatureKey) -> FeatureSlot {
        let held = slot(of: index)
        guard held == .missing, let pinned = cache.pin(key, on: shelf) else { return held }
        return hold(.pinned(pinned), at: index)
    }

    /// Keeps the features of a content, or with nil that there are none. What this view holds of the object already
    /// stays.
    ///
    /// Throws only where neither the disk takes them nor the bounded memory beside it.
    package func keep(_ features: [UInt8]?, of index: Int, _ key: FeatureKey?) throws {
        if let features { precondition(features.count == bytesPerObject, "features have a fixed size") }
        guard slot(of: index) == .missing else { return }
        if let key, let pinned = cache.keep(features, under: key, on: shelf) {
            hold(.pinned(pinned), at: index)
        } else if let features {
            guard cache.reserve(features.count) else {
                throw EngineFailure.unreadable("features of object \(index): \(cache.trouble ?? "no room for them")")
            }
            hold(.memory(features), at: index)
        } else {
            hold(.unusable, at: index)
        }
    }

    package func withFeatures(at index: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws {
        switch places.withLock({ $0[index] }) {
        case .memory(let features): features.withUnsafeBytes(body)
        case .pinned(let pinned) where pinned.checksum != nil:
            guard let features = cache.features(in: pinned, on: shelf) else {
                // They are made again.
                release([index])
                throw EngineFailure.unreadable("features of object \(index)")
            }
            features.withUnsafeBytes(body)
        case .pinned, .unusable, nil: throw EngineFailure.unreadable("features of object \(index)")
        }
    }

    /// Lets go of some objects, which are `missing` then; they stay in the cache for as long as it has room.
    package func release(_ indices: some Sequence<Int>) {
        let dropped = places.withLock { places in indices.compactMap { places.removeValue(forKey: $0) } }
        drop(dropped)
    }

    /// Lets go of everything, at the end of the job or of the view.
    package func release() {
        let dropped = places.withLock { places in
            defer { places = [:] }
            return places.sorted { $0.key < $1.key }.map(\.value)
        }
        drop(dropped)
    }

    /// The first of two threads that hold the same object counts.
    @discardableResult
    private func hold(_ place: Place, at index: Int) -> FeatureSlot {
        let (held, surplus) = places.withLock { places in
            if let known = places[index] { return (known.slot, [place]) }
            places[index] = place
            return (place.slot, [])
        }
        drop(surplus)
        return held
    }

    private func drop(_ places: [Place]) {
        var slots: [Int32] = [], bytes = 0
        for place in places {
            switch place {
            case .pinned(let pinned): slots.append(pinned.slot)
            case .memory(let features): bytes += features.count
            case .unusable: break
            }
        }
        if !slots.isEmpty { cache.unpin(slots, on: shelf) }
        if bytes > 0 { cache.returnReserve(bytes) }
    }
}
