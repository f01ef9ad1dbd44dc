import type { Clock } from "../../shared/clock/clock.ts";

/**
 * The outcome of work that is given up after `limitMs`: its signal is aborted then, with `late` as the reason, or with
 * `signal`. Rejects with what the work rejects with.
 */
export async function soon<T>(
  work: (signal: AbortSignal) => Promise<T>,
  limitMs: number,
  clock: Clock,
  signal: AbortSignal,
  late = new Error(`not done within ${limitMs / 1000} s`),
): Promise<T> {
  const limit = new AbortController();
  const cancel = clock.after(limitMs, () => limit.abort(late));
  try {
    return await work(AbortSignal.any([signal, limit.signal]));
  } finally {
    cancel();
  }
}
