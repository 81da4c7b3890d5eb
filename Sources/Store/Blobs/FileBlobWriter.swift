// Writing one blob. Each call is one job on the file threads; the caller waits for one before it makes the next, so the
// bytes arrive in order and at most one slice of a body is in flight.

internal import Kernel
internal import SQLite
internal import Synchronization

/// Writes one file under `incoming/` and renames it at the end.
final class FileBlobWriter: BlobWriter {
    private let blob: BlobID
    private let store: FileBlobStore
    private let observer: (any ByteObserver)?
    /// Made by the first append, so that a body that fails at once leaves nothing to clean up.
    private let file = Mutex<OpenFile?>(nil)

    init(_ blob: BlobID, in store: FileBlobStore, observer: (any ByteObserver)?) {
        self.blob = blob
        self.store = store
        self.observer = observer
    }

    private var hook: FailureHook? { store.settings.hook }
    private var files: any FileSystem { store.settings.files }

    func append(
        _ chunks: [any ByteChunk], completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        job(completion) {
            let file = try self.opened()
            for chunk in chunks {
                try chunk.withUnsafeBytes { bytes in
                    try self.observer?.observe(bytes)
                    try self.hook?(.blobWrite)
                    try self.files.write(bytes, to: file)
                }
            }
        }
    }

    func append(
        _ blob: BlobID, range: Range<Int64>, completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        job(completion) {
            let file = try self.opened(), source = try self.store.open(blob, size: range.upperBound)
            try self.hook?(.blobWrite)
            guard let observer = self.observer else {
                try self.files.copy(range, of: source, to: file)
                return
            }
            try Files.forEachPiece(of: source, blob, range) { bytes in
                try observer.observe(bytes)
                try self.files.write(bytes, to: file)
            }
        }
    }

    func finish(completion: @escaping @Sendable (Result<BlobID, any Error>) -> Void) {
        job(completion) {
            let file = try self.opened()
            try self.hook?(.blobFinish)
            if self.store.settings.isSynced { try self.files.sync(file) }
            try self.store.makeFolder(of: self.blob)
            try self.files.rename(self.store.incomingPath(of: self.blob), to: self.store.path(of: self.blob))
            if self.store.settings.isSynced { try self.files.syncFolder(self.store.folder(of: self.blob)) }
            self.file.withLock { $0 = nil }
            try self.hook?(.blobFinished)
            return self.blob
        }
    }

    func abandon() {
        store.threads.submit { _ in
            self.file.withLock { $0 = nil }
            try? self.files.remove(self.store.incomingPath(of: self.blob))
        }
    }

    private func opened() throws -> OpenFile {
        try file.withLock { file in
            if let file { return file }
            try hook?(.blobCreate)
            let made = try files.create(store.incomingPath(of: blob))
            file = made
            return made
        }
    }

    private func job<Value: Sendable>(
        _ completion: @escaping @Sendable (Result<Value, any Error>) -> Void,
        _ body: @escaping @Sendable () throws -> Value
    ) {
        let isTaken = store.threads.submit { _ in completion(Result { try body() }) }
        if !isTaken { completion(.failure(StoreBusy.closing)) }
    }
}
