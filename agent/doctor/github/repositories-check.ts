import type { Pool } from "../../../shared/fleet/pool.ts";
import type { InspectedRepository } from "../../github/calls/inspector.ts";
import { GitHubError } from "../../github/model/types.ts";
import { Skipped, type Finding } from "../check/check.ts";
import type { GitHubFacts } from "./github-facts.ts";
import { countText } from "../../../shared/text/count-text.ts";

const MOST = 20;

/** Whether the repositories that a pool names are there, and of the visibility that it serves. */
export async function judgeRepositories(facts: GitHubFacts, pool: Pool, names: readonly string[]): Promise<Finding> {
  const problems = (await Promise.all(names.slice(0, MOST).map((name) => problemOf(facts, pool, name)))).filter(
    (problem) => problem !== null,
  );
  const [first] = problems;
  if (first === undefined)
    return {
      status: "pass",
      summary: `${countText(names.length, "repository", "repositories")} of the pool ${pool.key} ${names.length === 1 ? "is" : "are"} served`,
    };
  return {
    status: problems.some(({ status }) => status === "fail") ? "fail" : "warn",
    summary: problems.map(({ summary }) => summary).join("; "),
    remedy: first.remedy,
  };
}

async function problemOf(facts: GitHubFacts, pool: Pool, name: string): Promise<(Finding & { remedy: string }) | null> {
  const found = await lookFor(facts, name);
  if (found === null) {
    return {
      status: "fail",
      summary: `there is no repository ${name} that the credential may see`,
      remedy: `correct the name in config/pools.yaml, or give the credential access to it: gh repo view ${name}`,
    };
  }
  if (found.fullName.toLowerCase() !== name.toLowerCase()) {
    return {
      status: "fail",
      summary: `${name} is called ${found.fullName} now; jobs come under that name and no pool serves them`,
      remedy: `write ${found.fullName} in place of ${name} in config/pools.yaml`,
    };
  }
  if (found.archived) {
    const remedy = `take it out of the pool ${pool.key} in config/pools.yaml`;
    return { status: "warn", summary: `${name} is archived: no workflow runs there`, remedy };
  }
  if (pool.visibility === "any" || (pool.visibility === "private") === found.isPrivate) return null;
  const is = found.isPrivate ? "private" : "public";
  return {
    status: "warn",
    summary: `${name} is ${is}, the pool ${pool.key} serves ${pool.visibility} repositories only`,
    remedy: `take it out of the pool in config/pools.yaml, or set visibility: ${found.isPrivate ? "private" : "any"} there if that is meant`,
  };
}

async function lookFor(facts: GitHubFacts, name: string): Promise<InspectedRepository | null> {
  try {
    return await facts.repository(name);
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    if (error.code === "not-found") return null;
    throw new Skipped("GitHub could not be asked", "github-token", "github-access");
  }
}
