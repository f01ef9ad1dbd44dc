import type { Clock } from "../../shared/clock/clock.ts";

/**
 * The outcome of work that is given up after `limitMs`: its signal is aborted then, or with `signal`.
 * @throws {Error} saying so when the time is over before the work is.
 */
export async function soon<T>(
  work: (signal: AbortSignal) => Promise<T>,
  limitMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  const late = new AbortController();
  const cancel = clock.after(limitMs, () => late.abort(new Error(`no answer within ${limitMs / 1000} s`)));
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } finally {
    cancel();
  }
}
