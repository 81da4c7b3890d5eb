// The tables of the object index.
//
// `objects` holds one row per key: the current version. It carries everything but the bytes, so that listing and HEAD
// never touch them; the bytes of small objects are in `bodies`, those of large ones in a file named by `blob`.
// `versions` holds everything that is not current, delete markers among it: a key whose latest version is a delete
// marker has no row in `objects`, so reads and plain listings never meet one. `ordinal` counts a key's versions from
// old to new; it is part of a version's id, so that a listing can go on after a version that was deleted meanwhile.
// Every change to a bucket raises its revision, so readers may remember what an id with a revision stands for.
// A blob may be shared by copies: whoever removes a row asks whether another still names it.

package import SQLite

/// The schema of buckets, objects and uploads.
package enum ObjectSchema {
    /// To be applied to every file that holds an index; other parts may live beside it.
    package static let migrations = Migrations(
        part: "objects",
        [
            Migration(
                "buckets, objects, uploads",
                sql: """
                    CREATE TABLE buckets(
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        name TEXT NOT NULL UNIQUE,
                        account TEXT NOT NULL,
                        region TEXT NOT NULL,
                        created INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX buckets_by_account ON buckets(account, name);
                    CREATE TABLE bucket_configurations(
                        bucket INTEGER NOT NULL REFERENCES buckets(id) ON DELETE CASCADE,
                        kind TEXT NOT NULL,
                        document BLOB NOT NULL,
                        PRIMARY KEY(bucket, kind)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE bodies(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
                    CREATE TABLE objects(
                        bucket INTEGER NOT NULL,
                        key TEXT NOT NULL,
                        version TEXT,
                        etag TEXT NOT NULL,
                        size INTEGER NOT NULL,
                        modified INTEGER NOT NULL,
                        storage_class TEXT,
                        checksum_algorithm TEXT,
                        checksum BLOB,
                        checksum_parts INTEGER,
                        fields TEXT,
                        tags TEXT,
                        parts TEXT,
                        body INTEGER,
                        blob TEXT,
                        PRIMARY KEY(bucket, key)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX objects_by_blob ON objects(blob) WHERE blob IS NOT NULL;
                    CREATE TABLE uploads(
                        id TEXT PRIMARY KEY,
                        bucket INTEGER NOT NULL,
                        key TEXT NOT NULL,
                        initiated INTEGER NOT NULL,
                        initiator TEXT NOT NULL,
                        storage_class TEXT,
                        checksum_algorithm TEXT,
                        checksum_composite INTEGER NOT NULL,
                        fields TEXT,
                        tags TEXT
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX uploads_by_key ON uploads(bucket, key, id);
                    CREATE TABLE parts(
                        upload TEXT NOT NULL,
                        number INTEGER NOT NULL,
                        etag TEXT NOT NULL,
                        size INTEGER NOT NULL,
                        modified INTEGER NOT NULL,
                        checksum_algorithm TEXT,
                        checksum BLOB,
                        body INTEGER,
                        blob TEXT,
                        PRIMARY KEY(upload, number)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX parts_by_blob ON parts(blob) WHERE blob IS NOT NULL;
                    """),
            Migration(
                "versions, owners, grants, locks",
                sql: """
                    ALTER TABLE buckets ADD COLUMN versioning INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE buckets ADD COLUMN lock INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE buckets ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
                    ALTER TABLE buckets ADD COLUMN plain INTEGER NOT NULL DEFAULT 1;
                    ALTER TABLE objects ADD COLUMN owner TEXT;
                    ALTER TABLE objects ADD COLUMN acl TEXT;
                    ALTER TABLE objects ADD COLUMN lock_mode TEXT;
                    ALTER TABLE objects ADD COLUMN lock_until INTEGER;
                    ALTER TABLE objects ADD COLUMN lock_hold INTEGER;
                    ALTER TABLE objects ADD COLUMN ordinal INTEGER;
                    ALTER TABLE uploads ADD COLUMN owner TEXT;
                    ALTER TABLE uploads ADD COLUMN acl TEXT;
                    ALTER TABLE uploads ADD COLUMN lock_mode TEXT;
                    ALTER TABLE uploads ADD COLUMN lock_until INTEGER;
                    ALTER TABLE uploads ADD COLUMN lock_hold INTEGER;
                    CREATE TABLE versions(
                        bucket INTEGER NOT NULL,
                        key TEXT NOT NULL,
                        ordinal INTEGER NOT NULL,
                        version TEXT,
                        marker INTEGER NOT NULL,
                        superseded INTEGER,
                        etag TEXT NOT NULL,
                        size INTEGER NOT NULL,
                        modified INTEGER NOT NULL,
                        storage_class TEXT,
                        checksum_algorithm TEXT,
                        checksum BLOB,
                        checksum_parts INTEGER,
                        fields TEXT,
                        tags TEXT,
                        parts TEXT,
                        body INTEGER,
                        blob TEXT,
                        owner TEXT,
                        acl TEXT,
                        lock_mode TEXT,
                        lock_until INTEGER,
                        lock_hold INTEGER,
                        PRIMARY KEY(bucket, key, ordinal DESC)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX versions_by_blob ON versions(blob) WHERE blob IS NOT NULL;
                    """),
            Migration("aliases of regions", sql: "ALTER TABLE buckets ADD COLUMN region_alias TEXT"),
        ])
}
