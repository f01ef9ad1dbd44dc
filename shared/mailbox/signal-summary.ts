import type { SqlDatabase, SqlRow } from "../sql/sql.ts";
import { JobIndex } from "./job-index.ts";
import type { MetaCell, MetaTable } from "./meta.ts";
import { NO_SIGNALS, OPEN_WINDOW_MS, SummaryDraft, type SummaryState } from "./summary-state.ts";

/**
 * Signals between two writes of the summary: a row each time, 3 % of a row for each signal. So many are read at most
 * where it is asked for.
 */
export const SUMMARY_STRIDE = 32;

/** Signals looked at where the summary is far behind: after an upgrade, or where an earlier version ran in between. */
const MAX_CATCH_UP = 5000;
const PAGE = 250;

/** Where a summary is to go on to. */
export interface SummaryPoint {
  readonly head: number;
  readonly acked: number;
  readonly nowMs: number;
}

/** What the mailbox remembers of its signals beside the signals themselves. */
export class SignalSummary {
  readonly #sql: SqlDatabase;
  readonly #cell: MetaCell<"summary">;

  constructor(sql: SqlDatabase, meta: MetaTable) {
    this.#sql = sql;
    this.#cell = meta.cell("summary");
  }

  /** The signal `head` was stored: takes in what has come since the last stride, once a stride is full. */
  stored(point: SummaryPoint): void {
    if (point.head % SUMMARY_STRIDE !== 0) return;
    const draft = this.#draft(point);
    draft.fold(this.#after(draft.upTo, 2 * SUMMARY_STRIDE), point.acked);
    this.#cell.set(draft.state(point.nowMs));
  }

  /** The jobs that are open, all signals up to `head` looked at. On disk if it was more than a stride behind. */
  openJobs(point: SummaryPoint): { readonly seqs: readonly (readonly number[])[]; readonly complete: boolean } {
    const draft = this.#draft(point);
    const behind = point.head - draft.upTo;
    while (draft.upTo < point.head) {
      const page = this.#after(draft.upTo, PAGE);
      if (page.length === 0) break;
      draft.fold(page, point.acked);
    }
    const state = draft.state(point.nowMs);
    if (behind >= SUMMARY_STRIDE) this.#cell.set(state);
    const complete = state.blindBeforeMs < point.nowMs - OPEN_WINDOW_MS;
    return { seqs: new JobIndex(state.jobs).open(), complete };
  }

  /** When the newest signals came, all in all and by hook; writes nothing. */
  heard({ head, acked }: SummaryPoint): Pick<SummaryState, "lastAtMs" | "hooks"> {
    const kept = this.#kept(head);
    const draft = new SummaryDraft(kept);
    draft.fold(this.#after(Math.max(kept.upTo, head - SUMMARY_STRIDE), SUMMARY_STRIDE), acked);
    return draft.heard();
  }

  #draft({ head }: SummaryPoint): SummaryDraft {
    const kept = this.#kept(head);
    const from = head - MAX_CATCH_UP;
    if (kept.upTo >= from) return new SummaryDraft(kept);
    const [first] = this.#after(from, 1);
    return new SummaryDraft({ ...kept, upTo: from, blindBeforeMs: Number(first?.["at"] ?? 0) });
  }

  /** What is on disk; nothing where that is of more signals than there are. */
  #kept(head: number): SummaryState {
    const kept = this.#cell.get();
    return kept !== null && kept.upTo <= head ? kept : NO_SIGNALS;
  }

  /** `seq` is selected because SQLite merges the two halves of the view only by a column of the result. */
  #after(seq: number, limit: number): readonly SqlRow[] {
    return this.#sql.exec(
      "SELECT seq, received_at AS at, signal FROM signals WHERE seq > ? ORDER BY seq LIMIT ?",
      seq,
      limit,
    );
  }
}
