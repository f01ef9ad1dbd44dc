import type { TokenHome } from "../../github/model/delivery-log.ts";
import { GitHubError } from "../../github/model/types.ts";
import { REGISTRATION_RESOURCE } from "../../github/http/rate-limit.ts";
import type { SweepRecord } from "../../journal/sweep-records.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import { Skipped, type Finding } from "../check/check.ts";
import { orGitHubSkipped, type GitHubFacts } from "./github-facts.ts";
import { countText } from "../../../shared/text/count-text.ts";

const DAY_MS = 24 * 60 * 60_000;
const TOKEN_NOTICE_MS = 7 * DAY_MS;
const LOW_SHARE = 0.1;
const SWEEPS_SHARE = 0.5;
const HOUR_MS = 60 * 60_000;

/** Whether GitHub knows the credential, and for how long it will. */
export async function judgeToken(facts: GitHubFacts, scope: TokenHome | null, nowMs: number): Promise<Finding> {
  try {
    const { subject } = await facts.token();
    const endsAtMs = scope === null ? null : (await orGitHubSkipped(facts.limits(scope), "github-rate")).tokenEndsAtMs;
    if (endsAtMs === null || endsAtMs - nowMs > TOKEN_NOTICE_MS) {
      const until = endsAtMs === null ? "" : `; the token is good for ${ageText(endsAtMs - nowMs)}`;
      return { status: "pass", summary: `GitHub knows us as ${subject}${until}` };
    }
    return {
      status: "warn",
      summary: `GitHub knows us as ${subject}, but the token ends in ${ageText(endsAtMs - nowMs)}`,
      remedy: "make a new token at https://github.com/settings/tokens and put it into GITHUB_TOKEN",
    };
  } catch (error) {
    if (error instanceof GitHubError && error.code === "rate-limited") {
      throw new Skipped("a limit of GitHub's stands in the way", "github-rate");
    }
    throw error;
  }
}

export interface RateOptions {
  /** What the last sweep cost; null where there is no journal of it. */
  readonly lastSweep: SweepRecord | null;
  readonly sweepIntervalMs: number;
  readonly nowMs: number;
}

/** What is left of each bucket, and how much of an hour's share the sweeps take. */
export async function judgeRate(facts: GitHubFacts, scope: TokenHome, options: RateOptions): Promise<Finding> {
  const { buckets } = await limitsOrSkipped(facts, scope);
  if (buckets.length === 0) return { status: "pass", summary: "this server has no rate limit" };
  const detail = buckets.map(({ resource, remaining, limit }) => `${resource} ${remaining} of ${limit}`).join(", ");
  const low = buckets.find(({ remaining, limit }) => remaining < limit * LOW_SHARE);
  if (low !== undefined) {
    const { resource, remaining, limit, resetAtMs } = low;
    const remedy =
      resource === REGISTRATION_RESOURCE
        ? "make fewer runners: raise cooldownSeconds in config/pools.yaml, look for jobs that fail at once"
        : "sweep more seldom: HOOKLINE_SWEEP_INTERVAL_SECONDS=300; share the token with fewer tools";
    const resets = ageText(resetAtMs - options.nowMs);
    const summary = `${remaining} of ${countText(limit, "call")} left of ${resource}; it fills again in ${resets}`;
    return { status: remaining === 0 ? "fail" : "warn", summary, detail, remedy };
  }
  const spent = hourlyCost(options);
  const core = buckets.find(({ resource }) => resource === "core");
  const share = spent === null || core === undefined ? 0 : spent / core.limit;
  const taken = spent === null ? "" : `sweeps take ${countText(spent, "call")} an hour`;
  const cost = taken === "" ? "" : `; ${taken}`;
  if (share > SWEEPS_SHARE) {
    return {
      status: "warn",
      summary: `${taken}, ${Math.round(share * 100)} % of the limit`,
      detail,
      remedy: "sweep more seldom: HOOKLINE_SWEEP_INTERVAL_SECONDS=300, or name the pools' repositories",
    };
  }
  return { status: "pass", summary: `${detail}${cost}` };
}

/** By the last sweep's cost; an answer of 304 is free. */
function hourlyCost({ lastSweep, sweepIntervalMs }: RateOptions): number | null {
  if (lastSweep === null) return null;
  const everyMs = sweepIntervalMs + (lastSweep.finishedAtMs - lastSweep.startedAtMs);
  return Math.round(((lastSweep.calls - lastSweep.notModified) * HOUR_MS) / everyMs);
}

/** A limit on everything, which `/rate_limit` itself does not show, is reported here: no other check does. */
async function limitsOrSkipped(facts: GitHubFacts, scope: TokenHome) {
  try {
    const limits = await facts.limits(scope);
    const token = await facts.token().catch((error: unknown) => error);
    const isEmpty = limits.buckets.some(({ remaining }) => remaining === 0);
    if (token instanceof GitHubError && token.code === "rate-limited" && !isEmpty) throw token;
    return limits;
  } catch (error) {
    if (error instanceof GitHubError && error.code !== "rate-limited") {
      throw new Skipped("GitHub could not be asked", "github-token");
    }
    throw error;
  }
}
