import { comparedText, costAtGitHub, type GitHubCost } from "../../shared/costs/github-prices.ts";
import { WAIT_BOUNDS_MS, type JobDay } from "../journal/finished-jobs.ts";

/** What the jobs of one pool and repository came to, or all jobs together. */
export interface ReportSum {
  readonly jobs: number;
  /** Ended by a fault: `failure`, `timed_out` or `startup_failure`. */
  readonly failed: number;
  readonly cancelled: number;
  /** From start to end, together. */
  readonly minutes: number;
  /** The shortest of the counted waits that half of the jobs, or 95 of 100, kept to; null for more than an hour, and without jobs. */
  readonly waitP50Ms: number | null;
  readonly waitP95Ms: number | null;
  /** What the same minutes would have cost at GitHub. */
  readonly github: GitHubCost;
}

export interface ReportRow extends ReportSum {
  readonly pool: string;
  readonly repository: string;
}

export interface Report {
  /** By pool and repository, those with the most minutes first. */
  readonly rows: readonly ReportRow[];
  readonly total: ReportSum;
  /** The runners of GitHub's that the minutes are compared with, and their prices, in words. */
  readonly comparedWith: string;
}

/** GitHub's conclusions of a job that a fault ended. https://docs.github.com/en/rest/checks/runs */
const FAULTS: ReadonlySet<string> = new Set(["failure", "timed_out", "startup_failure"]);

/** Sums the daily counts; it costs what there are of them, however many jobs they tell of. */
export function reportOf(days: readonly JobDay[]): Report {
  const groups = Map.groupBy(days, ({ pool, repository }) => `${pool}\n${repository}`);
  const rows = [...groups.values()].flatMap((group): ReportRow[] => {
    const [first] = group;
    return first === undefined ? [] : [{ pool: first.pool, repository: first.repository, ...sumOf(group) }];
  });
  const ordered = rows.toSorted((a, b) => b.minutes - a.minutes || (keyOf(a) < keyOf(b) ? -1 : 1));
  return { rows: ordered, total: sumOf(days), comparedWith: comparedText(days) };
}

function keyOf({ pool, repository }: ReportRow): string {
  return `${pool}\n${repository}`;
}

function sumOf(days: readonly JobDay[]): ReportSum {
  const jobs = days.reduce((sum, day) => sum + day.jobs, 0);
  const count = (isCounted: (conclusion: string) => boolean): number =>
    days.reduce((sum, day) => sum + (isCounted(day.conclusion) ? day.jobs : 0), 0);
  const minutes = days.reduce((sum, day) => sum + day.runMs, 0) / 60_000;
  const waits = WAIT_BOUNDS_MS.map((_, at) => days.reduce((sum, day) => sum + (day.waits[at] ?? 0), 0));
  return {
    jobs,
    failed: count((conclusion) => FAULTS.has(conclusion)),
    cancelled: count((conclusion) => conclusion === "cancelled"),
    minutes: Math.round(minutes * 10) / 10,
    waitP50Ms: finite(boundOf(waits, 0.5)),
    waitP95Ms: finite(boundOf(waits, 0.95)),
    github: costAtGitHub(days),
  };
}

function finite(boundMs: number | null): number | null {
  return boundMs !== null && Number.isFinite(boundMs) ? boundMs : null;
}

/**
 * The one of `WAIT_BOUNDS_MS` that so great a part of the waits, counted between these, kept to, by nearest rank:
 * infinite for more than an hour, null without waits.
 */
export function boundOf(waits: readonly number[], part: number): number | null {
  const rank = Math.ceil(part * waits.reduce((sum, count) => sum + count, 0));
  let seen = 0;
  for (const [at, count] of waits.entries()) {
    seen += count;
    if (rank > 0 && seen >= rank) return WAIT_BOUNDS_MS[at] ?? Number.POSITIVE_INFINITY;
  }
  return null;
}
