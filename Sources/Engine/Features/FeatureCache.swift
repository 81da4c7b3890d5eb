// Features of objects' contents on disk, made once and shared by all rounds of a job and by later jobs over the same
// contents, because making them is the expensive part of learning. Files of one folder (`FeatureShelf`), an index in
// memory (`FeatureIndex`, 80 to 160 bytes an object), and for each job a view that keeps pinned what it uses.
//
// The cache is bounded in bytes and in objects. Where that is exceeded, what was not used for longest goes first; what
// a job has pinned never goes, so that jobs at work may take the cache beyond its bounds: it returns to them when they
// release. Nothing here is needed to continue a job. Where the disk fails or is full, features stay in memory within a
// bound of its own, and only beyond that `keep` throws; what cannot be read back is missing and is made again.

package import Kernel
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The cache of a program, opened when a job first asks: a start should not wait for an index that it may not need.
final class LateFeatureCache: Sendable {
    private let folder: String
    private let limits: Limits
    private let cache = Mutex<FeatureCache?>(nil)

    init(folder: String, limits: Limits) {
        self.folder = folder
        self.limits = limits
    }

    var opened: FeatureCache {
        cache.withLock { cache in
            let opened = cache ?? FeatureCache(folder: folder, limits: limits)
            cache = opened
            return opened
        }
    }
}

