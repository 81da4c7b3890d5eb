// Features that are one job's alone: texts, what a scripted learner is told, and what a training looks at. They are
// kept one behind the other in a file, with a second file that says where each one lies, so that memory does not grow
// with the data set. The files have no names: they are gone with this object, however that ends.

internal import Kernel
internal import Learning
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Features of any size by index.
final class FeatureSpool: FeatureKeeping {
    private let features: OpenFile
    private let places: OpenFile
    /// Where the next features go.
    private let end = Mutex<Int64>(0)

    /// Where features lie: offset + 1 and length, 8 bytes each; 0 and 0 for missing ones, 0 and 1 for unusable ones.
    private static let placeBytes = 16

    /// - Parameter name: of nothing else that begins in the folder at the same time.
    init(folder: String, name: String) throws {
        let files = try ["features", "places"].map { kind in
            let path = "\(folder)/\(kind)-\(name)"
            let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw EngineFailure.unreadable("feature file \(path): errno \(errno)") }
            unlink(path)
            return OpenFile(owning: descriptor)
        }
        features = files[0]
        places = files[1]
    }

    func release() {}

    func slot(of index: Int) -> FeatureSlot {
        switch place(of: index) {
        case (0, 0): .missing
        case (0, _): .unusable
        default: .usable
        }
    }

    /// Contents are not shared: making these features costs less than looking for them.
    func adopt(_ index: Int, _ key: FeatureKey) -> FeatureSlot { slot(of: index) }

    func keep(_ bytes: [UInt8]?, of index: Int, _ key: FeatureKey?) throws {
        var place: [Int64] = [0, 1]
        if let bytes {
            let start = end.withLock { end in
                defer { end += Int64(bytes.count) }
                return end
            }
            try bytes.withUnsafeBytes { try write($0, to: features, at: off_t(start)) }
            place = [start + 1, Int64(bytes.count)]
        }
        try place.withUnsafeBytes { try write($0, to: places, at: off_t(index * Self.placeBytes)) }
    }

    func withFeatures(at index: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws {
        let (start, length) = place(of: index)
        guard start > 0 else { throw EngineFailure.unreadable("features of object \(index)") }
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
            count = max(0, pread(features.descriptor, buffer.baseAddress, Int(length), off_t(start - 1)))
        }
        guard bytes.count == length else { throw EngineFailure.unreadable("features of object \(index)") }
        bytes.withUnsafeBytes(body)
    }

    private func place(of index: Int) -> (start: Int64, length: Int64) {
        var place: [Int64] = [0, 0]
        let count = place.withUnsafeMutableBytes { bytes in
            pread(places.descriptor, bytes.baseAddress, bytes.count, off_t(index * Self.placeBytes))
        }
        return count == Self.placeBytes ? (place[0], place[1]) : (0, 0)
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile, at start: off_t) throws {
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                file.descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, start + off_t(done))
            guard count > 0 else { throw EngineFailure.unreadable("feature file: errno \(errno)") }
            done += count
        }
    }
}
