// Notes every step that a store changes the disk with, in order: those of SQLite through a VFS, those of blobs and
// folders as the file system of the data directory. The steps are taken on real files below a folder, so that all else
// is as ever; only syncs are left out. From a point on the recorder can refuse everything, as if the process had ended.

import CPowerCut
import Glibc
import Kernel
import SQLite
import Store
import Synchronization
import TestSupport

final class DiskRecorder: FileSystem {
    struct NoVFS: Error {}

    /// The name that connections go through the recorder by.
    let vfs: String
    private let folder: TemporaryFolder
    /// Stands for the folder of all.
    var root: String { folder.path }
    private let state: Mutex<State>
    private let base = LocalFileSystem()
    private let atFolderSync = Mutex<(@Sendable (String) -> Void)?>(nil)
    /// The registered VFS; only written by the initializer.
    private nonisolated(unsafe) var registered: OpaquePointer?

    private static let count = Atomic(0)

    fileprivate struct State {
        var steps: [DiskStep] = []
        /// The names in each folder, as the process sees them.
        var names: [Int: [String: Int]] = [0: [:]]
        /// The sizes of the files that are written through the file system.
        var sizes: [Int: Int] = [:]
        /// The files that were made through the file system, by descriptor.
        var descriptors: [Int32: Int] = [:]
        var numbers = 0
        /// The process ends at this step, or at the first sync from there on.
        var lastStep = Int.max, endsAtSync = false, hasEnded = false

        mutating func note(_ steps: [DiskStep]) throws {
            if self.steps.count >= lastStep, !endsAtSync || steps.contains(where: \.isSync) { hasEnded = true }
            guard !hasEnded else { throw BlobFailure.system(step: "the process has ended", code: EIO) }
            self.steps += steps
        }

        /// The number at a path; nil where nothing is there.
        func find(_ path: [Substring]) -> Int? {
            path.reduce(0) { number, name in number.flatMap { names[$0]?[String(name)] } }
        }

        mutating func make(_ kind: DiskStep.Kind, _ name: String, in folder: Int) throws -> Int {
            let number = numbers + 1
            try note([.make(kind, number), .name(number, name, in: folder)])
            numbers = number
            names[folder]?[name] = number
            if kind == .folder { names[number] = [:] }
            return number
        }

        mutating func remove(_ place: Place) throws {
            guard let folder = find(place.above), names[folder]?[place.name] != nil else { return }
            try note([.unname(place.name, in: folder)])
            names[folder]?[place.name] = nil
        }

        mutating func syncFolder(_ path: [Substring]) throws {
            guard let folder = find(path) else { return }
            try note([.sync(folder)])
        }
    }

    /// A name, and the folder that it is in.
    fileprivate struct Place {
        var above: [Substring], name: String
    }

    /// - Parameter image: what the disk holds at the start; all of it permanent.
    init(_ image: DiskImage = DiskImage()) throws {
        folder = try TemporaryFolder()
        state = Mutex(State())
        vfs = "power-cut-\(Self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
        registered = power_cut_register(vfs, watcher)
        guard registered != nil else { throw NoVFS() }
        try image.write("", to: folder.path)
        try state.withLock { try $0.start(with: image) }
    }

    deinit { if let registered { power_cut_unregister(registered) } }

    /// How many steps there have been.
    var position: Int { state.withLock { $0.steps.count } }
    var steps: [DiskStep] { state.withLock { $0.steps } }

    /// Refuses every step after some more, or from the sync on that follows those.
    func end(afterSteps steps: Int, atSync: Bool) {
        state.withLock { state in
            state.lastStep = state.steps.count + steps
            state.endsAtSync = atSync
        }
    }

    /// Calls `body` once, before the next sync of a folder.
    func atNextFolderSync(_ body: @escaping @Sendable (String) -> Void) { atFolderSync.withLock { $0 = body } }

    /// Whether steps are refused.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// Takes steps again.
    func goOn() {
        state.withLock { state in
            state.lastStep = .max
            state.hasEnded = false
        }
    }

    /// The names from the folder of all down to a path; nil for a path elsewhere.
    private func names(_ path: String) -> [Substring]? {
        path == root || path.hasPrefix(root + "/") ? path.dropFirst(root.count).split(separator: "/") : nil
    }

    // MARK: Blobs and folders

    func makeFolder(_ path: String, isPrivate: Bool) throws -> Bool {
        if let place = place(path) {
            try state.withLock { state in
                guard let folder = state.find(place.above), state.names[folder]?[place.name] == nil else { return }
                _ = try state.make(.folder, place.name, in: folder)
            }
        }
        return try base.makeFolder(path, isPrivate: isPrivate)
    }

    func create(_ path: String) throws -> OpenFile {
        let number = try state.withLock { state -> Int? in
            guard let place = place(path), let folder = state.find(place.above) else { return nil }
            return try state.make(.file, place.name, in: folder)
        }
        let file = try base.create(path)
        state.withLock { state in
            state.descriptors[file.descriptor] = number
            if let number { state.sizes[number] = 0 }
        }
        return file
    }

