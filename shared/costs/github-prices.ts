/** What GitHub takes for a minute of one of its standard runners. */
export interface GitHubPrices {
  /** Since when these are GitHub's prices, as `2026-01-01`. */
  readonly since: string;
  /** When they were read at `source`. */
  readonly readOn: string;
  readonly source: string;
  /** The runner that is compared with, in GitHub's words. */
  readonly runner: string;
  readonly usdPerMinute: number;
}

/**
 * GitHub's price for private repositories; public ones pay nothing for standard runners. GitHub rounds each job up to a
 * whole minute.
 * https://docs.github.com/en/billing/reference/actions-runner-pricing
 */
export const GITHUB_PRICES: GitHubPrices = {
  since: "2026-01-01",
  readOn: "2026-11-30",
  source: "https://docs.github.com/en/billing/reference/actions-runner-pricing",
  runner: "Linux 2-core",
  usdPerMinute: 0.006,
};

/** What jobs of these many minutes together would have cost there: no job is rounded, or each by a whole minute. */
export interface GitHubCost {
  readonly atLeastUsd: number;
  readonly atMostUsd: number;
}

/** Between what the minutes cost as they are, and what they cost if rounding had added a minute to each job. */
export function costAtGitHub(minutes: number, jobs: number, prices: GitHubPrices = GITHUB_PRICES): GitHubCost {
  return { atLeastUsd: cents(minutes * prices.usdPerMinute), atMostUsd: cents((minutes + jobs) * prices.usdPerMinute) };
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}
