import type { Slot } from "../../shared/controller/slot.ts";
import type { SlotOutcome } from "../../shared/status/pool-status.ts";
import type { Totals } from "../../shared/status/totals-status.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import { clockAheadMs } from "../clock/two-clocks.ts";

/** Outcomes that are kept of each pool, and characters of last words of each. */
const KEPT = 10;
const WORDS = 2000;

/** A failure in the words of its error. */
export interface StartFailure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
}

interface Page {
  outcomes: readonly SlotOutcome[];
  /** Of the last slot that could not be started; null since one was. */
  lastFailure: SlotOutcome["failure"];
}

/** How the last slots of each pool ended, since the agent started: what is asked when jobs do not get served. */
export class SlotOutcomes {
  readonly #clock: Clock;
  readonly #pages = new Map<string, Page>();
  readonly #totals = new Map<string, Totals["slots"][number]>();
  #aheadMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#aheadMs = clockAheadMs(clock);
  }

  /** Newest first, with times on the clock as it is now. */
  of(pool: string): Readonly<Page> {
    this.#followClock();
    return this.#pages.get(pool) ?? { outcomes: [], lastFailure: null };
  }

  /** A container runs. */
  started(pool: string): void {
    this.#page(pool).lastFailure = null;
  }

  notStarted(pool: string, slot: string, failure: StartFailure): void {
    const atMs = this.#clock.now();
    const page = this.#page(pool);
    page.lastFailure = { atMs, ...failure };
    const nothing = { jobId: null, exitCode: null, ranMs: null, lastWords: null };
    this.#count(pool, "not-started", null);
    this.#add(page, { slot, atMs, kind: "not-started", ...nothing, failure: page.lastFailure });
  }

  /** Keeps how a slot ended, and gives it. */
  ended(slot: Slot, exitCode: number | null, lastWords: string | null): SlotOutcome {
    const { name, pool, jobId, startedAtMs, exitedAtMs } = slot;
    const atMs = this.#clock.now();
    const ranMs = startedAtMs === null ? null : Math.max(0, (exitedAtMs ?? atMs) - startedAtMs);
    const words = lastWords === null ? null : lastWords.slice(-WORDS);
    const kind = kindOf(slot);
    this.#count(pool, kind, ranMs);
    const outcome = { slot: name, atMs, kind, jobId, exitCode, ranMs, failure: null, lastWords: words };
    this.#add(this.#page(pool), outcome);
    return outcome;
  }

  /** How many slots came to what, and how long they ran together, since the agent started. */
  totals(): Totals["slots"] {
    return [...this.#totals.values()];
  }

  #count(pool: string, kind: SlotOutcome["kind"], ranMs: number | null): void {
    const key = JSON.stringify([pool, kind]);
    const known = this.#totals.get(key) ?? { pool, kind, slots: 0, ranMs: 0 };
    this.#totals.set(key, { ...known, slots: known.slots + 1, ranMs: known.ranMs + (ranMs ?? 0) });
  }

  #add(page: Page, outcome: SlotOutcome): void {
    page.outcomes = [outcome, ...page.outcomes].slice(0, KEPT);
  }

  #page(pool: string): Page {
    this.#followClock();
    const page = this.#pages.get(pool) ?? { outcomes: [], lastFailure: null };
    this.#pages.set(pool, page);
    return page;
  }

  /** Times move along when the clock is set. */
  #followClock(): void {
    const byMs = clockAheadMs(this.#clock) - this.#aheadMs;
    this.#aheadMs += byMs;
    if (Math.abs(byMs) < 1) return;
    for (const page of this.#pages.values()) {
      page.lastFailure = shifted(page.lastFailure, byMs);
      page.outcomes = page.outcomes.map((each) => ({
        ...each,
        atMs: each.atMs + byMs,
        failure: shifted(each.failure, byMs),
      }));
    }
  }
}

function shifted(failure: SlotOutcome["failure"], byMs: number): SlotOutcome["failure"] {
  return failure === null ? null : { ...failure, atMs: failure.atMs + byMs };
}

function kindOf({ jobId, busySeenAtMs, retiring }: Slot): SlotOutcome["kind"] {
  if (jobId !== null || busySeenAtMs !== null) return "job";
  return retiring ? "retired" : "no-job";
}
