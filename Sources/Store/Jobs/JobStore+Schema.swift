// Tables of labeling jobs. `labeling_jobs.due` is what the engine wakes up by; it is written in the transaction that
// changes the state it follows from, as are the effects.

package import SQLite

extension LocalJobStore {
    /// The schema of this store in the file that it shares with the others.
    package static let migrations = Migrations(
        part: "jobs",
        [
            Migration(
                "jobs, objects, effects, timelines",
                sql: """
                    CREATE TABLE labeling_jobs (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        account TEXT NOT NULL,
                        region TEXT NOT NULL,
                        name TEXT NOT NULL,
                        name_key TEXT NOT NULL,
                        is_archived INTEGER NOT NULL DEFAULT 0,
                        created INTEGER NOT NULL,
                        modified INTEGER NOT NULL,
                        status TEXT NOT NULL,
                        is_terminal INTEGER NOT NULL DEFAULT 0,
                        due INTEGER,
                        specification BLOB NOT NULL,
                        state BLOB NOT NULL
                    );
                    CREATE UNIQUE INDEX labeling_jobs_name ON labeling_jobs (account, region, name_key)
                        WHERE is_archived = 0;
                    CREATE INDEX labeling_jobs_due ON labeling_jobs (due) WHERE due IS NOT NULL;
                    CREATE TABLE manifest_lines (
                        job INTEGER NOT NULL,
                        position INTEGER NOT NULL,
                        line BLOB NOT NULL,
                        PRIMARY KEY (job, position)
                    ) WITHOUT ROWID;
                    CREATE TABLE data_objects (
                        job INTEGER NOT NULL,
                        position INTEGER NOT NULL,
                        status INTEGER NOT NULL,
                        round INTEGER NOT NULL DEFAULT 0,
                        state BLOB,
                        label BLOB,
                        category INTEGER,
                        use INTEGER NOT NULL DEFAULT 0,
                        draw INTEGER,
                        confidence REAL,
                        PRIMARY KEY (job, position)
                    ) WITHOUT ROWID;
                    CREATE INDEX data_objects_confidence ON data_objects (job, confidence, position)
                        WHERE status = 0 AND confidence IS NOT NULL;
                    CREATE TABLE batches (
                        job INTEGER NOT NULL,
                        round INTEGER NOT NULL,
                        objects BLOB NOT NULL,
                        cursor INTEGER NOT NULL,
                        PRIMARY KEY (job, round)
                    ) WITHOUT ROWID;
                    CREATE TABLE job_documents (
                        job INTEGER NOT NULL,
                        name TEXT NOT NULL,
                        bytes BLOB NOT NULL,
                        PRIMARY KEY (job, name)
                    ) WITHOUT ROWID;
                    CREATE TABLE outbox (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                        job INTEGER NOT NULL,
                        effect BLOB NOT NULL
                    );
                    CREATE INDEX outbox_job ON outbox (job, sequence);
                    CREATE TABLE timelines (
                        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                        job INTEGER NOT NULL,
                        at INTEGER NOT NULL,
                        served INTEGER NOT NULL,
                        entry BLOB NOT NULL
                    );
                    CREATE INDEX timelines_job ON timelines (job, sequence);
                    """),
            Migration(
                "what pre-annotation functions made of objects",
                sql: """
                    CREATE TABLE task_inputs (
                        job INTEGER NOT NULL,
                        position INTEGER NOT NULL,
                        input BLOB NOT NULL,
                        PRIMARY KEY (job, position)
                    );
                    """),
            Migration(
                "how much of a batch was drawn at random",
                sql: "ALTER TABLE batches ADD COLUMN random INTEGER NOT NULL DEFAULT 0;"),
        ])
}
