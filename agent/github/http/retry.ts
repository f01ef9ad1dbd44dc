import { Backoff } from "../../../shared/clock/backoff.ts";
import type { Clock, Random } from "../../../shared/clock/clock.ts";
import { sleep } from "../../clock/sleep.ts";
import { GitHubError } from "../model/types.ts";

const RETRIES = 2;
const RANGE = { baseMs: 500, capMs: 2000 } as const;
const PASSING_STATUSES: readonly (number | null)[] = [502, 503, 504];

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly onRetry: (error: GitHubError, delayMs: number) => void;
}

/**
 * Runs a call that may safely be made twice, and again after a fault that tends to pass (502, 503, 504, a broken
 * connection), at most three times in all, with full jitter in between. The last error is thrown.
 */
export async function withRetries<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  const backoff = new Backoff(RANGE, options.random);
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= RETRIES || !(error instanceof GitHubError) || !passes(error)) throw error;
      const delayMs = backoff.nextMs();
      options.onRetry(error, delayMs);
      if (!(await sleep(options.clock, delayMs, options.signal))) throw options.signal.reason;
    }
  }
}

function passes(error: GitHubError): boolean {
  return error.code === "network" || (error.code === "unavailable" && PASSING_STATUSES.includes(error.status));
}
