import type { Clock } from "../../shared/clock/clock.ts";
import type { Freshness } from "../../shared/mailbox/freshness.ts";
import type { LinkStatus } from "../../shared/status/link-status.ts";
import { agedAnswer } from "./aged-answer.ts";

/** Some 290 requests a day at most, of the 100,000 that Cloudflare's free plan has. https://developers.cloudflare.com/workers/platform/limits/#daily-requests */
const ASK_EVERY_MS = 5 * 60_000;

/** What the edge says of itself, asked when somebody wants to know and not more often than every five minutes. */
export class EdgeWatch {
  readonly #ask: () => Promise<Freshness>;
  readonly #clock: Pick<Clock, "monotonicMs">;
  #askedAtMs: number | null = null;
  #said: { readonly freshness: Freshness; readonly askedMs: number } | null = null;
  /** Whether the last question to end was left without an answer. */
  #isSilent = false;
  #question: Promise<void> = Promise.resolve();

  /** `ask` rejects where the edge cannot be asked. */
  constructor(ask: () => Promise<Freshness>, clock: Pick<Clock, "monotonicMs">) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** Resolves once the edge has answered, or could not be asked. Never rejects. */
  asked(): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    if (this.#askedAtMs === null || nowMs - this.#askedAtMs >= ASK_EVERY_MS) {
      this.#askedAtMs = nowMs;
      this.#question = this.#hear(nowMs);
    }
    return this.#question;
  }

  async #hear(askedMs: number): Promise<void> {
    try {
      this.#said = { freshness: await this.#ask(), askedMs };
      this.#isSilent = false;
    } catch {
      this.#isSilent = true;
    }
  }

  /**
   * What the edge said last, with every age as it is by now; null where it was not heard. It is asked meanwhile, so that
   * the next who looks may know. `cursor` is how far the journal has come.
   */
  known(cursor: LinkStatus["cursor"]): Freshness | null {
    void this.asked();
    if (this.#said === null || this.#isSilent) return null;
    const { freshness, askedMs } = this.#said;
    return agedAnswer(freshness, this.#clock.monotonicMs() - askedMs, cursor);
  }

  /**
   * Signals that the edge has given up on, as it said when it was asked last, and when on the monotonic clock. Null before
   * it has: it is asked meanwhile.
   */
  deadLetters(): { readonly count: number; readonly askedMs: number } | null {
    void this.asked();
    return this.#said === null ? null : { count: this.#said.freshness.dead, askedMs: this.#said.askedMs };
  }
}

/** What those who show the edge need of it. */
export type HeardEdge = Pick<EdgeWatch, "asked" | "known">;
