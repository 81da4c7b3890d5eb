import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Files shared between projects, found beside the repository or where GROUNDWORK_SHARED says.
enum Fixture {
    static let folder: String? = {
        let beside = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/../shared"
        let named = getenv("GROUNDWORK_SHARED").map { String(cString: $0) }
        return [named, beside].compactMap(\.self).first { access($0 + "/fixtures", R_OK) == 0 }
    }()

    static let absent: Comment = "The shared fixtures are not here; set GROUNDWORK_SHARED to their folder."

    static func lines(_ path: String) throws -> [Substring] {
        let name = try #require(folder) + "/fixtures/" + path
        let opened = fopen(name, "r")
        let file = try #require(opened, "\(name) cannot be read")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    }

    /// Rows of a comma-separated file, by column name.
    static func rows(_ path: String) throws -> [[String: String]] {
        let lines = try lines(path)
        let header = try #require(lines.first)
        let names = header.split(separator: ",").map(String.init)
        return lines.dropFirst().map { line in
            let values = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return Dictionary(uniqueKeysWithValues: zip(names, values))
        }
    }
}

/// The bytes of a text.
func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
