import type { Clock } from "../../../../shared/clock/clock.ts";

const MINUTE_MS = 60_000;
const POINTS_A_MINUTE = 900;

/**
 * The secondary limit by points: 900 a minute and account, one for a call that reads, five for one that writes.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
export class Points {
  readonly #clock: Clock;
  readonly #spent = new Map<string, { points: number; sinceMs: number }>();
  /** The most that any account has spent within a minute. */
  most = 0;
  /** Whether one too many is refused; a bench that fills minutes with bursts measures nothing of that. */
  isKept = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a call; false when it is one too many. */
  spend(account: string, method: string): boolean {
    const now = this.#clock.now();
    const held = this.#spent.get(account);
    const current = held !== undefined && now - held.sinceMs < MINUTE_MS ? held : { points: 0, sinceMs: now };
    current.points += method === "GET" ? 1 : 5;
    this.#spent.set(account, current);
    this.most = Math.max(this.most, current.points);
    return !this.isKept || current.points <= POINTS_A_MINUTE;
  }
}
