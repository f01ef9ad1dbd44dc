import type { Absence } from "./absence-row.ts";
import type { MetaCell, MetaTable } from "./meta.ts";

const NOTHING: Absence = { toldSinceMs: null, pending: null, failed: null };

/** What people were told of the agent's absence: a row, read once. */
export class AbsenceBook {
  readonly #cell: MetaCell<"absence">;
  #known: Absence | null = null;

  constructor(meta: MetaTable) {
    this.#cell = meta.cell("absence");
  }

  get(): Absence {
    this.#known ??= this.#cell.get() ?? NOTHING;
    return this.#known;
  }

  /** On disk on return, as far as the database is; what could not be written is not known either. */
  set(absence: Absence): void {
    this.#cell.set(absence);
    this.#known = absence;
  }
}
