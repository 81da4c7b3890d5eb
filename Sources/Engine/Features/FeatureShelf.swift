// The two files of one extractor's features. NAME.slots holds features, all of one size, slot after slot; NAME.index
// holds a head that says whose they are, and one record per slot. A slot is written features first, record last, and
// the record carries checksums of both: what a crash has torn is made again. Numbers are little-endian.
//
//  head (64 bytes)    magic 8, bytes per object 8, SHA-256 of the extractor's identifier 32, zero 12, CRC32C 4
//  record (40 bytes)  CRC32C of what follows 4, mark 4, key 16, last use 8, CRC32C of the features 4, zero 4

internal import Digests
internal import Kernel

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// An open pair of files.
final class FeatureShelf: Sendable {
    let bytesPerObject: Int
    /// What one slot takes of the disk at most.
    var slotBytes: Int { bytesPerObject + Self.recordBytes }

    private let index: OpenFile
    private let slots: OpenFile
    private let paths: [String]

    static let recordBytes = 40
    private static let mostBytesPerObject: UInt64 = 1 << 30
    private static let headBytes = 64
    private static let magic = Array("GWFEAT1\n".utf8)
    private static let usable: UInt32 = 1
    private static let unusable: UInt32 = 2

    /// An operation on a file that failed.
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let code: Int32

