import type { MetaCell, MetaTable } from "./meta.ts";
import type { SqlDatabase } from "../sql/sql.ts";

/** Clocks of isolates differ by little: the latest is among the newest few. */
const LOOK_BACK = 10;

/** When the newest signal came. By number the newest may be letters that were put back, so the time before them is kept. */
export class NewestSignal {
  readonly #sql: SqlDatabase;
  readonly #kept: MetaCell<"newestAtMs">;

  constructor(sql: SqlDatabase, meta: MetaTable) {
    this.#sql = sql;
    this.#kept = meta.cell("newestAtMs");
  }

  /** Milliseconds since the epoch; null before the first. */
  atMs(): number | null {
    // `seq` is selected so that SQLite merges the two halves of the view and does not sort them.
    const rows = this.#sql.exec("SELECT seq, received_at AS at FROM signals ORDER BY seq DESC LIMIT ?", LOOK_BACK);
    const known = this.#kept.get();
    const times = [...rows.map((row) => Number(row["at"])), ...(known === null ? [] : [known])];
    return times.length === 0 ? null : Math.max(...times);
  }

  /** Call it before a letter is put back. Costs a row for the first of many. */
  keep(): void {
    const atMs = this.atMs();
    if (atMs !== null && atMs !== this.#kept.get()) this.#kept.set(atMs);
  }
}
