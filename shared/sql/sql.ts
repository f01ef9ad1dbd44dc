export type SqlValue = string | number | null;
export type SqlRow = Record<string, SqlValue>;

/**
 * The synchronous SQLite that the mailbox stands on; a Durable Object's storage and `node:sqlite` both satisfy it
 * through a few lines. Statements use `?` parameters, at most 100 of them.
 */
export interface SqlDatabase {
  /** Runs one statement and returns all of its rows. Throws what the engine throws. */
  exec(statement: string, ...values: SqlValue[]): readonly SqlRow[];
  /** Runs `work` as one atomic step; what it throws undoes all of it. */
  transaction<T>(work: () => T): T;
}
