// Features of a job's images, kept on disk as they are made, because making them is the expensive part of learning.
// One file per job and extractor, one slot of fixed size per object. A slot is written body first, header last, and its
// header carries a checksum: what a crash has torn is made again. Nothing here is needed to continue a job.

internal import Digests
internal import Kernel
internal import Learning

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Whether features of an object are kept.
enum FeatureSlot: Hashable {
    case missing, usable
    /// The object cannot be read; nothing is to be learned or said of it.
    case unusable
}

/// Features of one job's objects under one extractor, made once and read many times, by several threads at once.
protocol FeatureKeeping: FeatureSource, Sendable {
    var extractor: String { get }
    func slot(of index: Int) -> FeatureSlot
    /// Keeps features, or that there are none.
    func keep(_ features: [UInt8]?, of index: Int) throws
    /// The job has ended; nothing is read any more.
    func release()
}

/// Features of one size.
final class FeatureStore: FeatureKeeping {
    let extractor: String
    private let file: OpenFile
    private let path: String
    private let bytesPerObject: Int

    /// Marker (4 bytes) and CRC32C of the features (4 bytes).
    private static let headerBytes = 8
    private static let usable: UInt32 = 0x4757_0001
    /// The object cannot be read as an image; nothing is to be learned or said of it.
    private static let unusable: UInt32 = 0x4757_0002

    init(folder: String, job: String, extractor: String, bytesPerObject: Int) throws {
        self.extractor = extractor
        self.bytesPerObject = bytesPerObject
        path = "\(folder)/features-\(job)-\(Self.checksum(Array(extractor.utf8)))"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw EngineFailure.unreadable("feature file \(path): errno \(errno)") }
        file = OpenFile(owning: descriptor)
    }

    func release() { unlink(path) }

    func slot(of index: Int) -> FeatureSlot {
        var header = [UInt32](repeating: 0, count: 2)
        let count = header.withUnsafeMutableBytes { pread(file.descriptor, $0.baseAddress, $0.count, offset(index)) }
        guard count == Self.headerBytes else { return .missing }
        switch header[0] {
        case Self.usable: return .usable
        case Self.unusable: return .unusable
        default: return .missing
        }
    }

    /// Keeps features, or that there are none.
    func keep(_ features: [UInt8]?, of index: Int) throws {
        if let features {
            precondition(features.count == bytesPerObject, "features have a fixed size")
            try write(features, at: offset(index) + off_t(Self.headerBytes))
        }
        let header = [features == nil ? Self.unusable : Self.usable, features.map(Self.checksum) ?? 0]
        try header.withUnsafeBytes { try write(Array($0), at: offset(index)) }
    }

    func withFeatures(at index: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws {
        let size = Self.headerBytes + bytesPerObject
        let slot = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = max(0, pread(file.descriptor, buffer.baseAddress, size, offset(index)))
        }
        try slot.withUnsafeBytes { bytes in
            guard bytes.count == size, bytes.loadUnaligned(as: UInt32.self) == Self.usable else {
                throw EngineFailure.unreadable("features of object \(index)")
            }
            body(UnsafeRawBufferPointer(rebasing: bytes[Self.headerBytes...]))
        }
    }

    /// Whether a slot's bytes are the ones that were kept; looked at once, when a job is taken up again.
    func isIntact(_ index: Int) -> Bool {
        var isEqual = false
        var header = [UInt32](repeating: 0, count: 2)
        _ = header.withUnsafeMutableBytes { pread(file.descriptor, $0.baseAddress, $0.count, offset(index)) }
        try? withFeatures(at: index) { isEqual = Self.checksum(Array($0)) == header[1] }
        return isEqual
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var digest = CyclicDigest(.crc32C)
        digest.update(bytes)
        return UInt32(truncatingIfNeeded: digest.value)
    }

    private func offset(_ index: Int) -> off_t { off_t(index) * off_t(Self.headerBytes + bytesPerObject) }

    private func write(_ bytes: [UInt8], at start: off_t) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(file.descriptor, buffer.baseAddress.map { $0 + done }, bytes.count - done, start + off_t(done))
            }
            guard count > 0 else { throw EngineFailure.unreadable("feature file \(path): errno \(errno)") }
            done += count
        }
    }
}
