import type { RunnerMachine } from "./runner-machine.ts";

/** Cores of a Linux runner of GitHub's, and what a minute of it costs in US dollars. */
type Rate = readonly [cores: number, usdPerMinute: number];

/** What GitHub takes for a minute of its Linux runners. */
export interface GitHubPrices {
  /** Since when these are GitHub's prices, as `2026-01-01`. */
  readonly since: string;
  /** When they were read at `source`. */
  readonly readOn: string;
  readonly source: string;
  /** By architecture, the smallest first: its standard runner, then the larger ones. */
  readonly linux: Readonly<Record<RunnerMachine["architecture"], readonly Rate[]>>;
}

/**
 * GitHub's prices for private repositories; public ones pay nothing for standard runners, and minutes of a plan are good
 * for these alone. GitHub rounds each job up to a whole minute.
 * https://docs.github.com/en/billing/reference/actions-runner-pricing
 */
export const GITHUB_PRICES: GitHubPrices = {
  since: "2026-01-01",
  readOn: "2026-12-01",
  source: "https://docs.github.com/en/billing/reference/actions-runner-pricing",
  linux: {
    x64: [
      [2, 0.006],
      [4, 0.012],
      [8, 0.022],
      [16, 0.042],
      [32, 0.082],
      [64, 0.162],
      [96, 0.252],
    ],
    arm64: [
      [2, 0.005],
      [4, 0.008],
      [8, 0.014],
      [16, 0.026],
      [32, 0.05],
      [64, 0.098],
    ],
  },
};

/** A runner of GitHub's, in its words, and its price. */
export interface PricedRunner {
  readonly runner: string;
  readonly usdPerMinute: number;
}

/**
 * The runner of GitHub's that does for such a machine: the smallest of its architecture with as many cores, the largest
 * where none has, the standard one where nothing limited it.
 */
export function runnerAtGitHub({ architecture, cpus }: RunnerMachine, prices = GITHUB_PRICES): PricedRunner {
  const rates = prices.linux[architecture];
  const [cores, usdPerMinute] = rates.find(([each]) => each >= (cpus ?? 0)) ?? rates.at(-1) ?? [0, 0];
  return { runner: `Linux ${cores}-core${architecture === "x64" ? "" : ` ${architecture}`}`, usdPerMinute };
}

/** Jobs that ran on one kind of machine. */
export interface Served {
  readonly machine: RunnerMachine;
  readonly jobs: number;
  /** From start to end, together. */
  readonly runMs: number;
}

/** What jobs would have cost there: no job is rounded, or each by a whole minute. */
export interface GitHubCost {
  readonly atLeastUsd: number;
  readonly atMostUsd: number;
}

/** Between what the minutes cost as they are, and what they cost if rounding had added a minute to each job. */
export function costAtGitHub(served: readonly Served[]): GitHubCost {
  const usd = (minutesOf: (each: Served) => number): number =>
    served.reduce((sum, each) => sum + minutesOf(each) * runnerAtGitHub(each.machine).usdPerMinute, 0);
  const atLeast = usd(({ runMs }) => runMs / 60_000);
  return { atLeastUsd: cents(atLeast), atMostUsd: cents(atLeast + usd(({ jobs }) => jobs)) };
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}

/** What these jobs are compared with, each once: `Linux 2-core, $0.006 a minute`. */
export function comparedText(served: readonly Served[]): string {
  const texts = served.map(({ machine }) => {
    const { runner, usdPerMinute } = runnerAtGitHub(machine);
    return `${runner}, $${usdPerMinute} a minute`;
  });
  return [...new Set(texts)].toSorted((a, b) => a.localeCompare(b, "en", { numeric: true })).join("; ");
}
