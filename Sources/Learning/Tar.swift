// The little of tar that a model archive needs: plain files with short names, in the ustar form (POSIX.1-1988).

internal import Kernel

private let blockBytes = 512

/// Writes plain files one after the other.
struct TarWriter {
    private let modified: Instant
    private var bytes: [UInt8] = []

    init(modified: Instant) { self.modified = modified }

    /// Adds a file; its name must fit the header.
    mutating func add(_ name: String, _ content: [UInt8]) {
        precondition(name.utf8.count <= 99)
        var header = [UInt8](repeating: 0, count: blockBytes)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func octal(_ value: Int, digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: digits - text.utf8.count) + text
        }
        put(name, at: 0)
        put(octal(0o644, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(content.count, digits: 11), at: 124)
        put(octal(max(0, Int(modified.seconds)), digits: 11), at: 136)
        put("0", at: 156)
        put("ustar\0" + "00", at: 257)
        // The checksum is taken with spaces in its own place.
        put(String(repeating: " ", count: 8), at: 148)
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\0 ", at: 148)
        bytes += header + content
        bytes += [UInt8](repeating: 0, count: -content.count & (blockBytes - 1))
    }

    /// The file, with the two empty blocks that end it.
    func finished() -> [UInt8] { bytes + [UInt8](repeating: 0, count: 2 * blockBytes) }
}

/// Reads the files of a tar archive, every one of which must be a plain file with one of the given names (with or
/// without `./` before it); folders named `.` are passed over.
func readTar(_ bytes: [UInt8], names: [String]) throws(ModelArchiveError) -> [String: ArraySlice<UInt8>] {
    var result: [String: ArraySlice<UInt8>] = [:]
    var offset = 0
    while offset + blockBytes <= bytes.count {
        let header = bytes[offset..<offset + blockBytes]
        if header.allSatisfy({ $0 == 0 }) { return result }
        guard let entry = TarEntry(header) else { throw .broken("a tar header is damaged") }
        offset += blockBytes
        guard entry.size <= bytes.count - offset else { throw .broken("the tar file ends too early") }
        if entry.kind == UInt8(ascii: "5"), entry.size == 0, entry.name == "./" || entry.name == "." { continue }
        let name = entry.name.hasPrefix("./") ? String(entry.name.dropFirst(2)) : entry.name
        guard entry.kind == UInt8(ascii: "0") || entry.kind == 0, names.contains(name), result[name] == nil else {
            throw .unexpected(String(entry.name.prefix(100)))
        }
        result[name] = bytes[offset..<offset + entry.size]
        offset += entry.size + (-entry.size & (blockBytes - 1))
    }
    throw .broken("the tar file ends too early")
}

/// The fields of a header that matter.
private struct TarEntry {
    let name: String
    let size: Int
    let kind: UInt8

    /// Nil unless the checksum is right and the size a number.
    init?(_ header: ArraySlice<UInt8>) {
        let header = Array(header)
        func text(_ range: Range<Int>) -> ArraySlice<UInt8> { header[range].prefix { $0 != 0 } }
        func octal(_ range: Range<Int>) -> Int? {
            let digits = text(range).drop { $0 == UInt8(ascii: " ") }.prefix { $0 != UInt8(ascii: " ") }
            return Int(String(decoding: digits, as: UTF8.self), radix: 8)
        }
        let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
        guard octal(148..<156) == sum, let size = octal(124..<136), size >= 0 else { return nil }
        // A prefix would make the name a path, which none of ours is.
        let isUStar = header[257..<262].elementsEqual("ustar".utf8)
        let prefix = isUStar ? text(345..<500) : []
        name =
            (prefix.isEmpty ? "" : String(decoding: prefix, as: UTF8.self) + "/")
            + String(decoding: text(0..<100), as: UTF8.self)
        self.size = size
        kind = header[156]
    }
}
