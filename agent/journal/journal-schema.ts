import type { SqlDatabase } from "../../shared/sql/sql.ts";

/** The daily counts, told apart by one more word where that is named. */
function jobDays(word?: string): string {
  const [column, key] = word === undefined ? ["", ""] : [`, ${word} TEXT NOT NULL`, `, ${word}`];
  return `CREATE TABLE job_days (
    day TEXT NOT NULL,
    pool TEXT NOT NULL,
    repository TEXT NOT NULL,
    conclusion TEXT NOT NULL,
    jobs INTEGER NOT NULL,
    run_ms INTEGER NOT NULL,
    wait_ms INTEGER NOT NULL,
    waits TEXT NOT NULL${column},
    PRIMARY KEY (day, pool, repository, conclusion${key})
  ) STRICT, WITHOUT ROWID`;
}

/** One entry a schema version, applied in order and never edited once released. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE signals (
       guid TEXT NOT NULL UNIQUE,
       job_id INTEGER NOT NULL,
       agent_at INTEGER NOT NULL,
       signal TEXT NOT NULL
     ) STRICT`,
    "CREATE INDEX signals_by_job ON signals (job_id)",
    `CREATE TABLE cursor (
       one INTEGER PRIMARY KEY CHECK (one = 1),
       stream TEXT NOT NULL,
       acked INTEGER NOT NULL
     ) STRICT`,
    `CREATE TABLE slots (
       name TEXT PRIMARY KEY,
       pool TEXT NOT NULL,
       scope TEXT NOT NULL,
       runner_id INTEGER,
       planned_at INTEGER NOT NULL,
       jit_asked_at INTEGER,
       jit_at INTEGER,
       started_at INTEGER,
       online_at INTEGER,
       exited_at INTEGER,
       exit_code INTEGER,
       removed_at INTEGER
     ) STRICT, WITHOUT ROWID`,
    "CREATE INDEX slots_by_end ON slots (removed_at)",
  ],
  [
    "ALTER TABLE slots ADD COLUMN surplus_since INTEGER",
    "CREATE TABLE hook_logs (hook TEXT PRIMARY KEY, read_to INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    `CREATE TABLE missed_deliveries (
       guid TEXT PRIMARY KEY,
       hook TEXT NOT NULL,
       attempt TEXT NOT NULL,
       delivered_at INTEGER NOT NULL,
       asked INTEGER NOT NULL,
       open INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID`,
    "CREATE TABLE repository_reads (repository TEXT PRIMARY KEY, read_at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    `CREATE TABLE last_sweep (
       one INTEGER PRIMARY KEY CHECK (one = 1),
       started_at INTEGER NOT NULL,
       finished_at INTEGER NOT NULL,
       all_read_since INTEGER,
       calls INTEGER NOT NULL,
       not_modified INTEGER NOT NULL,
       budget INTEGER NOT NULL,
       failures INTEGER NOT NULL
     ) STRICT`,
  ],
  ["ALTER TABLE slots ADD COLUMN tail TEXT"],
  [
    "ALTER TABLE signals ADD COLUMN seq INTEGER",
    "CREATE TABLE drains (pool TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID",
  ],
  [
    `CREATE TABLE unread (
       stream TEXT NOT NULL,
       seq INTEGER NOT NULL,
       reason TEXT NOT NULL,
       raw TEXT NOT NULL,
       agent_at INTEGER NOT NULL,
       PRIMARY KEY (stream, seq)
     ) STRICT, WITHOUT ROWID`,
  ],
  ["ALTER TABLE cursor ADD COLUMN guid TEXT", "ALTER TABLE unread ADD COLUMN told INTEGER NOT NULL DEFAULT 0"],
  [
    `CREATE TABLE finished_jobs (
       job_id INTEGER PRIMARY KEY,
       day TEXT NOT NULL,
       pool TEXT NOT NULL,
       repository TEXT NOT NULL,
       conclusion TEXT NOT NULL,
       run_ms INTEGER NOT NULL,
       wait_ms INTEGER NOT NULL,
       completed_at INTEGER NOT NULL
     ) STRICT`,
    jobDays(),
  ],
  [
    // Which jobs have ended is read from the index alone.
    "DROP INDEX signals_by_job",
    `CREATE INDEX signals_by_job
       ON signals (job_id, json_extract(signal, '$.action'), json_extract(signal, '$.runAttempt'))`,
    "CREATE TABLE old_guids (guid TEXT PRIMARY KEY, agent_at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE ended_jobs (job_id INTEGER PRIMARY KEY, attempt INTEGER NOT NULL, agent_at INTEGER NOT NULL) STRICT",
  ],
  [
    `CREATE TABLE operator_pause (
       one INTEGER PRIMARY KEY CHECK (one = 1),
       since INTEGER NOT NULL,
       until INTEGER
     ) STRICT`,
  ],
  [
    `CREATE TABLE notices (
       id TEXT NOT NULL,
       receiver TEXT NOT NULL,
       at INTEGER NOT NULL,
       notice TEXT NOT NULL,
       PRIMARY KEY (id, receiver)
     ) STRICT, WITHOUT ROWID`,
    "CREATE TABLE told_troubles (key TEXT PRIMARY KEY, rule TEXT NOT NULL, text TEXT NOT NULL) STRICT, WITHOUT ROWID",
  ],
  [
    `CREATE TABLE replaced_images (
       engine TEXT NOT NULL,
       id TEXT NOT NULL,
       name TEXT NOT NULL,
       UNIQUE (engine, id)
     ) STRICT`,
  ],
  // What was made before there were others is on the local one.
  ["ALTER TABLE slots ADD COLUMN engine TEXT NOT NULL DEFAULT 'local'"],
  [
    `CREATE TABLE operator_acts (
       id INTEGER PRIMARY KEY,
       at INTEGER NOT NULL,
       act TEXT NOT NULL,
       subject TEXT NOT NULL,
       address TEXT,
       outcome TEXT
     ) STRICT`,
  ],
  ["ALTER TABLE slots ADD COLUMN node TEXT"],
  [
    // Nobody noted before what machine a job was on.
    "ALTER TABLE finished_jobs ADD COLUMN machine TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE job_days RENAME TO old_job_days",
    jobDays("machine"),
    "INSERT INTO job_days SELECT *, '' FROM old_job_days",
    "DROP TABLE old_job_days",
  ],
];

/**
 * Brings a journal to the newest schema.
 * @throws {Error} if a newer version of the agent has written it.
 */
export function migrateJournal(sql: SqlDatabase): void {
  const version = versionOf(sql);
  if (version > MIGRATIONS.length) {
    throw new Error(`The journal has schema ${version}, this agent knows ${MIGRATIONS.length}; start the newer agent`);
  }
  if (version === MIGRATIONS.length) return;
  sql.transaction(() => {
    sql.exec("CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL) STRICT");
    for (const statement of MIGRATIONS.slice(version).flat()) sql.exec(statement);
    sql.exec("DELETE FROM schema");
    sql.exec("INSERT INTO schema (version) VALUES (?)", MIGRATIONS.length);
  });
}

function versionOf(sql: SqlDatabase): number {
  if (sql.exec("SELECT name FROM sqlite_schema WHERE name = 'schema'").length === 0) return 0;
  const [row] = sql.exec("SELECT version FROM schema");
  return row === undefined ? 0 : Number(row["version"]);
}
