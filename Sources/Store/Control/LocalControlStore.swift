// Resources, tags and steering documents in SQLite.

package import Kernel
package import SQLite

/// The control store of one program.
package struct LocalControlStore: ControlStore {
    private let writer: Writer
    private let readers: ReaderPool

    /// Shares writer and readers with the other stores of the file.
    package init(writer: Writer, readers: ReaderPool) {
        self.writer = writer
        self.readers = readers
    }

    /// The schema of this store in the file that it shares with the others.
    package static let migrations = Migrations(
        part: "control",
        [
            Migration(
                "resources, tags, rules, truth, answers",
                sql: """
                    CREATE TABLE resources (
                        kind TEXT NOT NULL,
                        account TEXT NOT NULL,
                        region TEXT NOT NULL,
                        name_key TEXT NOT NULL,
                        name TEXT NOT NULL,
                        created INTEGER NOT NULL,
                        updated INTEGER NOT NULL,
                        document BLOB NOT NULL,
                        PRIMARY KEY (kind, account, region, name_key)
                    ) WITHOUT ROWID;
                    CREATE TABLE tags (
                        arn TEXT NOT NULL,
                        position INTEGER NOT NULL,
                        key TEXT NOT NULL,
                        value TEXT NOT NULL,
                        PRIMARY KEY (arn, key)
                    ) WITHOUT ROWID;
                    CREATE TABLE settings (name TEXT PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID;
                    CREATE TABLE truth (
                        account TEXT NOT NULL,
                        source TEXT NOT NULL,
                        truth BLOB NOT NULL,
                        PRIMARY KEY (account, source)
                    ) WITHOUT ROWID;
                    CREATE TABLE answers (
                        account TEXT NOT NULL,
                        region TEXT NOT NULL,
                        job_key TEXT NOT NULL,
                        object TEXT NOT NULL,
                        contents BLOB NOT NULL,
                        PRIMARY KEY (account, region, job_key, object)
                    ) WITHOUT ROWID;
                    """)
        ])

    // MARK: Resources

    package func create(_ resource: Resource, limit: Int) async throws -> ResourceCreation {
        try await writer.write { connection in
            if try Self.resource(resource.name, connection) != nil { return .nameTaken }
            let name = resource.name
            let count =
                try connection.first(
                    "SELECT count(*) FROM resources WHERE kind = :kind AND account = :account AND region = :region",
                    [
                        ":kind": name.kind.rawValue, ":account": name.account.description,
                        ":region": name.region.description,
                    ]
                ) { $0.int(0) } ?? 0
            guard count < limit else { return .limitReached }
            try Self.put(resource, connection)
            return .created
        }
    }

    package func put(_ resource: Resource) async throws {
        try await writer.write { try Self.put(resource, $0) }
    }

    package func replace(_ resource: Resource, expecting document: [UInt8]) async throws -> Bool {
        try await writer.write { connection in
            guard try Self.resource(resource.name, connection)?.document == document else { return false }
            try Self.put(resource, connection)
            return true
        }
    }

    package func resource(_ name: ResourceName) async throws -> Resource? {
        try await readers.read { try Self.resource(name, $0) }
    }

    package func resources(
        _ kind: ResourceName.Kind, account: AccountID, region: Region
    ) async throws -> [Resource] {
        try await readers.read { connection in
            try connection.all(
                """
                SELECT name, created, updated, document FROM resources
                WHERE kind = :kind AND account = :account AND region = :region ORDER BY name_key
                """,
                [":kind": kind.rawValue, ":account": account.description, ":region": region.description]
            ) { row in
                Resource(
                    name: ResourceName(kind, account: account, region: region, name: row.text(0)),
                    created: row.instant(1), updated: row.instant(2), document: row.blob(3))
            }
        }
    }

    package func resources(_ kind: ResourceName.Kind) async throws -> [Resource] {
        try await readers.read { connection in
            try connection.all(
                """
                SELECT account, region, name, created, updated, document FROM resources
                WHERE kind = :kind ORDER BY account, region, name_key
                """,
                [":kind": kind.rawValue]
            ) { row -> Resource? in
                guard let account = AccountID(row.text(0)), let region = Region(row.text(1)) else { return nil }
                return Resource(
                    name: ResourceName(kind, account: account, region: region, name: row.text(2)),
                    created: row.instant(3), updated: row.instant(4), document: row.blob(5))
            }.compactMap { $0 }
        }
    }

    package func delete(_ name: ResourceName) async throws -> Bool {
        try await writer.write { try Self.delete(name, $0) }
    }

    package func delete(_ names: [ResourceName]) async throws {
        try await writer.write { connection in
            for name in names { _ = try Self.delete(name, connection) }
        }
    }

    private static func delete(_ name: ResourceName, _ connection: Connection) throws -> Bool {
        try connection.execute(
            """
            DELETE FROM resources
            WHERE kind = :kind AND account = :account AND region = :region AND name_key = :key
            """,
            [
                ":kind": name.kind.rawValue, ":account": name.account.description,
                ":region": name.region.description, ":key": name.name.lowercased(),
            ])
        return connection.changes > 0
    }

    private static func put(_ resource: Resource, _ connection: Connection) throws {
        let name = resource.name
        try connection.execute(
            """
            INSERT OR REPLACE INTO resources (kind, account, region, name_key, name, created, updated, document)
            VALUES (:kind, :account, :region, :key, :name, :created, :updated, :document)
            """,
            [
                ":kind": name.kind.rawValue, ":account": name.account.description, ":region": name.region.description,
                ":key": name.name.lowercased(), ":name": name.name, ":created": resource.created,
                ":updated": resource.updated, ":document": resource.document,
            ])
    }

    private static func resource(_ name: ResourceName, _ connection: Connection) throws -> Resource? {
        try connection.first(
            """
            SELECT name, created, updated, document FROM resources
            WHERE kind = :kind AND account = :account AND region = :region AND name_key = :key
            """,
            [
                ":kind": name.kind.rawValue, ":account": name.account.description, ":region": name.region.description,
                ":key": name.name.lowercased(),
            ]
        ) { row in
            var stored = name
            stored.name = row.text(0)
            return Resource(name: stored, created: row.instant(1), updated: row.instant(2), document: row.blob(3))
        }
    }

    // MARK: Tags

    package func tags(of arn: String) async throws -> [Tag] {
        try await readers.read { try Self.tags(of: arn, $0) }
    }

    package func putTags(_ tags: [Tag], of arn: String, limit: Int) async throws -> Bool {
        try await writer.write { connection in
            var current = try Self.tags(of: arn, connection)
            for tag in tags {
                if let place = current.firstIndex(where: { $0.key == tag.key }) {
                    current[place] = tag
                } else {
                    current.append(tag)
                }
            }
            guard current.count <= limit else { return false }
            for (position, tag) in current.enumerated() {
                try connection.execute(
                    "INSERT OR REPLACE INTO tags (arn, position, key, value) VALUES (:arn, :position, :key, :value)",
                    [":arn": arn, ":position": position, ":key": tag.key, ":value": tag.value])
            }
            return true
        }
    }

    package func deleteTags(_ keys: [String], of arn: String) async throws {
        try await writer.write { connection in
            for key in keys {
                try connection.execute("DELETE FROM tags WHERE arn = :arn AND key = :key", [":arn": arn, ":key": key])
            }
        }
    }

    private static func tags(of arn: String, _ connection: Connection) throws -> [Tag] {
        try connection.all("SELECT key, value FROM tags WHERE arn = :arn ORDER BY position", [":arn": arn]) {
            Tag(key: $0.text(0), value: $0.text(1))
        }
    }

    // MARK: Steering

    package func rules() async throws -> [UInt8]? { try await document("rules") }

    package func putRules(_ document: [UInt8]) async throws { try await put(document, as: "rules") }

    package func functions() async throws -> [UInt8]? { try await document("functions") }

    package func putFunctions(_ document: [UInt8]) async throws { try await put(document, as: "functions") }

    private func document(_ name: String) async throws -> [UInt8]? {
        try await readers.read { connection in
            try connection.first("SELECT document FROM settings WHERE name = :name", [":name": name]) { $0.blob(0) }
        }
    }

    private func put(_ document: [UInt8], as name: String) async throws {
        try await writer.write { connection in
            try connection.execute(
                "INSERT OR REPLACE INTO settings (name, document) VALUES (:name, :document)",
                [":name": name, ":document": document])
        }
    }

    package func putTruth(_ entries: [TruthEntry], account: AccountID) async throws {
        try await writer.write(.engine) { connection in
            for entry in entries {
                try connection.execute(
                    "INSERT OR REPLACE INTO truth (account, source, truth) VALUES (:account, :source, :truth)",
                    [":account": account.description, ":source": entry.source, ":truth": entry.truth])
            }
        }
    }

    package func truth(of sources: [String], account: AccountID) async throws -> [String: [UInt8]] {
        try await readers.read { connection in
            var found: [String: [UInt8]] = [:]
            for source in sources {
                found[source] = try connection.first(
                    "SELECT truth FROM truth WHERE account = :account AND source = :source",
                    [":account": account.description, ":source": source]
                ) { $0.blob(0) }
            }
            return found
        }
    }

    package func putAnswers(_ answers: [ScriptedAnswers], for job: JobName) async throws {
        try await writer.write { connection in
            try connection.execute(
                "DELETE FROM answers WHERE account = :account AND region = :region AND job_key = :key",
                [":account": job.account.description, ":region": job.region.description, ":key": job.key])
            for answer in answers {
                try connection.execute(
                    """
                    INSERT OR REPLACE INTO answers (account, region, job_key, object, contents)
                    VALUES (:account, :region, :key, :object, :contents)
                    """,
                    [
                        ":account": job.account.description, ":region": job.region.description, ":key": job.key,
                        ":object": answer.object.key, ":contents": answer.contents,
                    ])
            }
        }
    }

    package func hasAnswers(for job: JobName) async throws -> Bool {
        try await readers.read { connection in
            try connection.first(
                """
                SELECT 1 FROM answers WHERE account = :account AND region = :region AND job_key = :key LIMIT 1
                """,
                [":account": job.account.description, ":region": job.region.description, ":key": job.key]
            ) { _ in true }
                ?? false
        }
    }

    package func answers(for job: JobName, objects: [ScriptedAnswers.Object]) async throws -> [ScriptedAnswers] {
        try await readers.read { connection in
            try objects.compactMap { object in
                try connection.first(
                    """
                    SELECT contents FROM answers
                    WHERE account = :account AND region = :region AND job_key = :key AND object = :object
                    """,
                    [
                        ":account": job.account.description, ":region": job.region.description, ":key": job.key,
                        ":object": object.key,
                    ]
                ) { ScriptedAnswers(object: object, contents: $0.blob(0)) }
            }
        }
    }

    package func reset(_ account: AccountID?) async throws {
        try await writer.write { connection in
            for table in ["resources", "truth", "answers"] {
                try connection.execute(
                    "DELETE FROM \(table) WHERE :account IS NULL OR account = :account",
                    [":account": account?.description])
            }
            guard let account else {
                try connection.execute("DELETE FROM tags")
                try connection.execute("DELETE FROM settings")
                return
            }
            // The account is the fifth part of an ARN.
            try connection.execute(
                "DELETE FROM tags WHERE arn LIKE :pattern", [":pattern": "arn:%:%:%:\(account):%"])
        }
    }
}

extension ScriptedAnswers.Object {
    /// Lines and sources share a column; no source starts with a digit sign.
    fileprivate var key: String {
        switch self {
        case .line(let number): "#\(number)"
        case .source(let source): source
        }
    }
}
