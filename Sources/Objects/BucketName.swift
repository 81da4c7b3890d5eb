// The naming rules of general purpose buckets (user guide: bucket naming rules).

/// Whether S3 accepts a name for a new bucket.
func isBucketName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard (3...63).contains(bytes.count), bytes.allSatisfy(isBucketNameByte) else { return false }
    guard let first = bytes.first, let last = bytes.last, isLetterOrDigit(first), isLetterOrDigit(last) else {
        return false
    }
    guard !name.contains(".."), !looksLikeAddress(bytes) else { return false }
    let reservedPrefixes = ["xn--", "sthree-", "amzn-s3-demo-"]
    let reservedSuffixes = ["-s3alias", "--ol-s3", "--ols-s3", ".mrap", "--x-s3", "--table-s3"]
    return !reservedPrefixes.contains { name.hasPrefix($0) } && !reservedSuffixes.contains { name.hasSuffix($0) }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

private func isBucketNameByte(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
}

/// Four numbers with dots between them, as an IPv4 address has.
private func looksLikeAddress(_ bytes: [UInt8]) -> Bool {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4
        && parts.allSatisfy { part in
            (1...3).contains(part.count) && part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
}
