// Versions in the tables: what moves between `objects` and `versions`, and removals.

internal import Kernel
internal import SQLite

extension ObjectTables {
    /// The columns that both tables have.
    private static let shared = """
        bucket, key, version, etag, size, modified, storage_class, checksum_algorithm, checksum, checksum_parts, fields,
        tags, parts, body, blob, owner, acl, lock_mode, lock_until, lock_hold
        """

    /// The ordinal of a version that is about to become a key's latest, once the one before it has been set aside.
    func nextOrdinal(of key: String, in bucket: BucketRow) throws -> Int64 {
        try connection.first(
            "SELECT coalesce(max(ordinal), 0) + 1 FROM versions WHERE bucket = :bucket AND key = :key",
            [":bucket": bucket.id, ":key": key]
        ) { $0.integer(0) } ?? 1
    }

    /// An id that nobody can guess, with the ordinal at its end.
    func newVersion(_ ordinal: Int64) -> String {
        let digits = String(ordinal, radix: 36)
        return entropy.text(32 - VersionID.ordinalDigits, from: Alphabet.alphanumeric)
            + String(repeating: "0", count: max(0, VersionID.ordinalDigits - digits.utf8.count)) + digits
    }

    /// Makes what is the latest of a key an earlier version: the current object, or a delete marker.
    func setAside(_ key: String, hasCurrent: Bool, in bucket: BucketRow, at now: Instant) throws {
        guard hasCurrent else {
            try connection.execute(
                """
                UPDATE versions SET superseded = :now WHERE bucket = :bucket AND key = :key AND superseded IS NULL
                """, [":now": now, ":bucket": bucket.id, ":key": key])
            return
        }
        try connection.execute(
            """
            INSERT INTO versions(\(Self.shared), ordinal, marker, superseded)
            SELECT \(Self.shared), coalesce(ordinal, :next), 0, :now FROM objects
            WHERE bucket = :bucket AND key = :key
            """,
            [":next": try nextOrdinal(of: key, in: bucket), ":now": now, ":bucket": bucket.id, ":key": key])
        try removeCurrent(key, in: bucket)
    }

    private func removeCurrent(_ key: String, in bucket: BucketRow) throws {
        try connection.execute(
            "DELETE FROM objects WHERE bucket = :bucket AND key = :key", [":bucket": bucket.id, ":key": key])
    }

    /// Takes the row of an earlier version away, and hands over what it said; its body is still to be dropped.
    func takeEarlierVersion(_ version: String?, of key: String, in bucket: BucketRow) throws -> Existing? {
        let found = try connection.first(
            """
            SELECT \(Existing.columns) FROM versions WHERE bucket = :bucket AND key = :key AND version IS :version
            """, [":bucket": bucket.id, ":key": key, ":version": version], Existing.init)
        guard let found else { return nil }
        try connection.execute(
            "DELETE FROM versions WHERE bucket = :bucket AND key = :key AND version IS :version",
            [":bucket": bucket.id, ":key": key, ":version": version])
        return found
    }

    /// Where a key has no latest version any more, the newest of the earlier ones becomes that.
    private func promote(_ key: String, in bucket: BucketRow) throws {
        let newest = try connection.first(
            """
            SELECT marker, ordinal FROM versions WHERE bucket = :bucket AND key = :key ORDER BY ordinal DESC LIMIT 1
            """, [":bucket": bucket.id, ":key": key]
        ) { (isMarker: $0.bool(0), ordinal: $0.integer(1)) }
        guard let newest, try existing(key, in: bucket) == nil else { return }
        if newest.isMarker {
            try connection.execute(
                "UPDATE versions SET superseded = NULL WHERE bucket = :bucket AND key = :key AND ordinal = :ordinal",
                [":bucket": bucket.id, ":key": key, ":ordinal": newest.ordinal])
            return
        }
        try connection.execute(
            """
            INSERT INTO objects(\(Self.shared), ordinal)
            SELECT \(Self.shared), ordinal FROM versions WHERE bucket = :bucket AND key = :key AND ordinal = :ordinal
            """, [":bucket": bucket.id, ":key": key, ":ordinal": newest.ordinal])
        try connection.execute(
            "DELETE FROM versions WHERE bucket = :bucket AND key = :key AND ordinal = :ordinal",
            [":bucket": bucket.id, ":key": key, ":ordinal": newest.ordinal])
    }

    // MARK: Removals

