import type { SqlDatabase } from "../sql/sql.ts";
import type { Acknowledgement } from "./acknowledgement.ts";
import { MAX_UNACKED } from "./mailbox-options.ts";
import type { MetaCell, MetaTable } from "./meta.ts";
import type { SignalStore } from "./signal-store.ts";

/** A run of signals that was given up because nobody took them in time. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

export interface BacklogOptions {
  readonly sql: SqlDatabase;
  readonly meta: MetaTable;
  readonly signals: Pick<SignalStore, "head">;
  readonly acked: Acknowledgement;
  /** Unacknowledged signals kept before all of them are given up. */
  readonly limit: number;
}

/** A larger limit of before, and the signals up to which number it was given to. */
interface Owed {
  readonly limit: number;
  readonly upTo: number;
}

/**
 * How many signals may wait to be acknowledged. A limit that is lowered does not count for what was stored before: until
 * the agent has acknowledged all of that, the larger one holds. A limit that is raised counts at once.
 */
export class Backlog {
  readonly #options: BacklogOptions;
  readonly #gap: MetaCell<"gap">;
  readonly #owed: Owed | null;

  /** Notes a limit that is new, which costs a row. */
  constructor(options: BacklogOptions) {
    this.#options = options;
    this.#gap = options.meta.cell("gap");
    const cell = options.meta.cell("backlog");
    const { limit, owed } = cell.get() ?? { limit: MAX_UNACKED, owed: null };
    this.#owed = owed;
    if (limit === options.limit) return;
    this.#owed = this.#owedAfter(Math.max(limit, this.#holding(options.acked.seq)));
    cell.set({ limit: options.limit, owed: this.#owed });
  }

  #owedAfter(largest: number): Owed | null {
    const { signals, acked, limit } = this.#options;
    const upTo = signals.head();
    return largest > limit && upTo > acked.seq ? { limit: largest, upTo } : null;
  }

  #holding(acked: number): number {
    return this.#owed !== null && acked < this.#owed.upTo ? this.#owed.limit : this.#options.limit;
  }

  /** How many more may wait before the bound is reached. */
  room(): number {
    const acked = this.#options.acked.seq;
    return this.#holding(acked) - (this.#options.signals.head() - acked);
  }

  /** Beyond the bound the backlog becomes a gap notice: the agent sweeps instead of replaying for hours. */
  bound(): void {
    if (this.room() >= 0) return;
    const { sql, signals, acked } = this.#options;
    const to = signals.head();
    const earlier = this.#gap.get();
    sql.transaction(() => {
      this.#gap.set({ from: earlier?.from ?? acked.seq + 1, to });
      acked.skipTo(to);
    });
  }

  /** The gap to tell the agent of, if signals were given up. */
  gap(): Gap | null {
    return this.#gap.get();
  }

  /** The agent knows of the gap and will sweep. */
  gapTold(): void {
    if (this.gap() !== null) this.#gap.set(null);
  }
}
