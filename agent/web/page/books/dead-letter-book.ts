import type { Clock } from "../../../../shared/clock/clock.ts";
import type { Freshness } from "../../../../shared/mailbox/freshness.ts";
import type { DeadLetterList } from "../../../edge/ask-dead.ts";

/** As often as the edge is asked how it is. */
const KEEP_MS = 5 * 60_000;

/** How to ask the edge for its dead letters. */
export interface DeadLetterDesk {
  readonly list: () => Promise<DeadLetterList>;
  /** False where there is none of that number. */
  readonly requeue: (seq: number) => Promise<boolean>;
}

/** The dead letters that the edge told of last. It is asked in passing, and only where it says that there are some. */
export class DeadLetterBook {
  readonly #desk: DeadLetterDesk;
  readonly #clock: Pick<Clock, "monotonicMs">;
  #askedAtMs: number | null = null;
  #known: DeadLetterList | null = null;

  constructor(desk: DeadLetterDesk, clock: Pick<Clock, "monotonicMs">) {
    this.#desk = desk;
    this.#clock = clock;
  }

  /** Null where they are not known (yet). */
  known(edge: Freshness | null): DeadLetterList | null {
    if (edge === null) return null;
    if (edge.dead === 0 && this.#known === null) return { dead: [], total: 0 };
    const nowMs = this.#clock.monotonicMs();
    if (this.#askedAtMs === null || nowMs - this.#askedAtMs >= KEEP_MS) {
      this.#askedAtMs = nowMs;
      void this.#ask();
    }
    return this.#known;
  }

  /** Puts one back into the queue. False where there is none of that number. @throws {EdgeError} */
  async requeue(seq: number): Promise<boolean> {
    const isBack = await this.#desk.requeue(seq);
    await this.#ask();
    return isBack;
  }

  async #ask(): Promise<void> {
    try {
      this.#known = await this.#desk.list();
    } catch {
      this.#known = null;
    }
  }
}
