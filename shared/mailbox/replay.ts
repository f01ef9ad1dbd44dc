import type { SqlDatabase } from "../sql/sql.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { SignalStore } from "./signal-store.ts";
import type { SignalSummary } from "./signal-summary.ts";

/** Signals that one call looks at, and so puts back at most: a call's rows are bounded, whatever the mailbox holds. */
const AT_A_TIME = 1000;

/** Where a replay goes on. Nothing behind `upTo` is looked at: what was put back stands there. */
export interface ReplayPoint {
  readonly after: number;
  readonly upTo: number;
}

export interface ReplayRequest {
  /** Signals received since then, milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Null for the beginning. */
  readonly from: ReplayPoint | null;
  /** Counts and changes nothing. */
  readonly dryRun: boolean;
}

export interface Replayed {
  readonly replayed: number;
  /** Null once all was looked at. */
  readonly next: ReplayPoint | null;
  /** Whether it stopped because as much waits for the agent as the mailbox keeps. */
  readonly full: boolean;
}

/** What the mailbox knows of its queue when a replay begins. */
export interface QueueState {
  readonly acked: number;
  /** How many signals more may wait to be acknowledged. */
  readonly room: number;
}

export interface ReplayOptions {
  readonly sql: SqlDatabase;
  readonly signals: SignalStore;
  readonly dead: DeadLetters;
  readonly summary: SignalSummary;
}

/** Puts signals at the end of the queue, each under a new number and as it came: dead letters and acknowledged ones. */
export class Replay {
  readonly #options: ReplayOptions;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /**
   * Looks at the next thousand acknowledged signals, lowest number first, and puts those back that were received since a
   * time, dead letters among them, in one step. What is not acknowledged is on its way already. A call that is made
   * again goes on where the first one ended.
   */
  since({ sinceMs, from, dryRun }: ReplayRequest, { acked, room }: QueueState): Replayed {
    const { sql, signals } = this.#options;
    const start = from?.after ?? 0;
    const upTo = Math.min(from?.upTo ?? acked, acked);
    const rows = signals.times(start, upTo, AT_A_TIME);
    const due = rows.filter(({ receivedAtMs }) => receivedAtMs >= sinceMs).map(({ seq }) => seq);
    const taken = dryRun ? due : due.slice(0, room);
    if (!dryRun && taken.length > 0) sql.transaction(() => taken.forEach((seq) => this.#moveStored(seq, acked)));
    const full = taken.length < due.length;
    if (full) return { replayed: taken.length, next: { after: taken.at(-1) ?? start, upTo }, full };
    const after = rows.at(-1)?.seq ?? upTo;
    return { replayed: taken.length, next: rows.length < AT_A_TIME ? null : { after, upTo }, full };
  }

  /** Puts the signal stored under `seq` back; null if there is none. */
  one(seq: number, acked: number): number | null {
    return this.#options.sql.transaction(() => this.#moveStored(seq, acked));
  }

  #moveStored(seq: number, acked: number): number | null {
    const stored = this.#options.signals.get(seq);
    return stored === null ? null : this.move(seq, stored, acked);
  }

  /** Gives a signal a new place; a dead letter is none afterwards. Call it inside a transaction. */
  move(
    seq: number,
    { guid, receivedAtMs, signal }: { readonly guid: string; readonly receivedAtMs: number; readonly signal: unknown },
    acked: number,
  ): number {
    const { signals, dead, summary } = this.#options;
    dead.remove(seq);
    const head = signals.moveToEnd(seq, guid, receivedAtMs, signal);
    summary.stored({ head, acked, nowMs: receivedAtMs });
    return head;
  }
}
