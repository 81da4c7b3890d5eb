// Schema changes: numbered, forward only, never edited once released. Each part of the store (objects, jobs, control)
// numbers its own from 1, so that parts can grow independently in one file.

/// One step of a part's schema.
package struct Migration: Sendable {
    /// What the step brings, for people; the number is the step's place in the list.
    package let name: String
    /// Changes the schema inside the transaction that also notes its version.
    package let apply: @Sendable (Connection) throws -> Void

    package init(_ name: String, apply: @escaping @Sendable (Connection) throws -> Void) {
        self.name = name
        self.apply = apply
    }

    /// A step that is plain SQL.
    package init(_ name: String, sql: String) {
        self.init(name) { try $0.run(sql) }
    }
}

/// The schema of one part: its steps in order; the first brings version 1.
package struct Migrations: Sendable {
    /// Names the part in the table of versions.
    package let part: String
    /// Never reordered and never shortened: the number of steps is the version.
    package let steps: [Migration]

    package init(part: String, _ steps: [Migration]) {
        self.part = part
        self.steps = steps
    }

    /// The data was written by a newer program.
    package struct NewerSchema: Error, Hashable, CustomStringConvertible {
        /// The part, the version in the file, and the latest that this program knows.
        package let part: String, found: Int, known: Int
        package var description: String {
            "the data directory was written by a newer groundwork: schema \(part) has version \(found), this program "
                + "knows \(known); use the newer program, or another data directory"
        }
    }

    /// Brings every part up to date in one transaction, or changes nothing.
    package static func apply(_ parts: [Migrations], to connection: Connection) throws {
        try connection.execute("BEGIN IMMEDIATE")
        do {
            try connection.run(
                "CREATE TABLE IF NOT EXISTS schema_versions(part TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT")
            let found = try connection.all("SELECT part, version FROM schema_versions ORDER BY part") {
                (part: $0.text(0), version: $0.int(1))
            }
            for (part, version) in found {
                let known = parts.first { $0.part == part }?.steps.count ?? 0
                guard version <= known else { throw NewerSchema(part: part, found: version, known: known) }
            }
            for part in parts {
                let version = found.first { $0.part == part.part }?.version ?? 0
                try part.apply(from: version, to: connection)
            }
            try connection.execute("COMMIT")
        } catch {
            connection.rollBack()
            throw error
        }
    }

    private func apply(from version: Int, to connection: Connection) throws {
        guard version < steps.count else { return }
        for step in steps[version...] { try step.apply(connection) }
        try connection.execute(
            "INSERT INTO schema_versions VALUES(:part, :version) ON CONFLICT DO UPDATE SET version = :version",
            [":part": part, ":version": steps.count])
    }
}