    func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws {
        try noteWrite([UInt8](bytes), to: file)
        try base.write(bytes, to: file)
    }

    func copy(_ range: Range<Int64>, of source: OpenFile, to target: OpenFile) throws {
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
            filled = max(0, pread(source.descriptor, buffer.baseAddress, buffer.count, off_t(range.lowerBound)))
        }
        try noteWrite(bytes, to: target)
        try base.copy(range, of: source, to: target)
    }

    private func noteWrite(_ bytes: [UInt8], to file: OpenFile) throws {
        try state.withLock { state in
            guard let number = state.descriptors[file.descriptor] else { return }
            let offset = state.sizes[number] ?? 0
            try state.note([.write(number, offset: offset, bytes)])
            state.sizes[number] = offset + bytes.count
        }
    }

    func sync(_ file: OpenFile) throws {
        try state.withLock { state in
            guard let number = state.descriptors[file.descriptor] else { return }
            try state.note([.sync(number)])
        }
    }

    func syncFolder(_ path: String) throws {
        atFolderSync.withLock { $0.take() }?(path)
        guard let names = names(path) else { return }
        try state.withLock { try $0.syncFolder(names) }
    }

    func rename(_ path: String, to target: String) throws {
        guard let from = place(path), let to = place(target) else { return }
        try state.withLock { state in
            guard let source = state.find(from.above), let number = state.names[source]?[from.name],
                let folder = state.find(to.above)
            else { return }
            try state.note([.name(number, to.name, in: folder), .unname(from.name, in: source)])
            state.names[folder]?[to.name] = number
            state.names[source]?[from.name] = nil
        }
        try base.rename(path, to: target)
    }

    func remove(_ path: String) throws {
        try noteRemoval(path)
        try base.remove(path)
    }

    func removeFolder(_ path: String) throws {
        try noteRemoval(path)
        try base.removeFolder(path)
    }

    private func noteRemoval(_ path: String) throws {
        guard let place = place(path) else { return }
        try state.withLock { try $0.remove(place) }
    }

    private func place(_ path: String) -> Place? {
        guard let names = names(path), let last = names.last else { return nil }
        return Place(above: names.dropLast(), name: String(last))
    }

    // MARK: SQLite

    /// Notes a step of SQLite; the code that it fails with.
    private func noted(_ body: (inout State) throws -> Void) -> Int32 {
        do { try state.withLock { try body(&$0) } } catch { return SQLiteError.inputOutput.code }
        return 0
    }

    private func open(_ path: String, makes: Bool, _ file: UnsafeMutablePointer<Int64>?) -> Int32 {
        noted { state in
            guard let place = place(path), let folder = state.find(place.above) else { return }
            if let number = state.names[folder]?[place.name] {
                file?.pointee = Int64(number)
            } else if makes {
                file?.pointee = Int64(try state.make(.file, place.name, in: folder))
            }
        }
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> DiskRecorder? {
        context.map { Unmanaged<DiskRecorder>.fromOpaque($0).takeUnretainedValue() }
    }

    private var watcher: power_cut_watcher {
        power_cut_watcher(
            context: Unmanaged.passUnretained(self).toOpaque(),
            open: { context, path, makes, file in
                guard let self = DiskRecorder.from(context), let path else { return 1 }
                return self.open(String(cString: path), makes: makes != 0, file)
            },
            write: { context, file, offset, bytes, count in
                guard let self = DiskRecorder.from(context) else { return 1 }
                let bytes = [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(count)))
                return self.noted { try $0.note([.write(Int(file), offset: Int(offset), bytes)]) }
            },
            truncate: { context, file, size in
                guard let self = DiskRecorder.from(context) else { return 1 }
                return self.noted { try $0.note([.truncate(Int(file), size: Int(size))]) }
            },
            sync: { context, file in
                guard let self = DiskRecorder.from(context) else { return 1 }
                return self.noted { try $0.note([.sync(Int(file))]) }
            },
            sync_folder: { context, path in
                guard let self = DiskRecorder.from(context), let path else { return 1 }
                guard let place = self.place(String(cString: path)) else { return 0 }
                return self.noted { try $0.syncFolder(place.above) }
            },
            remove: { context, path in
                guard let self = DiskRecorder.from(context), let path else { return 1 }
                guard let place = self.place(String(cString: path)) else { return 0 }
                return self.noted { try $0.remove(place) }
            })
    }
}

extension DiskRecorder.State {
    /// Takes over what an image holds.
    fileprivate mutating func start(with image: DiskImage) throws {
        for path in image.folders { _ = try make(.folder, path) }
        for (path, bytes) in image.files {
            let number = try make(.file, path)
            steps += [.write(number, offset: 0, bytes)]
        }
        for number in 0...numbers { steps.append(.sync(number)) }
    }

    private mutating func make(_ kind: DiskStep.Kind, _ path: String) throws -> Int {
        let names = path.split(separator: "/")
        guard let folder = find(Array(names.dropLast())), let name = names.last else { throw DiskRecorder.NoVFS() }
        return try make(kind, String(name), in: folder)
    }
}
