// Blobs as files: `blobs/<first two digits>/<id>`, written in `blobs/incoming/` and renamed when complete. The folders
// are made when they are first needed: 256 of them at every start of an empty store would be felt. Everything
// that may block runs on a few threads of its own, save the opening of a file for reading: that is quick and happens on
// the event loop that sends it (measured; see `body`).

internal import Glibc
internal import Kernel
package import SQLite
internal import Synchronization

extension FailurePoint {
    /// Before a blob's file is made.
    package static let blobCreate = FailurePoint("blob.create")
    /// Before bytes are written.
    package static let blobWrite = FailurePoint("blob.write")
    /// Before a finished file is synced and renamed.
    package static let blobFinish = FailurePoint("blob.finish")
    /// After a finished file has its name, before its row.
    package static let blobFinished = FailurePoint("blob.finished")
}

/// Blobs in a folder of the local file system.
final class FileBlobStore: BlobStore {
    /// Up to this size a body is read into memory at once; above, the file itself is handed on (sendfile).
    private static let readAtOnceBytes: Int64 = 64 << 10

    struct Settings {
        var folder: String
        /// Whether a finished blob is on disk, not only in the system's memory.
        var isSynced: Bool
        var threads = 4
        var files: any FileSystem = LocalFileSystem()
        var hook: FailureHook?
    }

    let settings: Settings
    private let entropy: any Entropy
    let threads: WorkerThreads<Void>
    /// The folders that a blob can be put into: they are there, and their names are permanent where blobs are.
    private let folders: Mutex<Set<String>>
    /// Marks the ids that this store has made since it was opened.
    private let run: UInt32

    init(_ settings: Settings, entropy: any Entropy) throws {
        self.settings = settings
        self.entropy = entropy
        run = UInt32(truncatingIfNeeded: entropy.next())
        threads = try WorkerThreads(count: settings.threads) {}
        let files = settings.files, incoming = settings.folder + "/incoming"
        try files.makeFolder(settings.folder)
        try? files.removeTree(incoming)
        try files.makeFolder(incoming)
        // A folder that is there need not be permanent: whoever made it may have been killed before its sync.
        if settings.isSynced { try files.syncFolder(settings.folder) }
        folders = Mutex(Set(try Files.names(in: settings.folder)))
    }

    /// Makes the folder of a blob where it is missing. Two writers may both do so: that one has made it does not mean
    /// that it has synced the name, and neither may finish a blob before that.
    func makeFolder(of blob: BlobID) throws {
        let name = String(blob.text.prefix(2))
        guard !folders.withLock({ $0.contains(name) }) else { return }
        try settings.files.makeFolder(folder(of: blob))
        if settings.isSynced { try settings.files.syncFolder(settings.folder) }
        folders.withLock { _ = $0.insert(name) }
    }

    func folder(of blob: BlobID) -> String { settings.folder + "/" + blob.text.prefix(2) }
    func path(of blob: BlobID) -> String { folder(of: blob) + "/" + blob.text }
    func incomingPath(of blob: BlobID) -> String { settings.folder + "/incoming/" + blob.text }

    func close() { threads.close() }

    func makeWriter(observer: (any ByteObserver)?) -> any BlobWriter {
        FileBlobWriter(BlobID(from: entropy, run: run), in: self, observer: observer)
    }

    func body(of blob: BlobID, range: Range<Int64>, size: Int64) throws -> BodyResult {
        let file = try open(blob, size: size)
        guard range.count <= Self.readAtOnceBytes else { return .file(file, range: range) }
        let count = Int(range.upperBound - range.lowerBound)
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, pread(file.descriptor, buffer.baseAddress, count, off_t(range.lowerBound)))
        }
        guard bytes.count == count else {
            throw BlobFailure.short(blob, expected: size, found: range.lowerBound + Int64(bytes.count))
        }
        return .bytes(bytes)
    }

    /// Opens a blob and makes sure that it is as long as it should be.
    func open(_ blob: BlobID, size: Int64?) throws -> OpenFile {
        let descriptor = Glibc.open(path(of: blob), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? BlobFailure.missing(blob) : BlobFailure.system(step: "open", code: errno)
        }
        let file = OpenFile(owning: descriptor)
        guard let size else { return file }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw BlobFailure.system(step: "fstat", code: errno) }
        guard status.st_size >= size else {
            throw BlobFailure.short(blob, expected: size, found: Int64(status.st_size))
        }
        return file
    }

    func read(
        _ blob: BlobID, range: Range<Int64>, observer: any ByteObserver,
        completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        let isTaken = threads.submit { _ in
            completion(
                Result { try Files.forEachPiece(of: try self.open(blob, size: nil), blob, range, observer.observe) })
        }
        if !isTaken { completion(.failure(StoreBusy.closing)) }
    }

    func discard(_ blobs: [BlobID]) {
        guard !blobs.isEmpty else { return }
        // A blob whose removal fails is found again by the next start.
        threads.submit { _ in for blob in blobs { try? self.settings.files.remove(self.path(of: blob)) } }
    }

    func leftovers(portion: @escaping @Sendable ([BlobID]) async throws -> Void) async throws {
        let folders = try await onThread { try Files.names(in: self.settings.folder).filter { $0 != "incoming" } }
        for folder in folders {
            let blobs = try await onThread { try self.oldBlobs(in: folder) }
            if !blobs.isEmpty { try await portion(blobs) }
        }
    }

    private func oldBlobs(in folder: String) throws -> [BlobID] {
        try Files.names(in: settings.folder + "/" + folder).map(BlobID.init).filter { !$0.isOf(run: run) }
    }

    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = threads.submit { _ in continuation.resume(with: Result { try body() }) }
            if !isTaken { continuation.resume(throwing: StoreBusy.closing) }
        }
    }
}
