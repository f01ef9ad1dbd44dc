import type { Pool } from "../../../shared/fleet/pool.ts";
import { ownerOf, scopeName } from "../../github/model/scope.ts";
import { GitHubError, type RunnerScope } from "../../github/model/types.ts";
import { Skipped, type Finding } from "../check/check.ts";
import type { GitHubFacts } from "./github-facts.ts";

interface Need {
  readonly what: string;
  /** Without it jobs are not served; else something is only less well known. */
  readonly vital: boolean;
  readonly outcome: Promise<unknown>;
}

/** What affects the whole credential is reported by other checks. */
export const TOLD_ELSEWHERE: readonly string[] = ["unauthorized", "rate-limited", "network", "timeout"];

/**
 * Makes each kind of reading that the agent makes for a scope, and names the permission that one lacks, by GitHub's own
 * headers. Writing is not tried.
 */
export async function judgeAccess(facts: GitHubFacts, scope: RunnerScope, pools: readonly Pool[]): Promise<Finding> {
  const needs = needsOf(facts, scope, pools);
  const outcomes = await Promise.allSettled(needs.map(({ outcome }) => outcome));
  const missing = needs.flatMap((need, index) => {
    const outcome = outcomes[index];
    return outcome?.status === "rejected" ? [{ ...need, error: outcome.reason as unknown }] : [];
  });
  const foreign = missing.find(({ error }) => !(error instanceof GitHubError));
  if (foreign !== undefined) throw foreign.error;
  const failures = missing.map(({ what, vital, error }) => ({ what, vital, error: error as GitHubError }));
  if (failures.some(({ error }) => TOLD_ELSEWHERE.includes(error.code))) {
    throw new Skipped("GitHub could not be asked", "github-token", "github-rate", "github-host");
  }
  const [first] = failures;
  if (first === undefined) {
    const read = needs.map(({ what }) => what).join(", ");
    return { status: "pass", summary: `${scopeName(scope)}: ${read} may be read` };
  }
  return {
    status: failures.some(({ vital }) => vital) ? "fail" : "warn",
    summary: `${scopeName(scope)}: ${failures.map(({ what }) => what).join(", ")} may not be read`,
    detail: failures.map(({ error }) => error.message).join("\n"),
    remedy: [...new Set(failures.map(({ error }) => error.remedy))].join(" "),
  };
}

function needsOf(facts: GitHubFacts, scope: RunnerScope, pools: readonly Pool[]): readonly Need[] {
  const runners: Need = { what: "runners", vital: true, outcome: facts.runners(scope) };
  const sample = scope.kind === "repository" ? scopeName(scope) : sampleOf(scope.organization, pools);
  const runs: Need = {
    what: "runs",
    vital: true,
    outcome: sample === null ? runsOfAny(facts, ownerOf(scope)) : facts.mayReadRuns(sample),
  };
  const hooks: Need = {
    what: "webhooks",
    vital: false,
    outcome: facts.client.isApp ? facts.appHook() : facts.hooks(scope),
  };
  if (scope.kind === "repository") return [runners, runs, hooks];
  const groups: Need = { what: "runner groups", vital: true, outcome: facts.groups(scope.organization) };
  return [runners, groups, runs, hooks];
}

function sampleOf(organization: string, pools: readonly Pool[]): string | null {
  const owned = (name: string): boolean => name.toLowerCase().startsWith(`${organization.toLowerCase()}/`);
  return pools.flatMap(({ repositories }) => repositories ?? []).find(owned) ?? null;
}

/** Where no repository is named, the one that was pushed to last. */
async function runsOfAny(facts: GitHubFacts, organization: string): Promise<void> {
  const [latest] = (await facts.repositories(organization)).items.filter(({ archived }) => !archived);
  if (latest !== undefined) await facts.mayReadRuns(latest.fullName);
}