/// The features in one folder, which must be nobody else's. Safe to use from several threads and jobs at once.
package final class FeatureCache: Sendable {
    private struct Shelf: Sendable {
        /// Nil where the disk does not let us.
        var files: FeatureShelf?
        var index = FeatureIndex()

        var bytes: Int {
            guard let files else { return 0 }
            return index.usable * files.slotBytes + index.unusable * FeatureShelf.recordBytes
        }
        var objects: Int { index.usable + index.unusable }
    }

    private struct State: Sendable {
        var shelves: [Shelf] = []
        /// Places of the shelves, by the names of their files.
        var names: [String: Int] = [:]
        var lastUse: UInt64 = 0
        /// Bytes of features in memory, for want of a disk.
        var reserved = 0
        var trouble: String?
    }

    private let folder: String
    private let limits: Limits
    private let state: Mutex<State>

    /// Opens what is there. A folder that cannot be made or read is a cache without a disk.
    package init(folder: String, limits: Limits = Limits()) {
        self.folder = folder
        self.limits = limits
        var state = State()
        mkdir(folder, 0o700)
        for name in Self.names(in: folder) {
            guard let files = FeatureShelf(existing: "\(folder)/\(name)") else {
                for path in ["\(folder)/\(name).index", "\(folder)/\(name).slots"] { unlink(path) }
                continue
            }
            let index = FeatureIndex(files.records(atMost: 2 * limits.featureCacheObjects))
            guard index.usable + index.unusable > 0 else {
                files.remove()
                continue
            }
            state.lastUse = max(state.lastUse, index.lastUse)
            state.names[name] = state.shelves.count
            state.shelves.append(Shelf(files: files, index: index))
        }
        Self.shrink(&state, limits, claiming: nil)
        self.state = Mutex(state)
    }

    /// The names of the pairs of files in a folder, in their order.
    private static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names = Set<String>()
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            if parts.count == 2, parts[0].utf8.count == 16, ["index", "slots"].contains(parts[1]) {
                names.insert(String(parts[0]))
            }
        }
        return names.sorted()
    }

    /// A job's view of the features that one extractor makes.
    package func features(of extractor: String, bytesPerObject: Int) -> JobFeatures {
        precondition(bytesPerObject > 0, "features have a size")
        let name = FeatureShelf.name(extractor, bytesPerObject)
        let shelf = state.withLock { state in
            if let known = state.names[name] { return known }
            var shelf = Shelf()
            do throws(FeatureShelf.Failure) {
                shelf.files = try FeatureShelf(folder: folder, extractor: extractor, bytesPerObject: bytesPerObject)
            } catch { state.trouble = error.description }
            state.names[name] = state.shelves.count
            state.shelves.append(shelf)
            return state.shelves.count - 1
        }
        return JobFeatures(cache: self, shelf: shelf, extractor: extractor, bytesPerObject: bytesPerObject)
    }

    /// What the cache holds on disk, without what is being written.
    package var size: (objects: Int, bytes: Int) {
        state.withLock { state in
            (state.shelves.reduce(0) { $0 + $1.objects }, state.shelves.reduce(0) { $0 + $1.bytes })
        }
    }

    /// The last failure of the disk, in words; nil where it never failed.
    package var trouble: String? { state.withLock(\.trouble) }

    // MARK: For the views

    /// A slot that is pinned for the caller.
    struct Pinned: Hashable, Sendable {
        var slot: Int32
        /// Nil where there are no features, only the mark.
        var checksum: UInt32?
    }

    /// Pins what is kept under a key; nil where nothing is, or not what was kept.
    func pin(_ key: FeatureKey, on shelf: Int) -> Pinned? {
        let found = state.withLock { state -> (Int32, FeatureRecord, FeatureShelf, Bool)? in
            guard let files = state.shelves[shelf].files, let slot = state.shelves[shelf].index.slot(of: key) else {
                return nil
            }
            state.lastUse += 1
            state.shelves[shelf].index.pin(slot, lastUse: state.lastUse)
            guard let record = state.shelves[shelf].index.record(of: slot) else { return nil }
            return (slot, record, files, state.shelves[shelf].index.isVerified(slot))
        }
        guard let (slot, record, files, isVerified) = found else { return nil }
        if !isVerified, let checksum = record.checksum {
            guard files.features(in: slot, checksum) != nil else {
                forget(slot, checksum, on: shelf)
                unpin([slot], on: shelf)
                return nil
            }
            state.withLock { $0.shelves[shelf].index.setVerified(slot) }
        }
        // The order of use outlives a restart where it can; the features do not depend on it.
        try? files.write(record, to: slot)
        return Pinned(slot: slot, checksum: record.checksum)
    }

    /// Writes features, or the mark that there are none; nil where the disk does not take them.
    func keep(_ features: [UInt8]?, under key: FeatureKey, on shelf: Int) -> Pinned? {
        if let known = pin(key, on: shelf) { return known }
        let checksum = features.map { FeatureShelf.checksum($0[...]) }
        // A full disk gets some room by what goes first, which also leaves slots that have theirs already.
        for attempt in 0..<3 {
            let claimed = state.withLock { state -> (Int32, UInt64, FeatureShelf)? in
                guard let files = state.shelves[shelf].files else { return nil }
                Self.shrink(&state, limits, claiming: shelf)
                state.lastUse += 1
                return (state.shelves[shelf].index.claim(), state.lastUse, files)
            }
            guard let (slot, lastUse, files) = claimed else { return nil }
            let record = FeatureRecord(key: key, checksum: checksum, lastUse: lastUse)
            do throws(FeatureShelf.Failure) {
                if let features { try files.write(features, to: slot) }
                try files.write(record, to: slot)
                return publish(record, in: slot, on: shelf)
            } catch {
                state.withLock { state in
                    state.trouble = error.description
                    state.shelves[shelf].index.abandon(slot)
                    if error.isFull { Self.evict(16 << attempt, &state) }
                }
                guard error.isFull else { return nil }
            }
        }
        return nil
    }

    /// Makes a written slot known, unless another thread was quicker with the same key.
    private func publish(_ record: FeatureRecord, in slot: Int32, on shelf: Int) -> Pinned {
        state.withLock { state in
            if let other = state.shelves[shelf].index.slot(of: record.key),
                let known = state.shelves[shelf].index.record(of: other)
            {
                state.shelves[shelf].files?.discard(slot)
                state.shelves[shelf].index.abandon(slot)
                state.shelves[shelf].index.pin(other, lastUse: record.lastUse)
                return Pinned(slot: other, checksum: known.checksum)
            }
            state.shelves[shelf].index.publish(slot, record)
            return Pinned(slot: slot, checksum: record.checksum)
        }
    }

    /// The features in a pinned slot; nil where they are damaged, and then the slot is used no more. A slot that was
    /// let go of meanwhile may be another's: its checksum is another, too.
    func features(in pinned: Pinned, on shelf: Int) -> [UInt8]? {
        guard let files = state.withLock({ $0.shelves[shelf].files }), let checksum = pinned.checksum else {
            return nil
        }
        if let features = files.features(in: pinned.slot, checksum) { return features }
        forget(pinned.slot, checksum, on: shelf)
        return nil
    }

    private func forget(_ slot: Int32, _ checksum: UInt32, on shelf: Int) {
        state.withLock { state in
            guard state.shelves[shelf].index.record(of: slot)?.checksum == checksum else { return }
            state.shelves[shelf].files?.discard(slot)
            state.shelves[shelf].index.forget(slot)
        }
    }

    /// Ends the caller's hold on slots, and returns to the bounds.
    func unpin(_ slots: [Int32], on shelf: Int) {
        state.withLock { state in
            for slot in slots { state.shelves[shelf].index.unpin(slot) }
            Self.shrink(&state, limits, claiming: nil)
        }
    }

    /// Whether features that the disk does not take may stay in memory.
    func reserve(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.reserved + bytes <= limits.featureReserveBytes else { return false }
            state.reserved += bytes
            return true
        }
    }

    func returnReserve(_ bytes: Int) { state.withLock { $0.reserved -= bytes } }

    // MARK: Bounds

    /// Evicts until the bounds hold, with room for one object more on a shelf that is to get one. The slot that
    /// such a shelf gives up last is the one it gets next: it keeps its place on the disk.
    private static func shrink(_ state: inout State, _ limits: Limits, claiming shelf: Int?) {
        let more = shelf.flatMap { state.shelves[$0].files?.slotBytes } ?? 0
        var bytes = state.shelves.reduce(more) { $0 + $1.bytes }
        var objects = state.shelves.reduce(shelf == nil ? 0 : 1) { $0 + $1.objects }
        var spared: Int32?
        while bytes > limits.featureCacheBytes || objects > limits.featureCacheObjects {
            guard let (victim, slot) = oldest(state) else { return }
            let before = state.shelves[victim].bytes
            state.shelves[victim].index.evict(slot)
            bytes -= before - state.shelves[victim].bytes
            objects -= 1
            guard victim == shelf else {
                state.shelves[victim].files?.discard(slot)
                continue
            }
            if let spared { state.shelves[victim].files?.discard(spared) }
            spared = slot
        }
    }

    private static func evict(_ count: Int, _ state: inout State) {
        for _ in 0..<count {
            guard let (victim, slot) = oldest(state) else { return }
            state.shelves[victim].index.evict(slot)
            state.shelves[victim].files?.discard(slot)
        }
    }

    private static func oldest(_ state: State) -> (shelf: Int, slot: Int32)? {
        var first: (shelf: Int, slot: Int32, lastUse: UInt64)?
        for (place, shelf) in state.shelves.enumerated() {
            guard let next = shelf.index.next, next.record.lastUse < first?.lastUse ?? .max else { continue }
            first = (place, next.slot, next.record.lastUse)
        }
        return first.map { ($0.shelf, $0.slot) }
    }
}