    mutating func delete(_ removals: [ObjectRemoval], in bucket: BucketRow, at now: Instant) throws {
        for (place, removal) in removals.enumerated() {
            do { try remove(removal, in: bucket, at: now, place) } catch let refusal as IndexRefusal {
                outcome.refusals[place] = refusal
            }
        }
    }

    /// Throws a refusal before anything is changed.
    private mutating func remove(
        _ removal: ObjectRemoval, in bucket: BucketRow, at now: Instant, _ place: Int
    ) throws {
        let key = removal.key, existing = try existing(key, in: bucket)
        if let version = removal.version {
            try remove(version, of: removal, existing, in: bucket, at: now, place)
            return
        }
        try check(removal.expecting, existing)
        switch bucket.versioning {
        case .never:
            guard let existing else { return }
            try removeCurrent(key, in: bucket)
            try letGo(existing)
            try announce(AnnouncedChange(key: key, etag: existing.etag), in: bucket)
        case .enabled:
            try setAside(key, hasCurrent: existing != nil, in: bucket, at: now)
            try addMarker(hasID: true, key, in: bucket, at: now, place)
        case .suspended:
            if let existing, existing.version == nil {
                try removeCurrent(key, in: bucket)
                try letGo(existing)
            } else {
                try setAside(key, hasCurrent: existing != nil, in: bucket, at: now)
                if let null = try takeEarlierVersion(nil, of: key, in: bucket) { try letGo(null) }
            }
            try addMarker(hasID: false, key, in: bucket, at: now, place)
        }
    }

    private mutating func addMarker(
        hasID: Bool, _ key: String, in bucket: BucketRow, at now: Instant, _ place: Int
    ) throws {
        let ordinal = try nextOrdinal(of: key, in: bucket), version = hasID ? newVersion(ordinal) : nil
        try connection.execute(
            """
            INSERT INTO versions(bucket, key, ordinal, version, marker, etag, size, modified)
            VALUES(:bucket, :key, :ordinal, :version, 1, '', 0, :now)
            """, [":bucket": bucket.id, ":key": key, ":ordinal": ordinal, ":version": version, ":now": now])
        outcome.versions[place] = .init(version: version ?? "null", isDeleteMarker: true)
        try announce(AnnouncedChange(key: key, version: version, isDeleteMarker: true), in: bucket)
    }

    /// Removes one version for good.
    private mutating func remove(
        _ version: String, of removal: ObjectRemoval, _ current: Existing?, in bucket: BucketRow, at now: Instant,
        _ place: Int
    ) throws {
        let key = removal.key, id = version == "null" ? nil : version
        let isCurrent = current != nil && current?.version == id
        let found = try connection.first(
            """
            SELECT \(isCurrent ? "0" : "marker"), lock_mode, lock_until, lock_hold, \(Existing.columns)
            FROM \(isCurrent ? "objects" : "versions")
            WHERE bucket = :bucket AND key = :key AND version IS :version
            """, [":bucket": bucket.id, ":key": key, ":version": id]
        ) { row in
            (isMarker: row.bool(0), lock: ObjectLock(row, from: 1), existing: Existing(row, from: 4))
        }
        try check(removal.expecting, found?.existing)
        guard let found else { return }
        if !removal.ignoresLock, found.lock.holds(at: now, bypassingGovernance: removal.bypassesGovernance) {
            throw IndexRefusal.locked
        }
        if isCurrent, let current {
            try removeCurrent(key, in: bucket)
            try letGo(current)
        } else if let taken = try takeEarlierVersion(id, of: key, in: bucket) {
            try letGo(taken)
        }
        try promote(key, in: bucket)
        if bucket.versioning != .never {
            outcome.versions[place] = .init(version: version, isDeleteMarker: found.isMarker)
        }
        try announce(AnnouncedChange(key: key, etag: found.existing.etag, version: id), in: bucket)
    }

    /// Drops the body of a row that is gone.
    private mutating func letGo(_ existing: Existing) throws {
        try drop(existing.body)
        try releaseUnlessShared(existing.blob)
    }
}

/// How the ids of versions are made.
enum VersionID {
    /// The last characters of an id: the ordinal in base 36.
    static let ordinalDigits = 6

    static func ordinal(of id: String) -> Int64? {
        id.utf8.count == 32 ? Int64(id.suffix(ordinalDigits), radix: 36) : nil
    }
}
