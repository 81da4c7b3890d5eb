// Where everything is kept: one folder per port, for its owner alone, used by one process at a time.

internal import Glibc
internal import Kernel
internal import Synchronization

/// A data directory, locked until it is closed.
package final class DataDirectory: Sendable {
    /// Where the data directory is.
    package enum Location: Hashable, Sendable {
        case path(String)
        /// A folder for temporary files, removed at the end. `in` is the folder to make it in.
        case ephemeral(in: String)

        /// `$XDG_DATA_HOME/groundwork/<port>`, or below `~/.local/share` (XDG base directory specification).
        package static func standard(port: Int, environment: [String: String]) -> Location? {
            // The specification: a relative path is invalid and to be ignored.
            if let folder = environment["XDG_DATA_HOME"], folder.hasPrefix("/") {
                return .path("\(folder)/groundwork/\(port)")
            }
            guard let home = environment["HOME"], !home.isEmpty else { return nil }
            return .path("\(home)/.local/share/groundwork/\(port)")
        }

        /// A temporary folder below `$TMPDIR`.
        package static func ephemeral(environment: [String: String]) -> Location {
            let folder = environment["TMPDIR"] ?? ""
            return .ephemeral(in: folder.hasPrefix("/") ? folder : "/tmp")
        }
    }

    /// Why a data directory cannot be used; the text is for the person at the terminal.
    package struct Refusal: Error, Hashable, CustomStringConvertible {
        /// What is wrong, and what to do about it.
        package let description: String
    }

    /// The folder, as the location gave it.
    package let path: String
    /// Whether `close` removes it.
    package let isEphemeral: Bool
    /// Changes what is in the folder.
    let files: any FileSystem
    /// How many of the folders on the way to `path`, itself among them, were there already.
    private let foundFolders: Int
    private let lock: Mutex<OpenFile?>

    /// Makes the folder where it is missing and locks it.
    package init(_ location: Location, port: Int, files: any FileSystem = LocalFileSystem()) throws {
        self.files = files
        switch location {
        case .path(let path):
            self.path = path
            isEphemeral = false
            foundFolders = try DataDirectory.makeFolders(path, files)
        case .ephemeral(let folder):
            path = try DataDirectory.makeTemporaryFolder(in: folder)
            isEphemeral = true
            foundFolders = 0
        }
        lock = Mutex(try DataDirectory.lock(path, port: port))
    }

    /// The one SQLite file; its write-ahead log lies beside it.
    package var databasePath: String { path + "/groundwork.db" }
    /// The folder of bodies too large for a row.
    package var blobsPath: String { path + "/blobs" }

    /// Gives the directory back, and removes it where it is ephemeral. To be called when everything in it is closed.
    package func close() {
        if isEphemeral { try? files.removeTree(path) }
        unlock()
    }

    deinit { unlock() }

    /// Not by closing alone: a child that is being started holds a copy of the descriptor until it runs its own
    /// program, and the lock with it.
    private func unlock() {
        lock.withLock { file in
            if let file { flock(file.descriptor, LOCK_UN) }
            file = nil
        }
    }

    /// Makes names outlast a power loss: those in the folder, its own, and those of the folders above it. Also where
    /// all of them were there: an earlier run may have been killed before it had come so far.
    func makePermanent() throws {
        var above = "/"
        for (place, folder) in DataDirectory.folders(on: path).enumerated() {
            do { try files.syncFolder(above) } catch {
                // The folders of others may be closed to us; what they hold, somebody else has made permanent.
                if place >= foundFolders { throw error }
            }
            above = folder
        }
        try files.syncFolder(path)
    }

    /// Every folder from the root down to the path.
    private static func folders(on path: String) -> [String] {
        path.split(separator: "/").reduce(into: []) { $0.append(($0.last ?? "") + "/" + $1) }
    }

    /// Makes what is missing and says how many folders were there.
    private static func makeFolders(_ path: String, _ files: any FileSystem) throws -> Int {
        guard path.hasPrefix("/") else {
            throw Refusal(description: "the data directory \(path) is not an absolute path")
        }
        let folders = folders(on: path)
        var found = 0
        for folder in folders {
            // Parents get the usual mode, cut by the umask; the data directory itself is for its owner alone.
            do { if try !files.makeFolder(folder, isPrivate: folder == folders.last) { found += 1 } } catch {
                throw Refusal(description: "cannot make the data directory: \(error)")
            }
        }
        guard chmod(path, 0o700) == 0 else {
            throw Refusal(description: "cannot make \(path) private: \(errorText())")
        }
        return found
    }

    private static func makeTemporaryFolder(in folder: String) throws -> String {
        var template = Array("\(folder)/groundwork-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } }
        guard let made else { throw Refusal(description: "cannot make a folder in \(folder): \(errorText())") }
        return String(cString: made)
    }

    /// The lock is the system's, so it ends with the process, however that ends; the text in the file is for people.
    private static func lock(_ path: String, port: Int) throws -> OpenFile {
        let descriptor = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Refusal(description: "cannot write in \(path): \(errorText())") }
        let file = OpenFile(owning: descriptor)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Refusal(
                description: "the data directory \(path) is in use by \(holder(descriptor)); "
                    + "stop it, or choose another with --data-dir or --ephemeral")
        }
        let text = "process \(getpid()) on port \(port)\n"
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.utf8.count, 0) == text.utf8.count else {
            throw Refusal(description: "cannot write in \(path): \(errorText())")
        }
        return file
    }

    private static func holder(_ descriptor: Int32) -> String {
        let bytes = [UInt8](unsafeUninitializedCapacity: 100) { buffer, filled in
            filled = max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
        }
        let text = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return text.isEmpty ? "another process" : text
    }

    private static func errorText() -> String { String(cString: strerror(errno)) }
}
