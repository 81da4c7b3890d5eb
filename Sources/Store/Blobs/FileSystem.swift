// The steps that change a file system, behind a protocol so that a simulation can note or refuse them. Reading is not
// among them: it goes through descriptors and names, as everywhere (`Files`).

internal import Glibc
package import Kernel

/// Makes, writes, names and removes files, and makes that permanent. Errors are `BlobFailure.system`.
package protocol FileSystem: Sendable {
    /// Makes a folder that only its owner may enter, or everybody but for the umask; false where it is there already.
    @discardableResult
    func makeFolder(_ path: String, isPrivate: Bool) throws -> Bool
    /// Makes a file that must not be there yet.
    func create(_ path: String) throws -> OpenFile
    /// Writes behind what was written before.
    func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws
    /// Writes a range of another file behind what was written before.
    func copy(_ range: Range<Int64>, of source: OpenFile, to target: OpenFile) throws
    /// Makes the bytes of a file permanent.
    func sync(_ file: OpenFile) throws
    /// Makes the names in a folder permanent.
    func syncFolder(_ path: String) throws
    /// Gives a file another name, which may be in another folder.
    func rename(_ path: String, to target: String) throws
    /// Removes a file.
    func remove(_ path: String) throws
    /// Removes an empty folder.
    func removeFolder(_ path: String) throws
}

extension FileSystem {
    /// Makes a folder that only its owner may enter, where it is missing.
    @discardableResult
    func makeFolder(_ path: String) throws -> Bool { try makeFolder(path, isPrivate: true) }

    /// Removes a folder and all that is in it; links are not followed.
    func removeTree(_ path: String) throws {
        for name in try Files.names(in: path) {
            let inner = path + "/" + name
            if try Files.isFolder(inner) { try removeTree(inner) } else { try remove(inner) }
        }
        try removeFolder(path)
    }
}

/// The file system of the operating system.
package struct LocalFileSystem: FileSystem {
    package init() {}

    @discardableResult
    package func makeFolder(_ path: String, isPrivate: Bool) throws -> Bool {
        if mkdir(path, isPrivate ? 0o700 : 0o755) == 0 { return true }
        guard errno == EEXIST else { throw Files.failure("mkdir \(path)") }
        return false
    }

    package func create(_ path: String) throws -> OpenFile {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Files.failure("create") }
        return OpenFile(owning: descriptor)
    }

    package func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(file.descriptor, part.baseAddress, part.count)
            if count < 0 {
                guard errno == EINTR else { throw Files.failure("write") }
                continue
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Copies inside the kernel, where the file system can even share the blocks.
    package func copy(_ range: Range<Int64>, of source: OpenFile, to target: OpenFile) throws {
        var offset = off_t(range.lowerBound)
        while offset < range.upperBound {
            let count = sendfile(target.descriptor, source.descriptor, &offset, Int(range.upperBound - Int64(offset)))
            if count < 0 {
                guard errno == EINTR else { throw Files.failure("sendfile") }
            } else if count == 0 {
                throw BlobFailure.system(step: "sendfile", code: EIO)
            }
        }
    }

    package func sync(_ file: OpenFile) throws {
        guard fsync(file.descriptor) == 0 else { throw Files.failure("fsync") }
    }

    package func syncFolder(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Files.failure("open folder") }
        try sync(OpenFile(owning: descriptor))
    }

    package func rename(_ path: String, to target: String) throws {
        guard Glibc.rename(path, target) == 0 else { throw Files.failure("rename") }
    }

    package func remove(_ path: String) throws {
        guard unlink(path) == 0 else { throw Files.failure("unlink") }
    }

    package func removeFolder(_ path: String) throws {
        guard rmdir(path) == 0 else { throw Files.failure("rmdir") }
    }
}
