// Files and folders that the start-up seed file names.

import Glibc

enum SeedFiles {
    /// A file's content under the empty key, or a folder's files under their paths below it, in order of their names.
    static func read(_ path: String) throws -> [(key: String, bytes: [UInt8])] {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw SettingResolver.Refusal(description: "\(path): \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [("", try ProcessEnvironment.read(path))] }
        var files: [(key: String, bytes: [UInt8])] = []
        try collect(path, below: "", into: &files)
        return files
    }

    private static func collect(
        _ folder: String, below prefix: String, into files: inout [(key: String, bytes: [UInt8])]
    ) throws {
        guard let stream = opendir(folder) else {
            throw SettingResolver.Refusal(description: "\(folder): \(String(cString: strerror(errno)))")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        for name in names.sorted() {
            if name.hasPrefix(".") { continue }
            var status = stat()
            guard stat("\(folder)/\(name)", &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                try collect("\(folder)/\(name)", below: "\(prefix)\(name)/", into: &files)
            } else {
                files.append((prefix + name, try ProcessEnvironment.read("\(folder)/\(name)")))
            }
        }
    }
}
