// What a start prints: where to point tools at, and every setting with its origin.

import Glibc
import Kernel
import Server
import Store

enum Banner {
    static func show(
        _ settings: ServeSettings, directory: DataDirectory, addresses: [ListenAddress], pages: ListenAddress?
    ) {
        let address = addresses.first.map { "http://\($0)" } ?? ""
        var lines = [
            "groundwork \(Version.text) serves \(address)",
            "data: \(directory.path)" + (directory.isEphemeral ? " (removed at the end)" : ""),
        ]
        if settings.tls != nil {
            let secure = addresses.first.map { "https://\($0)" } ?? ""
            lines.append(
                "TLS: \(secure)" + (settings.isSelfSigned ? ", trust \(directory.path)/tls-certificate.pem" : ""))
        }
        if let pages { lines.append("pages: http://\(pages)/ (people label here)") }
        let width = settings.entries.map(\.name.count).max() ?? 0
        for entry in settings.entries {
            let name = entry.name + String(repeating: " ", count: width - entry.name.count)
            lines.append("  \(name)  \(entry.value)  (\(entry.origin.rawValue))")
        }
        lines.append("Point tools at it: aws --endpoint-url \(address) s3 ls")
        ProcessEnvironment.write(lines.joined(separator: "\n") + "\n", to: STDOUT_FILENO)
    }
}
