// Reads and writes of one job over a connection: the SQL of jobs stands here and in LocalJobStore, nowhere else.

internal import Kernel
internal import SQLite

/// One job over one connection. A reader's connection is read-only; the writer's is inside the unit's savepoint.
struct LocalJobTransaction: JobTransaction {
    let connection: Connection
    let id: JobID
    let events: EventTable

    // MARK: Reading

    func job() throws -> JobRow {
        guard let row = try LocalJobStore.job(id, connection) else { throw JobStoreError.noSuchJob(id) }
        return row
    }

    func objects(_ indices: [Int]) throws -> [Int: ObjectRow] {
        var rows: [Int: ObjectRow] = [:]
        rows.reserveCapacity(indices.count)
        for index in indices {
            rows[index] = try connection.first(
                """
                SELECT position, status, state, label, category, use, draw, confidence, round FROM data_objects
                WHERE job = :job AND position = :position
                """, [":job": id.value, ":position": index], Self.objectRow)
        }
        return rows
    }

    func objects(_ status: ObjectRow.Status, after index: Int, limit: Int) throws -> [ObjectRow] {
        try connection.all(
            """
            SELECT position, status, state, label, category, use, draw, confidence, round FROM data_objects
            WHERE job = :job AND position > :after AND status = :status ORDER BY position LIMIT :limit
            """, [":job": id.value, ":after": index, ":status": status.rawValue, ":limit": limit], Self.objectRow)
    }

    func marks(in range: Range<Int>) throws -> [Int: (status: ObjectRow.Status, round: Int)] {
        var marks: [Int: (status: ObjectRow.Status, round: Int)] = [:]
        try connection.forEach(
            """
            SELECT position, status, round FROM data_objects
            WHERE job = :job AND position >= :from AND position < :to
            """, [":job": id.value, ":from": range.lowerBound, ":to": range.upperBound]
        ) { row in
            marks[row.int(0)] = (ObjectRow.Status(rawValue: row.int(1)) ?? .waiting, row.int(2))
            return true
        }
        return marks
    }

    func lines(_ indices: [Int]) throws -> [Int: [UInt8]] {
        var lines: [Int: [UInt8]] = [:]
        lines.reserveCapacity(indices.count)
        for index in indices {
            lines[index] = try connection.first(
                "SELECT line FROM manifest_lines WHERE job = :job AND position = :position",
                [":job": id.value, ":position": index]
            ) { $0.blob(0) }
        }
        return lines
    }

    func taskInputs(_ indices: [Int]) throws -> [Int: [UInt8]] {
        var inputs: [Int: [UInt8]] = [:]
        for index in indices {
            inputs[index] = try connection.first(
                "SELECT input FROM task_inputs WHERE job = :job AND position = :position",
                [":job": id.value, ":position": index]
            ) { $0.blob(0) }
        }
        return inputs
    }

