import type { SqlDatabase } from "../../shared/sql/sql.ts";
import { migrateJournal } from "./journal-schema.ts";

/** Pools that the operator drains: kept on disk, so that a restart does not start anything in them. */
export class DrainRecords {
  readonly #sql: SqlDatabase;

  /** @throws {Error} if the file was written by a newer version. */
  constructor(sql: SqlDatabase) {
    migrateJournal(sql);
    this.#sql = sql;
  }

  /** On disk on return. */
  set(pool: string, on: boolean, nowMs: number): void {
    if (on) this.#sql.exec("INSERT OR IGNORE INTO drains (pool, since) VALUES (?, ?)", pool, nowMs);
    else this.#sql.exec("DELETE FROM drains WHERE pool = ?", pool);
  }

  /** The pools that drain. */
  pools(): readonly string[] {
    return this.#sql.exec("SELECT pool FROM drains ORDER BY pool").map((row) => String(row["pool"]));
  }
}
