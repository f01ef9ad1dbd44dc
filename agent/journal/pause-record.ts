import type { OperatorPause } from "../../shared/controller/operator-pause.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";
import { migrateJournal } from "./journal-schema.ts";

/** The operator's pause: kept on disk, so that a restart does not start anything in it. */
export class PauseRecord {
  readonly #sql: SqlDatabase;

  /** @throws {Error} if the file was written by a newer version. */
  constructor(sql: SqlDatabase) {
    migrateJournal(sql);
    this.#sql = sql;
  }

  /** On disk on return; null ends the pause. */
  set(pause: OperatorPause | null): void {
    if (pause === null) this.#sql.exec("DELETE FROM operator_pause");
    else this.#sql.exec("INSERT OR REPLACE INTO operator_pause VALUES (1, ?, ?)", pause.sinceMs, pause.untilMs);
  }

  /** The last one that was not ended by hand; it may be over. */
  get(): OperatorPause | null {
    const [row] = this.#sql.exec("SELECT since, until FROM operator_pause");
    if (row === undefined) return null;
    const { since, until = null } = row;
    return { sinceMs: Number(since), untilMs: until === null ? null : Number(until) };
  }
}
