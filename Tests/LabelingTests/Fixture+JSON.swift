import FoundationEssentials
import JSON

extension Fixture {
    /// A file of the shared fixtures.
    static func json(_ path: String) throws -> JSONValue {
        try JSONValue(parsing: utf8(lines(path).joined(separator: "\n")))
    }

    /// A file that another program made for our tests.
    static func golden(_ name: String) throws -> JSONValue {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try JSONValue(parsing: Array(Data(contentsOf: folder.appending(path: "Golden/" + name))))
    }
}
