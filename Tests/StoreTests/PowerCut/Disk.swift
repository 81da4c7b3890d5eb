// A disk that can lose its power. It knows of every file what a sync has made permanent and which steps came after; a
// cut keeps the first and, of the second, whatever chance decides: a step is kept, lost, or torn between its sectors,
// no matter what became of the steps before it. Names are no different: a name in a folder is permanent when the folder
// has been synced, and a file without a name is gone.
//
// That is harsher than any real file system, which keeps at least names in order; what survives here survives there.

import Glibc
import Kernel

/// A step that changed a disk. Files and folders have numbers, which are never used again; 0 is the folder of all.
enum DiskStep: Sendable {
    enum Kind: Sendable { case file, folder }

    case make(Kind, Int)
    case name(Int, String, in: Int)
    case unname(String, in: Int)
    case write(Int, offset: Int, [UInt8])
    case truncate(Int, size: Int)
    case sync(Int)

    var isSync: Bool {
        if case .sync = self { true } else { false }
    }
}

/// What a disk holds when the power is back.
struct DiskImage: Sendable {
    /// Paths below the folder of all; a folder comes before what is in it.
    var folders: [String] = []
    var files: [(path: String, bytes: [UInt8])] = []
}

struct Disk {
    private struct File {
        var permanent: [UInt8] = []
        var waiting: [Change] = []
    }

    fileprivate enum Change {
        case write(offset: Int, [UInt8])
        case truncate(size: Int)
    }

    private struct Folder {
        var permanent: [String: Int] = [:]
        /// A name, and the number it stands for from now on; nil where it is removed.
        var waiting: [(name: String, number: Int?)] = []
    }

    private var files: [Int: File] = [:]
    private var folders: [Int: Folder] = [0: Folder()]
    /// The first path of each number.
    private var paths: [Int: String] = [0: ""]
    /// The disk says that it has synced these, and has not.
    private let ignoresSync: @Sendable (String) -> Bool

    /// - Parameter ignoresSync: asked with the path that a file or folder was made under.
    init(ignoresSync: @escaping @Sendable (String) -> Bool = { _ in false }) { self.ignoresSync = ignoresSync }

    mutating func perform(_ step: DiskStep) {
        switch step {
        case .make(.file, let number): files[number] = File()
        case .make(.folder, let number): folders[number] = Folder()
        case .name(let number, let name, let folder):
            folders[folder]?.waiting.append((name, number))
            if paths[number] == nil {
                let above = paths[folder] ?? ""
                paths[number] = above.isEmpty ? name : above + "/" + name
            }
        case .unname(let name, let folder): folders[folder]?.waiting.append((name, nil))
        case .write(let number, let offset, let bytes): files[number]?.waiting.append(.write(offset: offset, bytes))
        case .truncate(let number, let size): files[number]?.waiting.append(.truncate(size: size))
        case .sync(let number): sync(number)
        }
    }

    private mutating func sync(_ number: Int) {
        guard !ignoresSync(paths[number] ?? "") else { return }
        for change in files[number]?.waiting ?? [] { files[number]?.permanent.apply(change) }
        files[number]?.waiting = []
        for change in folders[number]?.waiting ?? [] { folders[number]?.permanent[change.name] = change.number }
        folders[number]?.waiting = []
    }

    /// A step, for people.
    func describe(_ step: DiskStep) -> String {
        switch step {
        case .make(let kind, let number): "make \(kind) \(number)"
        case .name(let number, let name, let folder): "name \(number) \(name) in \(paths[folder] ?? "")"
        case .unname(let name, let folder): "remove \(name) in \(paths[folder] ?? "")"
        case .write(let number, let offset, let bytes): "write \(bytes.count) at \(offset) of \(paths[number] ?? "")"
        case .truncate(let number, let size): "truncate \(paths[number] ?? "") to \(size)"
        case .sync(let number): "sync \(paths[number] ?? "")"
        }
    }

    // MARK: The cut

    /// What is left when the power goes now and chance decides.
    func cut(_ draws: SeededDraws) -> DiskImage { image(Chance(draws)) }

    /// What is left at worst: nothing that was not synced.
    var permanent: DiskImage { image(nil) }

    private func image(_ chance: Chance?) -> DiskImage {
        var image = DiskImage()
        collect(0, "", chance, into: &image)
        return image
    }

