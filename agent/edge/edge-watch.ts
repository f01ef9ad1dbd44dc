import type { Clock } from "../../shared/clock/clock.ts";
import type { Freshness } from "../../shared/mailbox/freshness.ts";

/** Some 290 requests a day at most, of the 100,000 that Cloudflare's free plan has. https://developers.cloudflare.com/workers/platform/limits/#daily-requests */
const ASK_EVERY_MS = 5 * 60_000;

/** What the edge says of itself, asked when somebody wants to know and not more often than every five minutes. */
export class EdgeWatch {
  readonly #ask: () => Promise<Freshness>;
  readonly #clock: Pick<Clock, "monotonicMs">;
  #askedAtMs: number | null = null;
  #said: { readonly freshness: Freshness; readonly askedMs: number } | null = null;
  #answer: Promise<Freshness | null> = Promise.resolve(null);

  /** `ask` rejects where the edge cannot be asked. */
  constructor(ask: () => Promise<Freshness>, clock: Pick<Clock, "monotonicMs">) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** Null where it could not be asked. Never rejects. */
  freshness(): Promise<Freshness | null> {
    const nowMs = this.#clock.monotonicMs();
    if (this.#askedAtMs === null || nowMs - this.#askedAtMs >= ASK_EVERY_MS) {
      this.#askedAtMs = nowMs;
      this.#answer = this.#ask()
        .then((freshness) => (this.#said = { freshness, askedMs: nowMs }).freshness)
        .catch(() => null);
    }
    return this.#answer;
  }

  /**
   * Signals that the edge has given up on, as it said when it was asked last, and when on the monotonic clock. Null before
   * it has: it is asked meanwhile, so that the next who looks may know.
   */
  deadLetters(): { readonly count: number; readonly askedMs: number } | null {
    void this.freshness();
    return this.#said === null ? null : { count: this.#said.freshness.dead, askedMs: this.#said.askedMs };
  }
}
