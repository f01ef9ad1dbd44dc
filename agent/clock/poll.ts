import { Backoff } from "../../shared/clock/backoff.ts";
import type { Clock, Random } from "../../shared/clock/clock.ts";
import { sleep } from "./sleep.ts";

export interface PollOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds between two looks: the range of the first, and the longest. */
  readonly pauses: { readonly baseMs: number; readonly capMs: number };
  readonly patienceMs: number;
}

/**
 * Looks until something is seen, in pauses that grow, and once more when the time is up; null where nothing was by then,
 * or by the time that `signal` was aborted. What `look` throws ends it.
 */
export async function poll<T>(
  look: () => Promise<T | null>,
  { clock, random, pauses, patienceMs }: PollOptions,
  signal: AbortSignal,
): Promise<T | null> {
  const untilMs = clock.now() + patienceMs;
  const backoff = new Backoff(pauses, random);
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    const leftMs = untilMs - clock.now();
    if (leftMs <= 0 || !(await sleep(clock, Math.min(leftMs, backoff.nextMs()), signal))) return null;
  }
}
