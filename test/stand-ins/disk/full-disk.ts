import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import type { SqlDatabase } from "../../../shared/sql/sql.ts";

/**
 * What node:sqlite throws when the disk is full, as the test on a full tmpfs sees it.
 * https://www.sqlite.org/rescode.html#full
 */
export function fullDiskError(): Error {
  return Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
}

/** A database whose writes can be made to fail, as those of a full disk do. */
export class FullDisk implements SqlDatabase {
  full = false;
  /** It refuses what is written, for a reason that is not the disk's. */
  broken = false;
  readonly #sql = new NodeSql(":memory:");

  exec(...call: Parameters<SqlDatabase["exec"]>): ReturnType<SqlDatabase["exec"]> {
    if (this.full && !call[0].startsWith("SELECT")) throw fullDiskError();
    if (this.broken && !call[0].startsWith("SELECT")) throw new Error("a row that does not go in");
    return this.#sql.exec(...call);
  }

  transaction<T>(work: () => T): T {
    return this.#sql.transaction(work);
  }
}
