// Secrets of a server: made once per data directory, readable by its owner alone.

import Glibc
import Kernel

enum KeptSecret {
    /// The secret of a name in a data directory, made where there is none.
    static func text(_ name: String, in folder: String) throws -> String {
        let path = folder + "/" + name
        if let stored = try? ProcessEnvironment.read(path) {
            let text = String(decoding: stored, as: UTF8.self).filter { !$0.isWhitespace }
            if !text.isEmpty { return text }
        }
        let secret = SystemEntropy().hex(48)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SettingResolver.Refusal(
                description: "\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        let file = OpenFile(owning: descriptor)
        let line = Array((secret + "\n").utf8)
        guard write(file.descriptor, line, line.count) == line.count else {
            throw SettingResolver.Refusal(description: "\(path) cannot be written")
        }
        return secret
    }
}
