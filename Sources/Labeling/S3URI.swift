// S3 addresses as they stand in requests and manifests.

/// A bucket and a key, written `s3://bucket/key`.
package struct S3URI: Hashable, Sendable, CustomStringConvertible {
    /// Not checked against the rules for names: a wrong one is not found.
    package var bucket: String
    /// Without a leading slash; may be empty.
    package var key: String

    package init(bucket: String, key: String) {
        self.bucket = bucket
        self.key = key
    }

    /// Nil unless the text is `s3://` with a bucket.
    package init?(_ text: some StringProtocol) {
        let scheme = "s3://"
        guard text.hasPrefix(scheme) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard slash > rest.startIndex else { return nil }
        bucket = String(rest[..<slash])
        key = slash == rest.endIndex ? "" : String(rest[rest.index(after: slash)...])
    }

    package var description: String { "s3://\(bucket)/\(key)" }

    /// The name of the folder the object lies in; nil at the top of the bucket.
    package var folderName: String? {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count > 1 && !parts[parts.count - 2].isEmpty ? String(parts[parts.count - 2]) : nil
    }
}
