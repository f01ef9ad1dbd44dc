import type { Random } from "./clock.ts";

/** How long tries may be apart, in milliseconds. */
export interface BackoffRange {
  readonly baseMs: number;
  readonly capMs: number;
}

/** The range of the wait before the next try, after `tries` that failed before: it doubles, up to the cap. */
export function backoffRangeMs({ baseMs, capMs }: BackoffRange, tries: number): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(tries, 30));
}

/**
 * Waits between tries: anything from nothing to a range that doubles with each try, so that many who failed together do
 * not come back together. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export class Backoff {
  readonly #range: BackoffRange;
  readonly #random: Random;
  #tries = 0;

  constructor(range: BackoffRange, random: Random) {
    this.#range = range;
    this.#random = random;
  }

  /** Milliseconds to wait before the next try. */
  nextMs(): number {
    const rangeMs = backoffRangeMs(this.#range, this.#tries);
    this.#tries += 1;
    return Math.round(this.#random() * rangeMs);
  }

  /** It went well: the next failure starts from the beginning. */
  reset(): void {
    this.#tries = 0;
  }
}