    func labeledLines(
        in range: Range<Int>,
        _ body: (_ index: Int, _ line: UnsafeRawBufferPointer, _ label: UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try connection.forEach(
            """
            SELECT l.position, l.line, o.label FROM manifest_lines l
            LEFT JOIN data_objects o ON o.job = l.job AND o.position = l.position
            WHERE l.job = :job AND l.position >= :from AND l.position < :to ORDER BY l.position
            """, [":job": id.value, ":from": range.lowerBound, ":to": range.upperBound]
        ) { row in
            try row.withBytes(1) { line in
                try row.withBytes(2) { label in try body(row.int(0), line, label) }
            }
            return true
        }
    }

    func leastConfident(limit: Int) throws -> [Int] {
        try connection.all(
            """
            SELECT position FROM data_objects WHERE job = :job AND status = 0 AND confidence IS NOT NULL
            ORDER BY confidence, position LIMIT :limit
            """, [":job": id.value, ":limit": limit]
        ) { $0.int(0) }
    }

    func humanLabels() throws -> [HumanLabelRow] {
        try connection.all(
            """
            SELECT position, category, use, round, draw FROM data_objects
            WHERE job = :job AND status = :human ORDER BY draw IS NULL, draw, position
            """, [":job": id.value, ":human": ObjectRow.Status.human.rawValue]
        ) { row in
            HumanLabelRow(
                index: row.int(0), category: row.optionalInt(1), use: ObjectRow.Use(rawValue: row.int(2)) ?? .none,
                round: row.int(3), position: row.optionalInt(4))
        }
    }

    func randomObjects() throws -> [Int: Int] {
        let rounds = try connection.all(
            "SELECT round, random FROM batches WHERE job = :job AND random > 0", [":job": id.value]
        ) { ($0.int(0), $0.int(1)) }
        return Dictionary(uniqueKeysWithValues: rounds)
    }

    func categoryCounts() throws -> [Int: (human: Int, machine: Int)] {
        var counts: [Int: (human: Int, machine: Int)] = [:]
        let rows = try connection.all(
            """
            SELECT category, status, count(*) FROM data_objects
            WHERE job = :job AND category IS NOT NULL GROUP BY category, status
            """, [":job": id.value]
        ) { ($0.int(0), ObjectRow.Status(rawValue: $0.int(1)), $0.int(2)) }
        for (category, status, count) in rows {
            switch status {
            case .human: counts[category, default: (0, 0)].human = count
            case .machine: counts[category, default: (0, 0)].machine = count
            case .waiting, .open, .answered, .failed, nil: break
            }
        }
        return counts
    }

    func count(_ status: ObjectRow.Status) throws -> Int {
        try connection.first(
            "SELECT count(*) FROM data_objects WHERE job = :job AND status = :status",
            [":job": id.value, ":status": status.rawValue]
        ) { $0.int(0) } ?? 0
    }

    func document(_ name: String) throws -> [UInt8]? {
        try connection.first(
            "SELECT bytes FROM job_documents WHERE job = :job AND name = :name",
            [":job": id.value, ":name": name]
        ) { $0.blob(0) }
    }

    func latestBatch() throws -> BatchRow? {
        try connection.first(
            "SELECT round, objects, cursor, random FROM batches WHERE job = :job ORDER BY round DESC LIMIT 1",
            [":job": id.value], Self.batchRow)
    }

    func batch(_ round: Int) throws -> BatchRow? {
        try connection.first(
            "SELECT round, objects, cursor, random FROM batches WHERE job = :job AND round = :round",
            [":job": id.value, ":round": round], Self.batchRow)
    }

    // MARK: Writing

    func save(state: [UInt8], status: String, isTerminal: Bool, modified: Instant, due: Instant?) throws {
        try connection.execute(
            """
            UPDATE labeling_jobs SET state = :state, status = :status, is_terminal = :terminal, modified = :modified,
                due = :due WHERE id = :id
            """,
            [
                ":state": state, ":status": status, ":terminal": isTerminal ? 1 : 0, ":modified": modified, ":due": due,
                ":id": id.value,
            ])
    }

    func append(_ effects: [[UInt8]]) throws {
        for effect in effects {
            try connection.execute(
                "INSERT INTO outbox (job, effect) VALUES (:job, :effect)", [":job": id.value, ":effect": effect])
        }
    }

    func append(_ events: [OutgoingEvent]) throws { try self.events.append(events, connection) }

    func finishEffect(_ sequence: Int64) throws {
        try connection.execute("DELETE FROM outbox WHERE sequence = :sequence", [":sequence": sequence])
    }

    func hasEffects() throws -> Bool {
        try connection.first("SELECT 1 FROM outbox WHERE job = :job LIMIT 1", [":job": id.value]) { _ in true } ?? false
    }

    func hasEffect(_ sequence: Int64) throws -> Bool {
        try connection.first("SELECT 1 FROM outbox WHERE sequence = :sequence", [":sequence": sequence]) { _ in true }
            ?? false
    }

    func dropEffects() throws {
        try connection.execute("DELETE FROM outbox WHERE job = :job", [":job": id.value])
    }

    func append(_ entries: [TimelineRow]) throws {
        for entry in entries {
            try connection.execute(
                "INSERT INTO timelines (job, at, served, entry) VALUES (:job, :at, :served, :entry)",
                [":job": id.value, ":at": entry.at, ":served": entry.served, ":entry": entry.entry])
        }
    }

    func put(_ lines: [ManifestRow]) throws {
        for line in lines {
            try connection.execute(
                "INSERT OR REPLACE INTO manifest_lines (job, position, line) VALUES (:job, :position, :line)",
                [":job": id.value, ":position": line.index, ":line": line.line])
        }
    }

    func put(_ inputs: [TaskInputRow]) throws {
        for input in inputs {
            try connection.execute(
                "INSERT OR REPLACE INTO task_inputs (job, position, input) VALUES (:job, :position, :input)",
                [":job": id.value, ":position": input.index, ":input": input.input])
        }
    }

    func put(_ objects: [ObjectRow]) throws {
        for object in objects {
            try connection.execute(
                """
                INSERT OR REPLACE INTO data_objects
                    (job, position, status, round, state, label, category, use, draw, confidence)
                VALUES (:job, :position, :status, :round, :state, :label, :category, :use, :draw, :confidence)
                """,
                [
                    ":job": id.value, ":position": object.index, ":status": object.status.rawValue,
                    ":round": object.round, ":state": object.state.isEmpty ? nil : object.state,
                    ":label": object.label.isEmpty ? nil : object.label, ":category": object.category,
                    ":use": object.use.rawValue, ":draw": object.position, ":confidence": object.confidence,
                ])
        }
    }

    func putDocument(_ name: String, _ bytes: [UInt8]) throws {
        try connection.execute(
            "INSERT OR REPLACE INTO job_documents (job, name, bytes) VALUES (:job, :name, :bytes)",
            [":job": id.value, ":name": name, ":bytes": bytes])
    }

    func put(_ batch: BatchRow) throws {
        try connection.execute(
            """
            INSERT OR REPLACE INTO batches (job, round, objects, cursor, random)
            VALUES (:job, :round, :objects, :cursor, :random)
            """,
            [
                ":job": id.value, ":round": batch.round, ":objects": Self.packed(batch.objects),
                ":cursor": batch.cursor, ":random": batch.random,
            ])
    }

    func putConfidences(_ confidences: [(index: Int, confidence: Double)]) throws {
        for (index, confidence) in confidences {
            try connection.execute(
                """
                INSERT INTO data_objects (job, position, status, confidence) VALUES (:job, :position, 0, :confidence)
                ON CONFLICT (job, position) DO UPDATE SET confidence = excluded.confidence
                """, [":job": id.value, ":position": index, ":confidence": confidence])
        }
    }

    func setUse(_ use: ObjectRow.Use, of indices: [Int]) throws {
        for index in indices {
            try connection.execute(
                "UPDATE data_objects SET use = :use WHERE job = :job AND position = :position",
                [":use": use.rawValue, ":job": id.value, ":position": index])
        }
    }

    // MARK: Rows

    private static func objectRow(_ row: Row) -> ObjectRow {
        ObjectRow(
            index: row.int(0), status: ObjectRow.Status(rawValue: row.int(1)) ?? .waiting, round: row.int(8),
            state: row.blob(2), label: row.blob(3), category: row.optionalInt(4),
            use: ObjectRow.Use(rawValue: row.int(5)) ?? .none,
            position: row.optionalInt(6), confidence: row.optionalReal(7))
    }

    private static func batchRow(_ row: Row) -> BatchRow {
        BatchRow(
            round: row.int(0), objects: row.withBytes(1, unpacked), cursor: row.int(2), random: row.int(3))
    }

    /// Object indices as 32-bit little-endian numbers.
    private static func packed(_ indices: [Int]) -> [UInt8] {
        indices.flatMap { index in withUnsafeBytes(of: UInt32(index).littleEndian) { Array($0) } }
    }

    private static func unpacked(_ bytes: UnsafeRawBufferPointer) -> [Int] {
        (0..<bytes.count / 4).map {
            Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
        }
    }
}

/// What only we may see go wrong.
enum JobStoreError: Error, Hashable {
    case noSuchJob(JobID)
}
