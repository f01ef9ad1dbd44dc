import type { SqlDatabase } from "../sql/sql.ts";

/**
 * One entry a schema version, applied in order and never edited once released.
 *
 * `signals` is dedup row and queue row in one: a GUID is taken exactly when its signal is stored. From version 2 on it
 * is a view over two generations: forgetting one of them whole (`DROP TABLE`) writes no row, where deleting its signals
 * would write one for each, and another for each index entry.
 * https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/
 */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE signals (
       seq INTEGER PRIMARY KEY,
       guid TEXT NOT NULL UNIQUE,
       received_at INTEGER NOT NULL,
       signal TEXT NOT NULL
     ) STRICT`,
    `CREATE TABLE dead_letters (
       seq INTEGER PRIMARY KEY,
       reason TEXT NOT NULL,
       attempts INTEGER NOT NULL,
       died_at INTEGER NOT NULL
     ) STRICT`,
  ],
  [
    "ALTER TABLE signals RENAME TO signals_a",
    `CREATE TABLE signals_b (
       seq INTEGER PRIMARY KEY,
       guid TEXT NOT NULL UNIQUE,
       received_at INTEGER NOT NULL,
       signal TEXT NOT NULL
     ) STRICT`,
    "CREATE VIEW signals AS SELECT * FROM signals_a UNION ALL SELECT * FROM signals_b",
  ],
];

/**
 * What the release before goes on without, so that a rollback to it finds a mailbox that it opens: tables of
 * its own, columns with a default in `dead_letters`. Not columns in a generation of signals, which that release makes
 * anew without them. Applied in order, never edited once released; docs/decisions/0020-two-steps-to-a-schema.md.
 */
const ADDITIONS: readonly (readonly string[])[] = [["ALTER TABLE dead_letters ADD COLUMN refused_by TEXT"]];

const CREATE_META = "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID";

/**
 * Brings a database to the newest schema. Durable Objects refuse `PRAGMA user_version`, so the version is a row.
 * @throws {Error} if a newer version of this code has written the database in a way that this one cannot read.
 */
export function migrate(sql: SqlDatabase): void {
  sql.exec(CREATE_META);
  const version = stepsTaken(sql, "schema");
  if (version > MIGRATIONS.length) {
    throw new Error(
      `The mailbox has schema ${version}, this code knows ${MIGRATIONS.length}; deploy the newer version`,
    );
  }
  take(sql, "schema", MIGRATIONS, version);
  take(sql, "additions", ADDITIONS, stepsTaken(sql, "additions"));
}

function stepsTaken(sql: SqlDatabase, key: "schema" | "additions"): number {
  const [row] = sql.exec("SELECT value FROM meta WHERE key = ?", key);
  return row === undefined ? 0 : Number(row["value"]);
}

function take(
  sql: SqlDatabase,
  key: "schema" | "additions",
  steps: readonly (readonly string[])[],
  taken: number,
): void {
  if (taken >= steps.length) return;
  sql.transaction(() => {
    for (const statement of steps.slice(taken).flat()) sql.exec(statement);
    sql.exec("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, String(steps.length));
  });
}
