// Names of objects beyond one manifest: what truth and answers are found by.

internal import Digests
internal import Labeling

extension ObjectSource {
    /// What the truth registry knows the object by: its address, or the hash of its text.
    var truthKey: String {
        switch self {
        case .reference(let uri): uri
        case .text(let text): "sha256:" + Hex.text(SHA256Digest.of(Array(text.utf8)))
        }
    }
}

extension ManifestScanner {
    /// What one line says is to be labeled; nil where it breaks a rule.
    static func source(of line: [UInt8]) -> ObjectSource? {
        var scanner = ManifestScanner()
        var source: ObjectSource?
        line.withUnsafeBytes { bytes in
            try? scanner.scan(bytes) { source = $0.source }
            try? scanner.finish { source = $0.source }
        }
        return source
    }
}
