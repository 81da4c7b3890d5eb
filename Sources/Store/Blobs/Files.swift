// Reading files and folders, with each error as a value. What changes them is in `FileSystem`.

internal import Glibc
internal import Kernel

enum Files {
    /// Reads a range in pieces.
    static func forEachPiece(
        of file: OpenFile, _ blob: BlobID, _ range: Range<Int64>, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Limits().bodySliceBytes, alignment: 64)
        defer { buffer.deallocate() }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let wanted = min(buffer.count, Int(range.upperBound - offset))
            let count = pread(file.descriptor, buffer.baseAddress, wanted, off_t(offset))
            if count < 0 {
                guard errno == EINTR else { throw failure("pread") }
                continue
            }
            guard count > 0 else { throw BlobFailure.short(blob, expected: range.upperBound, found: offset) }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
    }

    /// The names in a folder, without `.` and `..`.
    static func names(in path: String) throws -> [String] {
        guard let folder = opendir(path) else { throw failure("opendir \(path)") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Whether a name is a folder's; a link's never is.
    static func isFolder(_ path: String) throws -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw failure("lstat") }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    static func failure(_ step: String) -> BlobFailure { .system(step: step, code: errno) }
}
