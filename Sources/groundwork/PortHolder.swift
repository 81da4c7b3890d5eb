// Who holds a port that is taken: the listening socket's inode in /proc/net, and the process that has it open.

import Glibc

enum PortHolder {
    /// The process in words.
    static func describe(port: Int) -> String {
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            guard let inode = listeningInode(port, table) else { continue }
            if let process = process(holding: "socket:[\(inode)]") { return process }
        }
        return "another program"
    }

    private static func listeningInode(_ port: Int, _ table: String) -> String? {
        guard let bytes = try? ProcessEnvironment.read(table) else { return nil }
        let hex = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            // local address, remote address, state (0A is LISTEN) … inode
            if fields.count > 9, fields[1].hasSuffix(suffix), fields[3] == "0A" { return String(fields[9]) }
        }
        return nil
    }

    private static func process(holding socket: String) -> String? {
        for process in entries("/proc") where Int(process) != nil {
            for descriptor in entries("/proc/\(process)/fd") {
                var target = [CChar](repeating: 0, count: 256)
                let count = readlink("/proc/\(process)/fd/\(descriptor)", &target, 255)
                guard count > 0,
                    String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) == socket
                else { continue }
                let name = (try? ProcessEnvironment.read("/proc/\(process)/comm")).map {
                    String(decoding: $0, as: UTF8.self).filter { $0 != "\n" }
                }
                return "\(name ?? "a program") (process \(process))"
            }
        }
        return nil
    }

    private static func entries(_ folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names.filter { $0 != "." && $0 != ".." }
    }
}
