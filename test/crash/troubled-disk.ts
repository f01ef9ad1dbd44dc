import type { SqlDatabase, SqlRow, SqlValue } from "../../shared/sql/sql.ts";
import { fullDiskError } from "../stand-ins/disk/full-disk.ts";

/** The agent's disk: it can be full for a while, and refuse single signals for a reason that is not the disk's. */
export class TroubledDisk implements SqlDatabase {
  full = false;
  /** GUIDs of signals that do not go in. */
  readonly refuses = new Set<string>();
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  exec(statement: string, ...values: SqlValue[]): readonly SqlRow[] {
    if (this.full && !statement.trimStart().startsWith("SELECT")) throw fullDiskError();
    const [guid] = values;
    if (statement.startsWith("INSERT INTO signals") && typeof guid === "string" && this.refuses.has(guid)) {
      throw new Error("a row that does not go in");
    }
    return this.#sql.exec(statement, ...values);
  }

  transaction<T>(work: () => T): T {
    return this.#sql.transaction(work);
  }
}
