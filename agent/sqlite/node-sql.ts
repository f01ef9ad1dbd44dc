import { messageOf } from "../../shared/errors/message-of.ts";
import { DatabaseSync, type StatementSync } from "node:sqlite";

import { sqliteTrouble } from "./sqlite-trouble.ts";
import type { SqlDatabase, SqlRow, SqlValue } from "../../shared/sql/sql.ts";

export interface NodeSqlOptions {
  /**
   * When a write counts as done. `FULL`, the default, means on disk, also through a power cut; `NORMAL` may lose the
   * last writes to one, never the database. https://sqlite.org/pragma.html#pragma_synchronous
   */
  readonly synchronous?: "FULL" | "NORMAL";
  /** Opens a file that is there and changes nothing, the file's mode and schema included. */
  readonly readOnly?: boolean;
  /** How long to wait for another process that holds the file, milliseconds. */
  readonly busyTimeoutMs?: number;
}

const BUSY_TIMEOUT_MS = 5000;
const MAX_PREPARED = 100;

/** A database file of `node:sqlite`, in WAL mode, with its statements kept prepared. */
export class NodeSql implements SqlDatabase {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  /**
   * Opens or creates the file at `path`; `:memory:` lives as long as this object.
   * @throws {Error} if it cannot be opened, with the path and what to check.
   */
  constructor(path: string, options: NodeSqlOptions = {}) {
    const { readOnly = false, busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
    this.#database = open(path, busyTimeoutMs, readOnly);
    if (!readOnly) this.#database.exec(`PRAGMA synchronous = ${options.synchronous ?? "FULL"}`);
  }

  exec(statement: string, ...values: SqlValue[]): readonly SqlRow[] {
    return this.#prepare(statement).all(...values) as SqlRow[];
  }

  #prepare(statement: string): StatementSync {
    const known = this.#prepared.get(statement);
    if (known !== undefined) return known;
    if (this.#prepared.size >= MAX_PREPARED) this.#prepared.clear();
    const prepared = this.#database.prepare(statement);
    this.#prepared.set(statement, prepared);
    return prepared;
  }

  /** @throws {Error} inside another transaction: SQLite would commit the outer one's work with the inner one's. */
  transaction<T>(work: () => T): T {
    if (this.#database.isTransaction) {
      throw new Error("A transaction is open already; do the work of both in the outer one");
    }
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Closes the file; calling it twice is harmless. */
  close(): void {
    this.#prepared.clear();
    if (this.#database.isOpen) this.#database.close();
  }
}

function open(path: string, timeout: number, readOnly: boolean): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout, readOnly });
    if (!readOnly) database.exec("PRAGMA journal_mode = WAL");
    return database;
  } catch (error) {
    database?.close();
    const reason = messageOf(error);
    const remedy = sqliteTrouble(error)?.remedy ?? "";
    throw new Error(`Cannot open the database ${path}: ${reason}. ${remedy}`.trim(), { cause: error });
  }
}
