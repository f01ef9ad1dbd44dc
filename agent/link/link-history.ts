import type { Clock } from "../../shared/clock/clock.ts";
import type { LinkStatus } from "../../shared/status/link-status.ts";
import { wallTimeMs } from "../clock/two-clocks.ts";
import type { Ending } from "./dial.ts";

/** What the link itself knows of its state. */
export type LinkHistoryState = Pick<LinkStatus, "state" | "sinceMs" | "redialAtMs" | "lastClose">;

/** In what state the link is, since when, and how its last connection ended. Keeps its times on the monotonic clock. */
export class LinkHistory {
  readonly #clock: Clock;
  #state: LinkStatus["state"] = "down";
  #sinceMs: number;
  #redialAtMs: number | null = null;
  #lastClose: (Ending & { readonly closedMs: number }) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
  }

  dialling(): void {
    this.#becomes("dialling", null);
  }

  welcomed(): void {
    this.#becomes("up", null);
  }

  /** A connection ended, or never came about. */
  closed(ending: Ending): void {
    this.#lastClose = { ...ending, closedMs: this.#clock.monotonicMs() };
  }

  /** It waits before it dials again. */
  waits(forMs: number): void {
    this.#becomes("down", this.#clock.monotonicMs() + forMs);
  }

  state(remedyFor: (ending: Ending) => string | undefined): LinkHistoryState {
    const wall = (ms: number): number => wallTimeMs(this.#clock, ms);
    const close = this.#lastClose;
    return {
      state: this.#state,
      sinceMs: wall(this.#sinceMs),
      redialAtMs: this.#redialAtMs === null ? null : wall(this.#redialAtMs),
      lastClose:
        close === null
          ? null
          : {
              atMs: wall(close.closedMs),
              code: close.code,
              reason: close.reason,
              remedy: remedyFor(close) ?? null,
            },
    };
  }

  #becomes(state: LinkStatus["state"], redialAtMs: number | null): void {
    if (state !== this.#state) this.#sinceMs = this.#clock.monotonicMs();
    this.#state = state;
    this.#redialAtMs = redialAtMs;
  }
}
