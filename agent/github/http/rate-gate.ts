import { GitHubError } from "../model/types.ts";

/**
 * Remembers per account until when GitHub wants no more calls, so that polling spends none in vain.
 * Going on after a refusal may get an integration banned.
 *
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
export class RateGate {
  readonly #closedUntilMs = new Map<string, number>();

  /** Shuts the account's reads until then; never opens earlier than an answer before it asked for. */
  close(account: string, untilMs: number): void {
    this.#closedUntilMs.set(account, Math.max(untilMs, this.#closedUntilMs.get(account) ?? 0));
  }

  /** Throws GitHubError `rate-limited` while the account is shut. */
  check(account: string, nowMs: number): void {
    const untilMs = this.closedUntilMs(nowMs, account);
    if (untilMs === null) return;
    throw new GitHubError(
      "rate-limited",
      `No call made: GitHub's rate limit holds until ${new Date(untilMs).toISOString()}.`,
      "Nothing to do: polling goes on by itself then. If it happens often, poll more seldom or share the token with fewer tools.",
      { retryAtMs: untilMs },
    );
  }

  /** When the account, or the last of all accounts, opens again; null when open. */
  closedUntilMs(nowMs: number, account?: string): number | null {
    const untilMs =
      account === undefined ? Math.max(0, ...this.#closedUntilMs.values()) : (this.#closedUntilMs.get(account) ?? 0);
    return untilMs > nowMs ? untilMs : null;
  }
}
