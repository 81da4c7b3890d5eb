// The few file-system calls that the store makes, each with its error as a value.

internal import Glibc
internal import Kernel

enum Files {
    /// Makes a folder that only its owner may enter; one that is there is left as it is.
    static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("mkdir \(path)") }
    }

    /// Makes a file that must not be there yet.
    static func create(_ path: String) throws -> OpenFile {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("create") }
        return OpenFile(owning: descriptor)
    }

    static func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(file.descriptor, part.baseAddress, part.count)
            if count < 0 {
                guard errno == EINTR else { throw failure("write") }
                continue
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Copies inside the kernel, where the file system can even share the blocks.
    static func copy(_ range: Range<Int64>, of source: OpenFile, to target: OpenFile) throws {
        var offset = off_t(range.lowerBound)
        while offset < range.upperBound {
            let count = sendfile(target.descriptor, source.descriptor, &offset, Int(range.upperBound - Int64(offset)))
            if count < 0 {
                guard errno == EINTR else { throw failure("sendfile") }
            } else if count == 0 {
                throw BlobFailure.system(step: "sendfile", code: EIO)
            }
        }
    }

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

    static func sync(_ file: OpenFile) throws {
        guard fsync(file.descriptor) == 0 else { throw failure("fsync") }
    }

    /// Makes the names in a folder permanent.
    static func syncFolder(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open folder") }
        try sync(OpenFile(owning: descriptor))
    }

    static func rename(_ path: String, to target: String) throws {
        guard Glibc.rename(path, target) == 0 else { throw failure("rename") }
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

    /// Removes a folder and all that is in it; links are not followed.
    static func removeTree(_ path: String) throws {
        for name in try names(in: path) {
            let inner = path + "/" + name
            var status = stat()
            guard lstat(inner, &status) == 0 else { throw failure("lstat") }
            if status.st_mode & S_IFMT == S_IFDIR {
                try removeTree(inner)
            } else if unlink(inner) != 0 {
                throw failure("unlink")
            }
        }
        guard rmdir(path) == 0 else { throw failure("rmdir") }
    }

    static func failure(_ step: String) -> BlobFailure { .system(step: step, code: errno) }
}
