import type { Random } from "../../shared/clock/clock.ts";

const BASE_MS = 1000;
const CAP_MS = 30_000;
/** A connection that held this long was a good one. A flapping edge must not reset the backoff. */
const STABLE_MS = 60_000;

/** Full jitter over a doubling range, from one second to thirty. */
export class Backoff {
  readonly #random: Random;
  #attempts = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Milliseconds to wait before the next attempt. */
  nextMs(): number {
    const range = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(this.#attempts, 10));
    this.#attempts += 1;
    return Math.round(this.#random() * range);
  }

  /** Says how long the last connection was up. */
  wasUpFor(durationMs: number): void {
    if (durationMs >= STABLE_MS) this.#attempts = 0;
  }
}
