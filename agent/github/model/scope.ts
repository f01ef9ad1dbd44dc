import type { Pool } from "../../../shared/fleet/pool.ts";
import type { GitHub, RunnerScope } from "./types.ts";

/** Repositories know no runner groups; the JIT call takes this id for them. */
const REPOSITORY_RUNNER_GROUP_ID = 1;

/** The group that a pool's runners join: looked up by name for an organization. Throws GitHubError. */
export function runnerGroupOf(github: Pick<GitHub, "runnerGroupId">, pool: Pool, signal: AbortSignal): Promise<number> {
  if (pool.scope.kind === "repositories") return Promise.resolve(REPOSITORY_RUNNER_GROUP_ID);
  return github.runnerGroupId(pool.scope.organization, pool.scope.runnerGroup, signal);
}

/** The scope of one repository. Throws TypeError when the name is not `owner/name`. */
export function repositoryScope(repository: string): RunnerScope & { readonly kind: "repository" } {
  const [owner = "", name = "", ...rest] = repository.split("/");
  if (owner === "" || name === "" || rest.length > 0)
    throw new TypeError(`Not a repository as owner/name: ${repository}`);
  return { kind: "repository", owner, repository: name };
}

/** `owner`, or `owner/name`: the scope as slots and messages name it. */
export function scopeName(scope: RunnerScope): string {
  return scope.kind === "organization" ? scope.organization : `${scope.owner}/${scope.repository}`;
}

/** The account that the scope belongs to. */
export function ownerOf(scope: RunnerScope): string {
  return scope.kind === "organization" ? scope.organization : scope.owner;
}

/** The path of the organization or repository itself. */
export function scopePath(scope: RunnerScope): string {
  if (scope.kind === "organization") return `/orgs/${encodeURIComponent(scope.organization)}`;
  return `/repos/${encodeURIComponent(scope.owner)}/${encodeURIComponent(scope.repository)}`;
}

/** The path of everything about the scope's runners. */
export function actionsPath(scope: RunnerScope): string {
  return `${scopePath(scope)}/actions`;
}

/** The path of the scope's webhooks. */
export function hooksPath(scope: RunnerScope): string {
  return `${scopePath(scope)}/hooks`;
}