    private func collect(_ number: Int, _ path: String, _ chance: Chance?, into image: inout DiskImage) {
        guard let folder = folders[number] else { return }
        var names = folder.permanent
        for (place, change) in folder.waiting.enumerated() {
            guard let chance, chance.fate(of: place, in: number) != .lost else { continue }
            names[change.name] = change.number
        }
        for (name, inner) in names.sorted(by: { $0.key < $1.key }) {
            let innerPath = path.isEmpty ? name : path + "/" + name
            if let file = files[inner] {
                image.files.append((innerPath, bytes(of: file, inner, chance)))
            } else {
                image.folders.append(innerPath)
                collect(inner, innerPath, chance, into: &image)
            }
        }
    }

    private func bytes(of file: File, _ number: Int, _ chance: Chance?) -> [UInt8] {
        var bytes = file.permanent
        guard let chance else { return bytes }
        for (place, change) in file.waiting.enumerated() {
            switch (chance.fate(of: place, in: number), change) {
            case (.lost, _): continue
            case (.torn, .write(let offset, let written)):
                tear(written, offset, chance.draws.scoped(number).scoped(place), into: &bytes)
            case (.kept, _), (.torn, .truncate): bytes.apply(change)
            }
        }
        return bytes
    }

    private static let sectorBytes = 512

    /// Writes some of the sectors. Where the file grows, the others may be anything.
    private func tear(_ written: [UInt8], _ offset: Int, _ draws: SeededDraws, into bytes: inout [UInt8]) {
        let permanentSize = bytes.count, filling = draws.below(3, -1), isPrefix = draws.below(2, -2) == 0
        let kept = draws.below(written.count / Self.sectorBytes + 1, -3)
        var start = 0, sector = 0
        while start < written.count {
            let end = min(written.count, start + Self.sectorBytes - (offset + start) % Self.sectorBytes)
            if isPrefix ? sector < kept : draws.below(2, sector) == 0 {
                bytes.write(written, start..<end, at: offset + start)
            } else if offset + start >= permanentSize, filling > 0 {
                let noise = filling == 1 ? 0 : UInt8(truncatingIfNeeded: draws.bits(sector, 1))
                bytes.write([UInt8](repeating: noise, count: end - start), 0..<(end - start), at: offset + start)
            }
            start = end
            sector += 1
        }
    }

    /// What becomes of each step that waits: drawn once for the cut, then for each step.
    private struct Chance {
        enum Fate { case kept, lost, torn }

        let draws: SeededDraws
        /// Of a hundred steps.
        private let lost: Int, torn: Int

        init(_ draws: SeededDraws) {
            self.draws = draws
            lost = [0, 5, 30, 60, 95, 100][draws.below(6, 0)]
            torn = [0, 0, 20, 50][draws.below(4, 1)]
        }

        func fate(of place: Int, in number: Int) -> Fate {
            let drawn = draws.below(100, 2, number, place)
            if drawn < lost { return .lost }
            return draws.below(100, 3, number, place) < torn ? .torn : .kept
        }
    }
}

extension [UInt8] {
    fileprivate mutating func apply(_ change: Disk.Change) {
        switch change {
        case .write(let offset, let bytes): write(bytes, bytes.indices, at: offset)
        case .truncate(let size):
            if size < count { removeLast(count - size) } else { grow(to: size) }
        }
    }

    fileprivate mutating func write(_ bytes: [UInt8], _ range: Range<Int>, at offset: Int) {
        grow(to: offset + range.count)
        withUnsafeMutableBytes { target in
            bytes.withUnsafeBytes { source in
                guard let target = target.baseAddress, let source = source.baseAddress else { return }
                memcpy(target + offset, source + range.lowerBound, range.count)
            }
        }
    }

    private mutating func grow(to size: Int) {
        guard size > count else { return }
        self += [UInt8](unsafeUninitializedCapacity: size - count) { buffer, filled in
            if let start = buffer.baseAddress { memset(start, 0, buffer.count) }
            filled = buffer.count
        }
    }
}

extension DiskImage {
    /// Puts what was in a folder of the disk into a folder of the file system.
    func write(_ folder: String, to path: String) throws {
        struct Failure: Error { let path: String, code: Int32 }
        let prefix = folder.isEmpty ? "" : folder + "/"
        for inner in folders where inner.hasPrefix(prefix) {
            let target = path + "/" + inner.dropFirst(prefix.count)
            guard mkdir(target, 0o700) == 0 else { throw Failure(path: target, code: errno) }
        }
        for (inner, bytes) in files where inner.hasPrefix(prefix) {
            let target = path + "/" + inner.dropFirst(prefix.count)
            let descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw Failure(path: target, code: errno) }
            defer { close(descriptor) }
            guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
                throw Failure(path: target, code: errno)
            }
        }
    }
}
