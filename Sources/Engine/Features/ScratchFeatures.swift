// Features of one run of a training, of any size, in a file without a name: it is gone with the run, however that ends.

internal import Kernel
internal import Learning
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Features by index, kept on disk for as long as this object lives.
final class ScratchFeatures: FeatureSource, Sendable {
    private struct State {
        var places: [Int: (offset: Int64, count: Int)] = [:]
        var end: Int64 = 0
    }

    private let file: OpenFile
    private let state = Mutex(State())

    /// - Parameter name: of nothing else that runs in the folder.
    init(folder: String, name: String) throws {
        let path = "\(folder)/scratch-\(name)"
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw EngineFailure.unreadable("scratch file \(path): errno \(errno)") }
        file = OpenFile(owning: descriptor)
        unlink(path)
    }

    /// Keeps the features of one index; each is kept once.
    func keep(_ features: [UInt8], of index: Int) throws {
        let start = state.withLock { state in
            defer { state.end += Int64(features.count) }
            return state.end
        }
        var done = 0
        while done < features.count {
            let count = features.withUnsafeBytes { bytes in
                pwrite(
                    file.descriptor, bytes.baseAddress.map { $0 + done }, features.count - done,
                    off_t(start) + off_t(done))
            }
            guard count > 0 else { throw EngineFailure.unreadable("scratch file: errno \(errno)") }
            done += count
        }
        state.withLock { $0.places[index] = (start, features.count) }
    }

    func withFeatures(at index: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws {
        guard let place = state.withLock({ $0.places[index] }) else {
            throw EngineFailure.unreadable("there are no features of \(index)")
        }
        let bytes = [UInt8](unsafeUninitializedCapacity: place.count) { buffer, count in
            count = max(0, pread(file.descriptor, buffer.baseAddress, place.count, off_t(place.offset)))
        }
        guard bytes.count == place.count else { throw EngineFailure.unreadable("features of \(index)") }
        bytes.withUnsafeBytes(body)
    }
}
