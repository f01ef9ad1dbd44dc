import type { Clock } from "../../shared/clock/clock.ts";
import { sleep } from "./sleep.ts";

/**
 * Whether the work succeeds within `limitMs`: false once it has failed, the time is over, or `signal` is aborted. The
 * work itself goes on. Never rejects.
 */
export async function isDoneWithin(
  work: Promise<void>,
  limitMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  const over = new AbortController();
  const late = sleep(clock, limitMs, AbortSignal.any([signal, over.signal])).then(() => false);
  const done = work.then(
    () => true,
    () => false,
  );
  const isDone = await Promise.race([done, late]);
  over.abort();
  return isDone;
}
