import type { Pool } from "../../../shared/fleet/pool.ts";
import type { RunnerGroup } from "../../github/calls/inspector.ts";
import { groupNamed } from "../../github/calls/runner-groups.ts";
import type { Finding } from "../check/check.ts";
import { orGitHubSkipped, type GitHubFacts } from "./github-facts.ts";

type OrganizationScope = Pool["scope"] & { readonly kind: "organization" };

/** Whether a pool's runner group exists, serves the pool's repositories, and no public one unless that is meant. */
export async function judgeGroup(facts: GitHubFacts, pool: Pool, scope: OrganizationScope): Promise<Finding> {
  const { organization, runnerGroup } = scope;
  const groups = await orGitHubSkipped(facts.groups(organization), `github-access:${organization.toLowerCase()}`);
  const group = groupNamed(groups.items, runnerGroup);
  if (group === undefined) {
    const names = groups.items.map(({ name }) => `"${name}"`).join(", ");
    return {
      status: "fail",
      summary: `${organization} has no runner group "${runnerGroup}"; it has ${names}`,
      remedy: `set runnerGroup of the pool ${pool.key} to one of these, or: gh api orgs/${organization}/actions/runner-groups -f name="${runnerGroup}"`,
    };
  }
  return (
    judgePublic(pool, group, organization) ??
    judgeWorkflows(pool, group, organization) ??
    (await judgeSelection(facts, pool, group, organization))
  );
}

/** GitHub advises against runners at home for public repositories: anybody's pull request runs code on them. */
function judgePublic({ visibility, key }: Pool, group: RunnerGroup, organization: string): Finding | null {
  const edit = (value: boolean): string =>
    `gh api -X PATCH orgs/${organization}/actions/runner-groups/${group.id} -F allows_public_repositories=${value}`;
  if (visibility === "private" && group.allowsPublicRepositories) {
    return {
      status: "fail",
      summary: `the runner group "${group.name}" admits public repositories, the pool ${key} is for private ones`,
      detail: "a pull request of a stranger could run its code on this machine",
      remedy: `${edit(false)}; if it is meant, say visibility: any in the pool`,
    };
  }
  if (visibility === "public" && !group.allowsPublicRepositories) {
    return {
      status: "fail",
      summary: `the pool ${key} is for public repositories, its runner group "${group.name}" admits none`,
      remedy: edit(true),
    };
  }
  return null;
}

/** A job of any other workflow gets a runner here that GitHub never gives it. */
function judgeWorkflows({ key }: Pool, group: RunnerGroup, organization: string): Finding | null {
  if (group.workflows === null) return null;
  const only = group.workflows.length === 0 ? "no workflow at all" : group.workflows.join(", ");
  return {
    status: "warn",
    summary: `the runner group "${group.name}" of the pool ${key} serves only the workflows ${only}; runners for other jobs are started in vain`,
    remedy: `admit all workflows, or give the pool another group: https://github.com/organizations/${organization}/settings/actions/runner-groups/${group.id}`,
  };
}

async function judgeSelection(
  facts: GitHubFacts,
  pool: Pool,
  group: RunnerGroup,
  organization: string,
): Promise<Finding> {
  const good: Finding = {
    status: "pass",
    summary: `runner group "${group.name}" (${group.id}) serves ${group.visibility} repositories`,
  };
  if (group.visibility !== "selected") return good;
  const told = `github-access:${organization.toLowerCase()}`;
  const served = (await orGitHubSkipped(facts.groupRepositories(organization, group.id), told)).items;
  const isServed = (name: string): boolean => served.some((each) => each.toLowerCase() === name.toLowerCase());
  const left = (pool.repositories ?? []).filter((name) => !isServed(name));
  if (left.length === 0 && served.length > 0) return good;
  const what = served.length === 0 ? "no repository at all" : `not ${left.join(", ")}`;
  return {
    status: "fail",
    summary: `the runner group "${group.name}" serves ${what}`,
    remedy: `let the group serve them: https://github.com/organizations/${organization}/settings/actions/runner-groups/${group.id}`,
  };
}