        var isFull: Bool { code == ENOSPC || code == EDQUOT }
        var description: String { "\(path): \(String(cString: strerror(code)))" }
    }

    /// The name of an extractor's files.
    static func name(_ extractor: String, _ bytesPerObject: Int) -> String {
        Hex.text(Array(SHA256Digest.of(Array("\(bytesPerObject) \(extractor)".utf8)).prefix(8)))
    }

    /// Opens an extractor's files; makes them where they are missing or another's.
    convenience init(folder: String, extractor: String, bytesPerObject: Int) throws(Failure) {
        let path = "\(folder)/\(Self.name(extractor, bytesPerObject))"
        try self.init(path: path, bytesPerObject: bytesPerObject)
        let head = Self.head(extractor, bytesPerObject)
        if Self.read(index, Self.headBytes, at: 0) == head { return }
        guard ftruncate(index.descriptor, 0) == 0 else { throw Failure(path: paths[0], code: errno) }
        _ = ftruncate(slots.descriptor, 0)
        try write(head, to: index, paths[0], at: 0)
    }

    /// Opens files that are there, whoever's they are; nil where they are nobody's.
    convenience init?(existing path: String) {
        guard let file = try? Self.open(path + ".index", O_RDONLY),
            let head = Self.read(file, Self.headBytes, at: 0), head.starts(with: Self.magic),
            Self.checksum(head[..<60]) == head.withUnsafeBytes({ Self.number($0, at: 60) }) as UInt32
        else { return nil }
        let size: UInt64 = head.withUnsafeBytes { Self.number($0, at: 8) }
        guard size > 0, size <= Self.mostBytesPerObject else { return nil }
        try? self.init(path: path, bytesPerObject: Int(size))
    }

    private init(path: String, bytesPerObject: Int) throws(Failure) {
        self.bytesPerObject = bytesPerObject
        paths = [path + ".index", path + ".slots"]
        index = try Self.open(paths[0], O_RDWR | O_CREAT)
        slots = try Self.open(paths[1], O_RDWR | O_CREAT)
    }

    /// Deletes the files; the shelf is of no use afterwards.
    func remove() { for path in paths { unlink(path) } }

    // MARK: Records

    /// The records of all slots, of at most so many; nil for those that are empty or torn.
    func records(atMost most: Int) -> [FeatureRecord?] {
        let end = Int(max(0, lseek(index.descriptor, 0, SEEK_END))) - Self.headBytes
        let count = min(most, end / Self.recordBytes)
        guard count > 0, let bytes = Self.read(index, count * Self.recordBytes, at: off_t(Self.headBytes)) else {
            return []
        }
        return bytes.withUnsafeBytes { bytes in
            (0..<count).map { Self.record(UnsafeRawBufferPointer(rebasing: bytes[($0 * Self.recordBytes)...])) }
        }
    }

    private static func record(_ bytes: UnsafeRawBufferPointer) -> FeatureRecord? {
        let mark: UInt32 = number(bytes, at: 4)
        guard mark == usable || mark == unusable,
            checksum(UnsafeRawBufferPointer(rebasing: bytes[4..<recordBytes])) == number(bytes, at: 0) as UInt32
        else { return nil }
        return FeatureRecord(
            key: FeatureKey(high: number(bytes, at: 8), low: number(bytes, at: 16)),
            checksum: mark == usable ? number(bytes, at: 32) : nil, lastUse: number(bytes, at: 24))
    }

    func write(_ record: FeatureRecord, to slot: Int32) throws(Failure) {
        var bytes = [UInt8](repeating: 0, count: Self.recordBytes)
        Self.put(record.checksum == nil ? Self.unusable : Self.usable, in: &bytes, at: 4)
        Self.put(record.key.high, in: &bytes, at: 8)
        Self.put(record.key.low, in: &bytes, at: 16)
        Self.put(record.lastUse, in: &bytes, at: 24)
        Self.put(record.checksum ?? 0, in: &bytes, at: 32)
        Self.put(Self.checksum(bytes[4...]), in: &bytes, at: 0)
        try write(bytes, to: index, paths[0], at: recordOffset(slot))
    }

    /// Empties a slot and gives its room back to the disk, where that can be done.
    func discard(_ slot: Int32) {
        try? write([UInt8](repeating: 0, count: Self.recordBytes), to: index, paths[0], at: recordOffset(slot))
        let page = off_t(sysconf(Int32(_SC_PAGESIZE))), end = (slotOffset(slot) + off_t(bytesPerObject)) / page * page
        let start = (slotOffset(slot) + page - 1) / page * page
        guard start < end else { return }
        let pages = mmap(nil, Int(end - start), PROT_READ | PROT_WRITE, MAP_SHARED, slots.descriptor, start)
        guard let pages, pages != MAP_FAILED else { return }
        // On Linux a hole in the file; where the file system has no holes, nothing.
        madvise(pages, Int(end - start), MADV_REMOVE)
        munmap(pages, Int(end - start))
    }

    // MARK: Features

    func write(_ features: [UInt8], to slot: Int32) throws(Failure) {
        try write(features, to: slots, paths[1], at: slotOffset(slot))
    }

    /// The features in a slot; nil where they are not the ones that the checksum is of.
    func features(in slot: Int32, _ checksum: UInt32) -> [UInt8]? {
        guard let bytes = Self.read(slots, bytesPerObject, at: slotOffset(slot)), Self.checksum(bytes[...]) == checksum
        else { return nil }
        return bytes
    }

    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.withUnsafeBytes { checksum($0) } }

    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var digest = CyclicDigest(.crc32C)
        digest.update(bytes)
        return UInt32(truncatingIfNeeded: digest.value)
    }

    // MARK: Files

    private func recordOffset(_ slot: Int32) -> off_t { off_t(Self.headBytes) + off_t(slot) * off_t(Self.recordBytes) }
    private func slotOffset(_ slot: Int32) -> off_t { off_t(slot) * off_t(bytesPerObject) }

    private static func head(_ extractor: String, _ bytesPerObject: Int) -> [UInt8] {
        var head = magic + [UInt8](repeating: 0, count: headBytes - magic.count)
        put(UInt64(bytesPerObject), in: &head, at: 8)
        head.replaceSubrange(16..<48, with: SHA256Digest.of(Array(extractor.utf8)))
        put(checksum(head[..<60]), in: &head, at: 60)
        return head
    }

    private static func open(_ path: String, _ mode: Int32) throws(Failure) -> OpenFile {
        #if canImport(Glibc)
            let descriptor = Glibc.open(path, mode | O_CLOEXEC, 0o600)
        #else
            let descriptor = Musl.open(path, mode | O_CLOEXEC, 0o600)
        #endif
        guard descriptor >= 0 else { throw Failure(path: path, code: errno) }
        return OpenFile(owning: descriptor)
    }

    /// Exactly so many bytes; nil where the file has fewer.
    private static func read(_ file: OpenFile, _ count: Int, at start: off_t) -> [UInt8]? {
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                let read = pread(
                    file.descriptor, buffer.baseAddress.map { $0 + initialized }, count - initialized,
                    start + off_t(initialized))
                if read < 0, errno == EINTR { continue }
                guard read > 0 else { return }
                initialized += read
            }
            isWhole = true
        }
        return isWhole ? bytes : nil
    }

    private func write(_ bytes: [UInt8], to file: OpenFile, _ path: String, at start: off_t) throws(Failure) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                pwrite(file.descriptor, buffer.baseAddress.map { $0 + done }, bytes.count - done, start + off_t(done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(path: path, code: count < 0 ? errno : ENOSPC) }
            done += count
        }
    }

    private static func number<Number: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, at start: Int
    ) -> Number {
        Number(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: Number.self))
    }

    private static func put<Number: FixedWidthInteger>(_ value: Number, in bytes: inout [UInt8], at start: Int) {
        withUnsafeBytes(of: value.littleEndian) { bytes.replaceSubrange(start..<start + $0.count, with: $0) }
    }
}
