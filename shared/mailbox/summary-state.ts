import * as z from "zod/mini";

import { factsOfSignal } from "../workflow-job/job-facts.ts";
import { signalSchema } from "../workflow-job/signal.ts";
import type { SqlRow } from "../sql/sql.ts";
import { foldHook, hookSignalsSchema, type SignalsByHook } from "./hook-signals.ts";
import { JobIndex } from "./job-index.ts";
import { storedJson } from "./stored-json.ts";

/** GitHub cancels a job that was queued for a day; two days leave room for late events. */
export const OPEN_WINDOW_MS = 48 * 60 * 60 * 1000;

/** What the signals up to a number say to a welcome and to freshness, so that neither reads them again. */
export const signalSummarySchema = z.object({
  /** The last signal that is in it. */
  upTo: z.number(),
  /** Signals received before this time may not be in it: they were too many to be looked at. Milliseconds. */
  blindBeforeMs: z.number(),
  /** When the newest signal by time was received. */
  lastAtMs: z.nullable(z.number()),
  hooks: z.record(z.string(), hookSignalsSchema),
  /** The rows of a `JobIndex`. */
  jobs: z.array(z.array(z.number())),
});

export type SummaryState = z.infer<typeof signalSummarySchema>;

/** The summary of no signals. */
export const NO_SIGNALS: SummaryState = { upTo: 0, blindBeforeMs: 0, lastAtMs: null, hooks: {}, jobs: [] };

/** A summary on its way to the next one. A row that is no signal to this version is passed over. */
export class SummaryDraft {
  readonly #jobs: JobIndex;
  #hooks: SignalsByHook;
  #blindBeforeMs: number;
  #lastAtMs: number | null;
  upTo: number;

  constructor({ upTo, blindBeforeMs, lastAtMs, hooks, jobs }: SummaryState) {
    this.#jobs = new JobIndex(jobs);
    this.#hooks = hooks;
    this.#blindBeforeMs = blindBeforeMs;
    this.#lastAtMs = lastAtMs;
    this.upTo = upTo;
  }

  fold(rows: readonly SqlRow[], acked: number): void {
    for (const row of rows) {
      const [seq, atMs, stored] = [Number(row["seq"]), Number(row["at"]), storedJson(row)];
      this.upTo = seq;
      this.#lastAtMs = Math.max(atMs, this.#lastAtMs ?? atMs);
      const { hookId: hook } = (stored ?? {}) as { readonly hookId?: unknown };
      if (typeof hook === "string") this.#hooks = foldHook(this.#hooks, { hook, seq, atMs }, acked);
      const parsed = signalSchema.safeParse(stored);
      const facts = parsed.success ? factsOfSignal(parsed.data) : null;
      if (facts !== null) this.#jobs.fold(seq, facts, atMs);
    }
  }

  heard(): Pick<SummaryState, "lastAtMs" | "hooks"> {
    return { lastAtMs: this.#lastAtMs, hooks: this.#hooks };
  }

  state(nowMs: number): SummaryState {
    const lostMs = this.#jobs.trim(nowMs - OPEN_WINDOW_MS) ?? -1;
    this.#blindBeforeMs = Math.max(this.#blindBeforeMs, lostMs + 1);
    return { upTo: this.upTo, blindBeforeMs: this.#blindBeforeMs, ...this.heard(), jobs: this.#jobs.rows() };
  }
}
