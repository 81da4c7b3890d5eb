// Files for tests.

internal import Glibc

/// An empty folder that goes away, with all that is in it, with its owner.
package final class TemporaryFolder: Sendable {
    package let path: String

    package struct Failure: Error { package let code: Int32 }

    package init() throws {
        var template = Array("/tmp/groundwork-test-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in buffer.baseAddress.flatMap { mkdtemp($0) } }
        guard let made else { throw Failure(code: errno) }
        path = String(cString: made)
    }

    package func file(_ name: String) -> String { path + "/" + name }

    deinit { removeTree(path) }
}

private func removeTree(_ path: String) {
    if let folder = opendir(path) {
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            if entry.pointee.d_type == UInt8(DT_DIR) {
                removeTree(path + "/" + name)
            } else {
                unlink(path + "/" + name)
            }
        }
        closedir(folder)
    }
    rmdir(path)
}
