import { isOfPattern, patternWords, type WhyLeftOut } from "../../../shared/fleet/repository-patterns.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { countText } from "../../../shared/text/count-text.ts";
import { GitHubError } from "../../github/model/types.ts";
import { TOLD_ELSEWHERE } from "./access-check.ts";
import { repositoryScope } from "../../github/model/scope.ts";
import { Skipped, type Finding } from "../check/check.ts";
import { orGitHubSkipped, type GitHubFacts } from "./github-facts.ts";
import { hooksFor } from "./our-hooks.ts";
import { sendsHere } from "./hook-checks.ts";

/** Repositories whose hooks are looked at, the most recently pushed: as many as the doctor's time is enough for. */
const MOST_HOOKS = 60;
const MOST_NAMED = 5;

const LEFT_OUT: Readonly<Record<WhyLeftOut, string>> = {
  fork: "fork",
  archived: "archived",
  excluded: "excluded",
  visibility: "of another visibility",
  unlisted: "not listed",
};

/** What a pool's patterns take in and leave out. Throws GitHubError where the account's list may not be read. */
export async function judgePattern(facts: GitHubFacts, pool: Pool): Promise<Finding> {
  const found = await facts.foundBy(pool).catch(unlessToldElsewhere);
  const taken = takenIn(found);
  const words = patternWords(pool.patterns ?? { accounts: [], except: [] }).join(", ");
  const left = Map.groupBy(found.leftOut ?? [], ({ why }) => why);
  const leftText = [...left].map(([why, all]) => `${all.length} ${LEFT_OUT[why]}`).join(", ");
  const out = leftText === "" ? "" : `; left out: ${leftText}`;
  const summary = `${countText(taken.length, "repository", "repositories")} of ${words} ${taken.length === 1 ? "is" : "are"} served${out}`;
  if (taken.length > 0 || pool.scope.kind !== "repositories" || pool.scope.repositories.length > 0)
    return { status: "pass", summary };
  return {
    status: "warn",
    summary: `no repository of ${words} is served${out}`,
    remedy: `look at visibility of the pool ${pool.key} in config/pools.yaml, and at what the credential may see: gh repo list`,
  };
}

/** Whether each repository that a pattern takes in has a hook that tells our receiver of its jobs. */
export async function judgePatternHooks(facts: GitHubFacts, pool: Pool, edgeUrl: string): Promise<Finding> {
  const taken = takenIn(await orGitHubSkipped(facts.foundBy(pool), `github-repositories:${pool.key}`));
  const looked = taken.slice(0, MOST_HOOKS);
  if (looked.length === 0) throw new Skipped("no repository is taken in", `github-repositories:${pool.key}`);
  const answers = await Promise.all(
    looked.map(async (name) => {
      const hooks = await orGitHubSkipped(hooksFor(facts, repositoryScope(name)), "github-access");
      return { name, has: hooks.some((hook) => sendsHere(hook, edgeUrl)) };
    }),
  );
  const lacking = answers.filter(({ has }) => !has).map(({ name }) => name);
  const of = looked.length === taken.length ? "" : ` of the ${looked.length} that were pushed to last`;
  if (lacking.length === 0) {
    const all = countText(looked.length, "repository", "repositories");
    return {
      status: "pass",
      summary: `${all} of the pool ${pool.key} ${looked.length === 1 ? "has" : "have"} a hook${of}`,
    };
  }
  const named = lacking.slice(0, MOST_NAMED).join(", ");
  const rest = lacking.length > MOST_NAMED ? ` and ${lacking.length - MOST_NAMED} more` : "";
  return {
    status: "warn",
    summary: `no hook of ${named}${rest} sends workflow_job here: sweeps find the jobs, later than a webhook would`,
    remedy: `hookline init ${lacking.map((name) => `--repository ${name}`).join(" ")}`,
  };
}

/** What the patterns took in beside what the file names. */
function takenIn(found: Pool & { readonly named: readonly string[] }): readonly string[] {
  const named = new Set(found.named.map((name) => name.toLowerCase()));
  return (found.repositories ?? []).filter((name) => !named.has(name.toLowerCase()) && isOfPattern(found, name));
}

function unlessToldElsewhere(error: unknown): never {
  if (error instanceof GitHubError && TOLD_ELSEWHERE.includes(error.code))
    throw new Skipped("GitHub could not be asked", "github-token", "github-rate", "github-host");
  throw error;
}
