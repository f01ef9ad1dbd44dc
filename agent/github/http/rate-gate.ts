import type { Clock } from "../../../shared/clock/clock.ts";
import { clockAheadMs, wallTimeMs } from "../../clock/two-clocks.ts";
import { GitHubError } from "../model/types.ts";

/**
 * Remembers per account until when GitHub wants no more calls, so that polling spends none in vain.
 * Going on after a refusal may get an integration banned.
 *
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
export class RateGate {
  readonly #clock: Clock;
  /** On the monotonic clock: a limit lasts as long as GitHub said, whatever happens to the wall clock. */
  readonly #closedUntilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Shuts the account's reads until then; never opens earlier than an answer before it asked for. */
  close(account: string, retryAtMs: number): void {
    const untilMs = retryAtMs - clockAheadMs(this.#clock);
    this.#closedUntilMs.set(account, Math.max(untilMs, this.#closedUntilMs.get(account) ?? untilMs));
  }

  /** Throws GitHubError `rate-limited` while the account is shut. */
  check(account: string): void {
    const untilMs = this.closedUntilMs(account);
    if (untilMs === null) return;
    throw new GitHubError(
      "rate-limited",
      `No call made: GitHub's rate limit holds until ${new Date(untilMs).toISOString()}.`,
      "Nothing to do: polling goes on by itself then. If it happens often, poll more seldom or share the token with fewer tools.",
      { retryAtMs: untilMs },
    );
  }

  /** When the account, or the last of all accounts, opens again, milliseconds since the epoch; null when open. */
  closedUntilMs(account?: string): number | null {
    const all = account === undefined ? [...this.#closedUntilMs.values()] : [this.#closedUntilMs.get(account) ?? 0];
    const untilMs = Math.max(0, ...all);
    return untilMs > this.#clock.monotonicMs() ? wallTimeMs(this.#clock, untilMs) : null;
  }
}
