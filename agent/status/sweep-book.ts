import type { Clock } from "../../shared/clock/clock.ts";
import type { SweepStatus } from "../../shared/status/sweep-status.ts";
import { clockAheadMs } from "../clock/two-clocks.ts";
import type { SweepRecord } from "../journal/sweep-records.ts";
import { isWhole, wholeAtMs, type SweepResult } from "../sweeps/sweep-result.ts";

/** Failures that are listed; the others are counted. */
const LISTED = 20;

type Sweeps = Pick<SweepStatus, "last" | "complete" | "lastCompleteAtMs" | "failures" | "failuresTotal">;

/** What the last sweep of this process came to. */
export class SweepBook {
  readonly #clock: Clock;
  readonly #records: { last(): SweepRecord | null };
  #last: SweepResult | null = null;
  /** What the wall clock was ahead by when the times of `#last` were taken. */
  #aheadMs = 0;
  /** On the monotonic clock. */
  #lastCompleteMs: number | null = null;

  constructor(clock: Clock, records: { last(): SweepRecord | null }) {
    this.#clock = clock;
    this.#records = records;
  }

  swept(result: SweepResult): void {
    this.#last = result;
    this.#aheadMs = clockAheadMs(this.#clock);
    const completeAtMs = wholeAtMs(result);
    if (completeAtMs !== null) this.#lastCompleteMs = completeAtMs - this.#aheadMs;
  }

  /** With times on the clock as it is now. */
  status(): Sweeps {
    const ahead = clockAheadMs(this.#clock);
    const record = this.#records.last();
    if (this.#last === null)
      return { last: record, complete: null, lastCompleteAtMs: null, failures: [], failuresTotal: 0 };
    const { failures } = this.#last;
    return {
      last: record === null ? null : moved(record, ahead - this.#aheadMs),
      complete: isWhole(this.#last),
      lastCompleteAtMs: this.#lastCompleteMs === null ? null : Math.round(this.#lastCompleteMs + ahead),
      failures: failures.slice(0, LISTED).map((failure) => ({ ...failure })),
      failuresTotal: failures.length,
    };
  }
}

function moved(record: SweepRecord, byMs: number): SweepRecord {
  const by = Math.round(byMs);
  const { startedAtMs, finishedAtMs, allReadSinceMs } = record;
  return {
    ...record,
    startedAtMs: startedAtMs + by,
    finishedAtMs: finishedAtMs + by,
    allReadSinceMs: allReadSinceMs === null ? null : allReadSinceMs + by,
  };
}
