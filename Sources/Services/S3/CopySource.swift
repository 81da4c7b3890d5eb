// The header x-amz-copy-source: `bucket/key` or `/bucket/key`, the key percent-encoded, perhaps with `?versionId=`.

internal import Kernel
internal import Objects
internal import Shapes

extension S3Service {
    /// The object that a copy reads.
    func copySource(_ text: String) throws(ServiceError) -> (address: ObjectAddress, version: String?) {
        // An encoded question mark belongs to the key; a plain one begins the version.
        let halves = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var id: String?
        if halves.count == 2 {
            let version = halves[1].split(separator: "=", maxSplits: 1)
            guard version.count == 2, version[0] == "versionId" else { throw invalidSource(text) }
            id = try self.version(formDecoded(version[1].utf8) ?? "")
        }
        let path = halves[0].hasPrefix("/") ? halves[0].dropFirst() : halves[0]
        // A plus is a blank, as in a form; s5cmd relies on it.
        guard let decoded = formDecoded(path.utf8), let slash = decoded.utf8.firstIndex(of: UInt8(ascii: "/")) else {
            throw invalidSource(text)
        }
        let bucket = decoded[..<slash], key = decoded[decoded.utf8.index(after: slash)...]
        guard !bucket.isEmpty, !key.isEmpty else { throw invalidSource(text) }
        return (ObjectAddress(String(bucket), String(key)), id)
    }

    private func invalidSource(_ text: String) -> ServiceError {
        .invalidArgument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            argumentName: "x-amz-copy-source", argumentValue: text)
    }
}
